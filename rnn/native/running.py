"""Machine code that runs: an object is linked into the process, and its function called."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any, NamedTuple

import llvmlite.binding as llvm

from rnn.native.arguments import c_types


class Object(NamedTuple):
    """A relocatable object, and the function in it, which returns nothing."""

    symbol: str
    needs: tuple[str, ...]  # functions of other libraries that it calls
    code: bytes  # none, if the function is one that only numba can call


class Native:
    """A function of an object; it runs while other threads do."""

    def __init__(self, address: int, keeps: Any) -> None:
        self._address = address
        self._keeps = keeps  # what the memory of the code belongs to
        self._function: Any = None

    def __call__(self, words: list[Any]) -> None:
        """Call it with what stands for its arguments.

        Raises:
            MemoryError: if there was none to work in; nothing else can go wrong in these functions.
        """
        if self._function is None:
            pointers = (ctypes.c_void_p, ctypes.c_void_p)  # to what is returned, and to an error
            prototype = ctypes.CFUNCTYPE(ctypes.c_int32, *pointers, *c_types(words))
            self._function = prototype(self._address)
        returned, error = ctypes.c_void_p(), ctypes.c_void_p()
        status = self._function(ctypes.addressof(returned), ctypes.addressof(error), *words)
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
    address = engine.get_function_address(made.symbol)
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
    return f"{llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"
