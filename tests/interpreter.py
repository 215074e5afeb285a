"""A program run instruction by instruction, in plain Python: what every pass is compared with."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.compiler.cells import held
from autograd_lite.compiler.draws import drawn
from autograd_lite.compiler.leaves import opened, rebuilt
from autograd_lite.compiler.program import Program, Value, mapped
from autograd_lite.compiler.trace import Argument, Captured, Cell, Grad, Trace, traced
from autograd_lite.compiler.traced import Traced
from autograd_lite.core.graph import leaf
from autograd_lite.core.tensor import Tensor, tensor_of

Environment = dict[Value, Any]


def recorded(function: Callable[..., Any], *args: Any) -> tuple[Program, Environment]:
    """The program of a call, and the values of its inputs."""
    _, leaves = opened(args, {})

    def build(trace: Trace) -> Any:
        count = iter(range(len(leaves)))

        def one(x: Any) -> Any:
            source = Argument(next(count))
            if isinstance(x, Tensor):
                node = leaf(x.shape, x.dtype, x.requires_grad)
                return tensor_of(trace.input(source, held(x)), node)
            return trace.input(source, x)

        return rebuilt(args, one), {}

    trace, result = traced(function, build)
    program = trace.program(rebuilt(result, value_of))
    return program, {value: read(source, leaves) for value, source in program.inputs}


def value_of(x: Any) -> Any:
    plain = x._value if isinstance(x, Tensor) else x
    return plain.value if isinstance(plain, Traced) else plain


def read(source: Any, leaves: list[Any]) -> Any:
    if type(source) is Argument:
        leaf = leaves[source.index]
        return held(leaf) if isinstance(leaf, Tensor) else leaf
    if type(source) is Cell:
        return held(source.owner)
    if type(source) is Grad:
        return source.node.grad
    assert type(source) is Captured
    return source.array


def interpreted(program: Program, inputs: Environment) -> list[Any]:
    """What leaves the program: the arrays and numbers of its results, then of its writes.

    Generators are where they were before.
    """
    values = {**inputs, **program.constants}
    generators: dict[int, Any] = {}
    with np.errstate(all="ignore"):
        for each in program.body:
            args = mapped(each.args, values.__getitem__)
            if each.function is drawn:
                generator = args[0]
                args = (generators.setdefault(id(generator), copy.deepcopy(generator)), *args[1:])
            result = each.function(*args, **mapped(each.kwargs, values.__getitem__))
            for out, x in zip(each.outs, result if each.many else [result], strict=True):
                values[out] = x if out.number else np.asarray(x)
    return [values[value] for value in program.leaving()]
