"""Numba's own cache of compiled functions, for calls that only numba can make."""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile

from rnn.seal import seal, told_if_not_kept, unsealed


def by_numba(function: Callable[..., Any], *, fuse: bool, **options: Any) -> Any:
    """Numba's dispatcher of a function. A machine that divides by 0 is not asked first."""
    contracting = {"contract"} if fuse else False
    return numba.njit(function, error_model="numpy", nogil=True, fastmath=contracting, **options)


def kept_by_numba(function: Callable[..., Any], *, fuse: bool) -> Any:
    """One that keeps what it compiles, where there is a folder."""
    dispatcher = by_numba(function, fuse=fuse)
    with contextlib.suppress(RuntimeError):  # there is none
        dispatcher._cache = KeptCode(function)
    return dispatcher


class KeptCode(FunctionCache):  # type: ignore[misc]
    """Numba's cache of one function's code, that no damaged file or full disk can bring down."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file = _SealedFiles(
            cache_path=self._cache_path,
            # Not the names of numba's own files, which bear no seal.
            filename_base=f"{self._impl.filename_base}-sealed",
            source_stamp=self._impl.locator.get_source_stamp(),
        )

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled, where there is room for it."""
        with told_if_not_kept():
            super().save_overload(sig, data)


class _SealedFiles(IndexDataCacheFile):  # type: ignore[misc]
    """An index and the code it names, each file with the digest of its content at its end.

    A file without its seal counts as one that is not there. Numba looks at nothing before it
    loads it: what a full disk or a crash has left would be an exception in every later call, and
    a flipped bit in code would be run.
    """

    def save(self, key: Any, data: Any) -> None:
        """Keep what a signature was compiled to.

        Under a name of its own: numba numbers these files, and two processes that compile
        different signatures at once can choose the same number, for one of which the index then
        names the other's code.
        """
        own = hashlib.sha256(repr((self._source_stamp, key)).encode()).hexdigest()[:16]
        name = f"{self._index_name.removesuffix('.nbi')}.{own}.nbc"
        self._save_index(self._load_index() | {key: name})
        self._save_data(name, data)

    def _load_index(self) -> Any:
        if unsealed(Path(self._index_path)) is None:
            return {}
        try:
            return super()._load_index()
        except (AttributeError, ImportError):  # another version's, whose types were elsewhere
            return {}

    def _load_data(self, name: str) -> Any:
        path = Path(self._data_path(name))
        if unsealed(path) is None:
            raise FileNotFoundError(path)  # for which numba compiles anew
        return super()._load_data(name)  # to which what stands behind it is nothing

    @contextlib.contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[BinaryIO]:
        content = io.BytesIO()
        yield content
        with super()._open_for_write(filepath) as file:
            file.write(content.getvalue() + seal(content.getvalue()))
