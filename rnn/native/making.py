"""Machine code is made: numba compiles a function, and what comes of it is cut out to stand alone.

Of numba's own runtime, a loop needs two functions for its arrays of work: one that gives memory
and one that takes it back. They are linked into the code. The wrappers that numba makes for calls
from Python are left out; they take a fifth of the time to compile.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm
import numba
from numba.core import types
from numba.core.registry import cpu_target

from rnn.native.elf import undefined_symbols
from rnn.native.entry import entry_of, memory
from rnn.native.running import Object

_FOREIGN = ("NRT_", "numba_", "Py", "_Py")  # of numba and Python, which the code is to do without


def make_object(unwrapped: Any, arguments: tuple[Any, ...], kinds: Any) -> Object:
    """Compile a function for arguments of these types.

    Args:
        unwrapped: numba's dispatcher of it, that makes no wrappers.
        arguments: any of these types.
        kinds: what :func:`~rnn.native.arguments.flatten` says of each.

    Returns:
        An object without code where it would not stand alone, returns something, or the machine
        has objects of another format than ELF.
    """
    nothing = Object((), b"")
    if llvm.get_object_format() == "MachO":  # what it needs is not known; nothing is compiled twice
        return nothing
    signature = tuple(numba.typeof(argument) for argument in arguments)
    unwrapped.compile(signature)
    made = unwrapped.overloads[signature]
    if made.signature.return_type != types.none:
        return nothing
    library = made.library
    module = llvm.parse_bitcode(library._final_module.as_bitcode())
    convention = cpu_target.target_context.call_conv
    called = convention.get_function_type(types.none, signature)
    parts = [entry_of(made.fndesc.llvm_func_name, called, kinds)]
    open_ends = {each.name for each in module.functions if each.is_declaration}
    if any(name.startswith("NRT_MemInfo") for name in open_ends):
        parts.append(memory())
    for part in parts:
        part.triple, part.data_layout = module.triple, module.data_layout
        module.link_in(llvm.parse_assembly(str(part)))
    module.verify()
    code = library.codegen._tm.emit_object(module)
    needs = undefined_symbols(code)
    if needs is None or any(name.startswith(_FOREIGN) for name in needs):
        return nothing
    return Object(needs, code)
