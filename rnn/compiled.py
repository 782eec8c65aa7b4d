"""Compiled functions, which later processes find on disk and run without the compiler."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from rnn.native.arguments import Unsupported, flatten
from rnn.native.files import KeptObject
from rnn.native.running import Native, native_of


def compiled(function: Callable[..., Any], *, fuse: bool = False) -> Compiled:
    """Compile a function when it is first called; later processes find it in a folder.

    Where no folder can be written (a service without a home, a full disk), each process compiles
    anew. So it does once where what was kept is damaged, and keeps it again. Both are warned of.
    Division by 0 gives infinity, as in numpy: checking for it would take long to compile.
    ``fuse`` lets a product and a sum be rounded once instead of twice, where the machine can.
    Other threads run meanwhile: a sound card does not wait.
    """
    return Compiled(function, fuse)


class Compiled:
    """A function of arrays, numbers and tuples of these, compiled for each kind of arguments.

    What returns nothing, as all that Python calls over and over, is kept as machine code of its
    own. To run it takes a fraction of what it takes to import numba, which is imported only to
    compile, for functions that return something, and for arguments of other kinds.
    """

    def __init__(self, function: Callable[..., Any], fuse: bool) -> None:
        functools.update_wrapper(self, function)
        self.py_func = function
        self.fuse = fuse
        self._ready: dict[Any, Native | None] = {}  # by kinds of arguments; None: numba calls it
        self._lock = threading.Lock()

    def __call__(self, *arguments: Any) -> Any:
        """Call it; what it returns, if anything."""
        words: list[Any] = []
        try:
            kinds = tuple([flatten(argument, words) for argument in arguments])
        except Unsupported:
            return self.dispatcher(*arguments)
        if kinds not in self._ready:
            with self._lock:
                if kinds not in self._ready:
                    self._ready[kinds] = self._get_ready(kinds, arguments)
        native = self._ready[kinds]
        return self.dispatcher(*arguments) if native is None else native(words)

    def _get_ready(self, kinds: Any, arguments: tuple[Any, ...]) -> Native | None:
        kept = KeptObject.of(self, kinds)
        made = kept.load()
        if made is not None:
            return native_of(made)
        from rnn.native.making import make_object

        made = make_object(self.unwrapped, arguments, kinds)
        kept.save(made)
        return native_of(made)

    @property
    def n_kinds(self) -> int:
        """For how many kinds of arguments it is ready."""
        return len(self._ready)

    @functools.cached_property
    def dispatcher(self) -> Any:
        """The function as Python calls it by numba."""
        from rnn.kept_code import kept_by_numba

        return kept_by_numba(self.py_func, fuse=self.fuse)

    @functools.cached_property
    def unwrapped(self) -> Any:
        """The function as other compiled functions call it, without what calls from Python need."""
        from rnn.kept_code import by_numba

        return by_numba(
            self.py_func, fuse=self.fuse, no_cpython_wrapper=True, no_cfunc_wrapper=True
        )

    @property
    def _numba_type_(self) -> Any:  # numba asks for it where another compiled function calls this
        return self.unwrapped._numba_type_
