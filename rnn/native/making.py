"""Machine code is made: numba compiles a function, and what comes of it is cut out to stand alone.

Of numba's own runtime, a loop needs two functions for its arrays of work: one that gives memory
and one that takes it back. They are linked into the code. The wrappers that numba makes for calls
from Python are left out; they take a fifth of the time to compile.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm
import numba
from llvmlite import ir
from numba.core import types

from rnn.native.elf import undefined_symbols
from rnn.native.running import Object

_WORD, _BYTES = ir.IntType(64), ir.IntType(8).as_pointer()
# Numba's record of a piece of memory: how many hold it, what is called at its end and with what,
# where it begins, how long it is, and whose it is.
_RECORD = ir.LiteralStructType([_WORD, _BYTES, _BYTES, _BYTES, _WORD, _BYTES])
_ALIGNED = 64  # bytes, as much as any processor asks for
_FOREIGN = ("NRT_", "numba_", "Py", "_Py")  # of numba and Python, which the code is to do without


def make_object(unwrapped: Any, arguments: tuple[Any, ...]) -> Object:
    """Compile a function for arguments of these types.

    Args:
        unwrapped: numba's dispatcher of it, that makes no wrappers.

    Returns:
        An object without code where it would not stand alone, returns something, or the machine
        has objects of another format than ELF.
    """
    signature = tuple(numba.typeof(argument) for argument in arguments)
    unwrapped.compile(signature)
    made = unwrapped.overloads[signature]
    if made.signature.return_type != types.none:
        return Object("", (), b"")
    library = made.library
    module = llvm.parse_bitcode(library._final_module.as_bitcode())
    present = {each.name for each in module.functions if each.is_declaration}
    if "NRT_MemInfo_call_dtor" in present or "NRT_MemInfo_alloc_aligned" in present:
        module.link_in(llvm.parse_assembly(str(_memory(module.triple, module.data_layout))))
    module.verify()
    code = library.codegen._tm.emit_object(module)
    needs = undefined_symbols(code)
    if needs is None or any(name.startswith(_FOREIGN) for name in needs):
        return Object("", (), b"")
    return Object(made.fndesc.llvm_func_name, needs, code)


def _memory(triple: str, data_layout: str) -> ir.Module:
    """The two functions, by the C library's malloc and free: a record, and behind it the memory."""
    module = ir.Module()
    module.triple, module.data_layout = triple, data_layout
    malloc = ir.Function(module, ir.FunctionType(_BYTES, [_WORD]), "malloc")
    free = ir.Function(module, ir.FunctionType(ir.VoidType(), [_BYTES]), "free")

    give = ir.FunctionType(_BYTES, [_WORD, ir.IntType(32)])
    give = ir.Function(module, give, "NRT_MemInfo_alloc_aligned")
    size = give.args[0]
    build = ir.IRBuilder(give.append_basic_block())
    before = ir.Constant(_WORD, 2 * _ALIGNED)  # the record, and up to where memory is aligned
    block = build.call(malloc, [build.add(size, before)])
    found = build.icmp_unsigned("!=", block, ir.Constant(_BYTES, None))
    with build.if_then(found):
        start = build.and_(
            build.add(build.ptrtoint(block, _WORD), before), ir.Constant(_WORD, -_ALIGNED)
        )
        nothing = ir.Constant(_BYTES, None)
        record = ir.Constant(_RECORD, ir.Undefined)
        begins = build.inttoptr(start, _BYTES)
        for i, field in enumerate([_WORD(1), nothing, nothing, begins, size, nothing]):
            record = build.insert_value(record, field, i)
        build.store(record, build.bitcast(block, _RECORD.as_pointer()))
    build.ret(block)

    take = ir.FunctionType(ir.VoidType(), [_BYTES])
    take = ir.Function(module, take, "NRT_MemInfo_call_dtor")
    build = ir.IRBuilder(take.append_basic_block())
    build.call(free, [take.args[0]])
    build.ret_void()
    return module
