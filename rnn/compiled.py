"""Compiled functions, kept on disk where there is a place to keep them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable[..., Any], *, fuse: bool = False) -> Any:
    """Compile a function when it is first called; later processes find it in a cache.

    Where no folder can be written (a service without a home), each process compiles anew.
    Division by 0 gives infinity, as in numpy: checking for it would take long to compile.
    ``fuse`` lets a product and a sum be rounded once instead of twice, where the machine can.
    Other threads run meanwhile: a sound card does not wait.
    """
    options: dict[str, Any] = {
        "error_model": "numpy",
        "fastmath": {"contract"} if fuse else False,
        "nogil": True,
    }
    try:
        return numba.njit(function, cache=True, **options)
    except RuntimeError:
        return numba.njit(function, **options)
