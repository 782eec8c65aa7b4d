"""Machine code that runs: an object is linked into the process, and its function called."""

from __future__ import annotations

import ctypes
import struct
from functools import cache
from typing import Any, NamedTuple

import llvmlite.binding as llvm


class Object(NamedTuple):
    """A relocatable object with a function ``entry`` in it."""

    needs: tuple[str, ...]  # functions of other libraries that it calls
    code: bytes  # none, if the function is one that only numba can call


class Native:
    """A function of an object; it runs while other threads do."""

    def __init__(self, address: int, keeps: Any) -> None:
        self._function = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_char_p)(address)
        self._keeps = keeps  # what the memory of the code belongs to
        self._layout: struct.Struct | None = None

    def __call__(self, words: list[Any]) -> None:
        """Call it with what stands for its arguments.

        Raises:
            MemoryError: if there was none to work in; nothing else can go wrong in these functions.
        """
        if self._layout is None:
            self._layout = struct.Struct("".join("qd"[type(word) is float] for word in words))
        status = self._function(self._layout.pack(*words))
        if status not in (0, -2):  # done, or done and None was returned
            raise MemoryError("a compiled loop found no memory to work in.")


def native_of(made: Object) -> Native | None:
    """The function of an object that has one and finds what it needs, or else None.

    What is missing is looked for beforehand: LLVM would end the process.
    """
    if not made.code:
        return None
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine()())
    # The first engine of a process has the process's own functions looked through too.
    if any(llvm.address_of_symbol(name) is None for name in made.needs):
        return None
    engine.add_object_file(llvm.ObjectFileRef.from_data(made.code))
    engine.finalize_object()
    address = engine.get_function_address("entry")
    return Native(address, engine) if address else None


@cache
def _machine() -> Any:
    """What makes a machine for each engine, which owns it."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    return lambda: target.create_target_machine(codemodel="jitdefault", jit=True)


@cache
def processor() -> str:
    """The processor that code is made for: its name, and what it can."""
    try:
        features = llvm.get_host_cpu_features().flatten()
    except RuntimeError:  # LLVM cannot tell of all, and numba uses none then
        features = ""
    return f"{llvm.get_host_cpu_name()} {features}"
