"""Packages that only some commands need, and the extras of ctxaudio that bring them."""

from __future__ import annotations

from importlib.util import find_spec

from ctxaudio.errors import DataError

EXTRAS = {"torch": "train", "matplotlib": "plot", "distributed": "cluster"}


def require(module: str) -> None:
    """Say which extra brings a package that is missing, before any work is done.

    Raises:
        DataError: if it is missing.
    """
    if find_spec(module) is None:
        raise DataError(f"this needs {module}: pip install 'ctxaudio[{EXTRAS[module]}]'.")
