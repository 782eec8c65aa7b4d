"""What numba has to know of :mod:`rnn.lanes`: a type, its signs, how instructions are called."""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.core.registry import cpu_target
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, models, register_model


class Lanes(types.Type):
    """Of some doubles side by side."""

    def __init__(self, n: int) -> None:
        super().__init__(name=f"Lanes({n})")
        self.n = n


@register_model(Lanes)
class _Vector(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Lanes) -> None:
        super().__init__(manager, kind, ir.VectorType(ir.DoubleType(), kind.n))


_ANYTHING = types.VarArg(types.Any)  # type: ignore[attr-defined]


def numba_type(instruction: Any, n_lanes: int) -> types.Type:
    """Of a :class:`rnn.lanes.Instruction`, as a function that compiled ones call."""
    returned = Lanes(n_lanes) if instruction.returns_lanes else types.none

    class Call(AbstractTemplate):  # type: ignore[misc]
        key = instruction

        def generic(self, arguments: Any, _: Any) -> Any:
            return signature(returned, *arguments)

    @lower_builtin(instruction, _ANYTHING)  # type: ignore[untyped-decorator]
    def write(context: Any, build: ir.IRBuilder, called: Any, values: Any) -> Any:
        written = instruction.py_func(
            build,
            *[
                context.make_array(kind)(context, build, value).data
                if isinstance(kind, types.Array)
                else value
                for kind, value in zip(called.args, values, strict=True)
            ],
        )
        return written if instruction.returns_lanes else context.get_dummy_value()

    return types.Function(Call)


for _sign, _name in ((operator.add, "fadd"), (operator.mul, "fmul")):

    @infer_global(_sign)
    class _Sign(AbstractTemplate):  # type: ignore[misc]
        def generic(self, arguments: Any, _: Any) -> Any:
            one, other = arguments if len(arguments) == 2 else (None, None)
            return signature(one, one, other) if isinstance(one, Lanes) and one == other else None

    @lower_builtin(_sign, Lanes, Lanes)  # type: ignore[untyped-decorator]
    def _write(_: Any, build: ir.IRBuilder, __: Any, values: Any, name: str = _name) -> Any:
        return getattr(build, name)(*values)


cpu_target.typing_context.refresh()  # numba is at work, and would look for new signs too late
