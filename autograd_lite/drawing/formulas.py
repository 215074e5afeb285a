"""The local derivatives of an operation as text, read off the row that declares it.

    tanh       ∂/∂x = 1 - out²
    matmul     ∇x = g @ yᵀ,  ∇y = xᵀ @ g

An elementwise row gives its partial derivatives; any other says what becomes of the gradient g
that comes in.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from autograd_lite.core.graph import OPERANDS, Node, Primitive
from autograd_lite.drawing.notation import written
from autograd_lite.drawing.sources import expression_of
from autograd_lite.drawing.text import shown

LONGEST = 48  # characters; a longer formula says less than none


def formulas(node: Node) -> list[str]:
    """A line for each operand by which a node is differentiated."""
    if node.primitive is None or node.primitive.variadic:
        return []
    found = formulas_of(node.primitive)
    return [
        text
        for text, parent in zip(found, node.parents, strict=False)
        if text is not None and parent is not None
    ]


@functools.cache
def formulas_of(primitive: Primitive) -> tuple[str | None, ...]:
    """The derivative by each operand; None where it has no short form."""
    names = operand_names(primitive)
    texts: tuple[str | None, ...] = primitive.formula
    if not texts:
        texts = tuple(rule_text(primitive, rule, names) for rule in primitive.rules)
    is_partial = primitive.nature == "elementwise"
    marks = [f"∂/∂{name} {shown(primitive.name)}" if is_partial else f"∇{name}" for name in names]
    return tuple(
        None if text is None or len(text) > LONGEST else f"{mark} = {shown(text, LONGEST)}"
        for mark, text in zip(marks, texts, strict=True)
    )


def operand_names(primitive: Primitive) -> tuple[str, ...]:
    """What the function itself calls its operands."""
    code = getattr(primitive.body, "__code__", None)
    names = code.co_varnames[: code.co_argcount] if code is not None else ()
    return (*names, *OPERANDS[len(names) :])[: len(primitive.rules)]


def rule_text(primitive: Primitive, rule: Any, names: tuple[str, ...]) -> str | None:
    """What a rule computes; the product with g where it is not elementwise."""
    is_partial = primitive.nature == "elementwise"
    if rule is None:
        return None
    if not callable(rule):
        return f"{rule:g}" if is_partial else f"{rule:g} · g"
    read = {name: name for name in (*primitive.saved_names, *primitive.metadata)}
    read |= dict(zip(OPERANDS, names, strict=False))
    return function_text(rule, read, "1" if is_partial else "g")


def function_text(rule: Callable[..., Any], names: Mapping[str, str], g: str) -> str | None:
    """The expression of a rule; with g = 1 the product with it is the derivative alone."""
    expression = expression_of(rule)
    if expression is None:
        return None
    around = getattr(rule, "__globals__", {})
    numbers = {name: name for name, value in around.items() if isinstance(value, int | float)}
    names = {**numbers, **names, "g": g}
    return written(expression, names, lambda name: hasattr(around.get(name), "primitive"))
