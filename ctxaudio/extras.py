"""Packages that only some of what ctxaudio does needs, and the extras that bring them."""

from __future__ import annotations

from importlib.util import find_spec

from ctxaudio.errors import DataError

EXTRAS = {"av": "media", "torch": "train", "matplotlib": "plot", "distributed": "cluster"}


def require(module: str, what: str = "this") -> None:
    """Say which extra brings a package that is missing, before any work is done.

    Args:
        module: the name by which it is imported.
        what: it is for.

    Raises:
        DataError: if it is missing.
    """
    if find_spec(module) is None:
        # ctxaudio is on no package index: it is installed from where its source is.
        raise DataError(
            f"{what} needs {module}: in the folder of ctxaudio's source, "
            f"pip install '.[{EXTRAS[module]}]'."
        )
