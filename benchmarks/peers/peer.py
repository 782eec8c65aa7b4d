"""What a shifter is to the benchmarks."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import packages_distributions
from importlib.metadata import version as installed_version
from typing import TypeAlias

import numpy as np

from benchmarks.truths.material import Samples

Prepared: TypeAlias = Callable[[float], Samples]


def fit(samples: Samples, length: int) -> Samples:
    """Cut or zero-padded at the end to ``length``."""
    samples = samples[:, :length]
    missing = length - samples.shape[1]
    return np.ascontiguousarray(np.pad(samples, ((0, 0), (0, missing))), dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A shifter by name, and what it needs to run."""

    name: str
    prepare: Callable[[Samples, int], Prepared]
    needs: tuple[str, ...] = ()  # "module" or "module:attribute"
    program: str | None = None
    keeps_formants: bool = False  # and is measured where they should be kept, and only there
    lacks: Callable[[], str | None] | None = None  # what else it needs and has not, or None
    version: Callable[[], str] | None = None

    def missing(self) -> str | None:
        """What keeps this peer from running here, or None."""
        if self.program is not None and shutil.which(self.program) is None:
            return f"the program {self.program} is not installed"
        for need in self.needs:
            module, _, attribute = need.partition(":")
            try:
                found = importlib.import_module(module)
            except ImportError as error:
                return str(error)
            if attribute and not hasattr(found, attribute):
                return f"{module} has no {attribute}"
        return self.lacks() if self.lacks is not None else None


def package_version(module: str) -> str:
    """The installed package that a module belongs to, and its version."""
    names = packages_distributions().get(module, [])
    return f"{names[0]} {installed_version(names[0])}" if names else f"{module} of unknown version"


def _each_time(
    shifter: Callable[[Samples, int, float], Samples], samples: Samples, rate: int
) -> Prepared:
    return partial(shifter, samples, rate)


def simple(
    name: str,
    shifter: Callable[[Samples, int, float], Samples],
    *needs: str,
    program: str | None = None,
    keeps_formants: bool = False,
    lacks: Callable[[], str | None] | None = None,
    version: Callable[[], str] | None = None,
) -> Peer:
    """A peer that has nothing to prepare; its version is that of what it ``needs`` first."""
    if version is None and needs:
        version = partial(package_version, needs[0].partition(":")[0])
    return Peer(
        name=name,
        prepare=partial(_each_time, shifter),
        needs=needs,
        program=program,
        keeps_formants=keeps_formants,
        lacks=lacks,
        version=version,
    )
