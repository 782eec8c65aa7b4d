"""Compiled code runs where nothing can be cached."""

import subprocess
import sys

import numba
import pytest

from rnn.compiled import compiled


def test_a_function_is_compiled_where_no_folder_can_be_written():
    # A function without a file has no place for a cache, as one of a read-only installation.
    scope = {}
    exec("def double(x):\n    return 2 * x", scope)  # noqa: S102
    with pytest.raises(RuntimeError, match="cannot cache"):
        numba.njit(cache=True)(scope["double"])
    double = compiled(scope["double"])
    assert isinstance(double, numba.core.registry.CPUDispatcher)
    assert double(21) == 42


def test_the_kernels_are_cached_where_they_can_be():
    program = "from ctxaudio.analysis.bands import at_pitch; print(type(at_pitch._cache).__name__)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.strip() == "FunctionCache"
