"""Compiled functions, kept on disk where there is a place to keep them."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile


def compiled(function: Callable[..., Any], *, fuse: bool = False) -> Any:
    """Compile a function when it is first called; later processes find it in a cache.

    Where no folder can be written (a service without a home, a full disk), each process compiles
    anew. So it does once where what was kept is damaged, with a warning, and keeps it again.
    Division by 0 gives infinity, as in numpy: checking for it would take long to compile.
    ``fuse`` lets a product and a sum be rounded once instead of twice, where the machine can.
    Other threads run meanwhile: a sound card does not wait.
    """
    dispatcher = numba.njit(
        function,
        error_model="numpy",
        fastmath={"contract"} if fuse else False,
        nogil=True,
    )
    with contextlib.suppress(RuntimeError):  # there is no folder
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
        with contextlib.suppress(OSError):
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
        if not _is_whole(Path(self._index_path)):
            return {}
        try:
            return super()._load_index()
        except (AttributeError, ImportError):  # another version's, whose types were elsewhere
            return {}

    def _load_data(self, name: str) -> Any:
        path = Path(self._data_path(name))
        if not _is_whole(path):
            raise FileNotFoundError(path)  # for which numba compiles anew
        return super()._load_data(name)  # to which what stands behind it is nothing

    @contextlib.contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[BinaryIO]:
        content = io.BytesIO()
        yield content
        with super()._open_for_write(filepath) as file:
            file.write(content.getvalue() + _seal(content.getvalue()))


def _seal(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _is_whole(path: Path) -> bool:
    """Whether a file is there and bears its seal; that it is there without is told once."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    size = len(content) - len(_seal(b""))
    if size > 0 and _seal(content[:size]) == content[size:]:
        return True
    _warn_of_damage()
    return False


@functools.cache  # once for all functions; Python's own "once" ends where numba sets its filters
def _warn_of_damage() -> None:
    warnings.warn(
        "compiled code that was kept from an earlier run is damaged, and is compiled anew.",
        RuntimeWarning,
        stacklevel=1,
    )
