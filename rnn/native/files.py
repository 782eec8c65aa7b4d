"""Files of machine code: where they are, and which of them are of this function as it is now."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import get_ident
from types import CodeType, FunctionType
from typing import Any, NamedTuple, Protocol

import llvmlite
import numpy as np

from rnn.native.running import Object, processor
from rnn.seal import seal, told_if_not_kept, unsealed

_FORMAT = 1  # raise it when the same source comes to be kept or called in another way


class Function(Protocol):
    """What is compiled."""

    py_func: Callable[..., Any]
    fuse: bool  # whether a product and a sum may be rounded once


class KeptObject(NamedTuple):
    """The place of the code of a function for one kind of arguments."""

    path: Path | None  # None: there is no folder
    stamp: str  # of all that the code depends on

    @classmethod
    def of(cls, function: Function, kinds: Any) -> KeptObject:
        """The place where it is, or will be."""
        folder = _folder(function.py_func)
        name = f"{function.py_func.__name__}-{_digest(repr(kinds))[:16]}.native"
        told = [_FORMAT, repr(kinds), *_sources(function), processor(), *_versions()]
        return cls(None if folder is None else folder / name, _digest("\n".join(map(str, told))))

    def load(self) -> Object | None:
        """What was kept, or None if nothing was, or of a function that has changed since."""
        content = None if self.path is None else unsealed(self.path)
        if content is None:
            return None
        header, _, code = content.partition(b"\n")
        with contextlib.suppress(ValueError, TypeError, KeyError):  # a file of some other program
            told = json.loads(header)
            if told["stamp"] == self.stamp:
                return Object(tuple(told["needs"]), code)
        return None

    def save(self, made: Object) -> None:
        """Keep it, where there is room."""
        if self.path is None:
            return
        header = json.dumps({"stamp": self.stamp, "needs": made.needs})
        content = header.encode() + b"\n" + made.code
        with told_if_not_kept():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Whole or not at all, whoever else writes it.
            part = self.path.with_name(f"{self.path.name}-{os.getpid()}-{get_ident()}")
            try:
                part.write_bytes(content + seal(content))
                part.replace(self.path)
            except OSError:
                part.unlink(missing_ok=True)
                raise


def _folder(function: Callable[..., Any]) -> Path | None:
    """Where numba keeps what it compiles too: a folder that is given, the source's, the user's."""
    source = Path(function.__code__.co_filename)
    if not source.is_file():
        return None
    own = f"{source.parent.name}_{_digest(str(source.parent))[:16]}"
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(given) / own
    beside = source.parent / "__pycache__"
    if os.access(beside if beside.is_dir() else source.parent, os.W_OK):
        return beside
    variable = "LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME"
    try:
        users = Path(os.environ.get(variable) or Path.home() / ".cache")
    except RuntimeError:
        return None
    return users / "ctxaudio" / own


@cache
def _versions() -> tuple[Any, ...]:
    """Of what compiles. Numba is not imported to be asked, but looked at from outside."""
    numba = importlib.util.find_spec("numba")
    place = None if numba is None else numba.origin
    changed = None if place is None else Path(place).stat().st_mtime_ns
    return llvmlite.__version__, place, changed, sys.version


def _sources(function: Function) -> list[str]:
    """What a function, and each that it calls, comes down to: code and constants."""
    told, waiting, seen = [f"{function.fuse}"], [function.py_func], set()
    while waiting:
        source: Any = waiting.pop()
        if source in seen:
            continue
        seen.add(source)
        code = source.__code__
        told += _code(code)
        for name in code.co_names:
            value = source.__globals__.get(name)
            called = getattr(value, "py_func", value)
            if isinstance(called, FunctionType):
                waiting.append(called)
                told.append(f"{name} {getattr(value, 'fuse', None)}")
            elif isinstance(value, np.ndarray):
                told.append(f"{name} {value.dtype} {value.shape} {value.tobytes().hex()}")
            elif isinstance(value, bool | int | float | complex | str | tuple | np.generic):
                told.append(f"{name} {value!r}")
            else:
                told.append(f"{name} {getattr(value, '__name__', type(value).__name__)}")
        for cell in source.__closure__ or ():
            told.append(repr(cell.cell_contents))
    return told


def _code(code: CodeType) -> list[str]:
    told = [code.co_code.hex(), repr(code.co_varnames), repr(code.co_names)]
    for constant in code.co_consts:
        told += _code(constant) if isinstance(constant, CodeType) else [repr(constant)]
    return told


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
