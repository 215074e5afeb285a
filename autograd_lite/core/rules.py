"""From the rules of a primitive to its plan: what to keep, and the pull as one flat expression.

A rule names what it reads. `x, y, z` are the first three operands (`xs` all of a variadic
function), `out` the result, `g` the cotangent, an extra output its own name; what is left are
keywords. The expression is written down once, when the primitive is first differentiated by
these operands, and looks as one would write it by hand:

    multiply    (g * rules[0](saved[1]), g * rules[1](saved[0]),)
"""

from collections.abc import Callable, Sequence
from typing import Any

from autograd_lite.core.graph import Node, Plan, Primitive

OPERANDS = ("x", "y", "z")


def parameters(rule: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a rule's parameters."""
    code = getattr(rule, "__code__", None)
    if code is None:
        raise TypeError(
            f"a rule is a number or a function whose parameters name what it reads; {rule!r} has "
            "no parameter names: write it as a lambda, e.g. lambda x: np.cos(x)."
        )
    names: tuple[str, ...] = code.co_varnames
    return names[: code.co_argcount + code.co_kwonlyargcount]


def metadata(rule: Any, extras: tuple[str, ...]) -> tuple[str, ...]:
    """The keywords among a rule's parameters."""
    if not callable(rule):
        return ()
    known = {"g", "out", "xs", *OPERANDS, *extras}
    return tuple(name for name in parameters(rule) if name not in known)


def reads(primitive: Primitive, i: int) -> frozenset[str]:
    """The values that rule `i` reads; of a linear function's own operand only the shape is."""
    rule = primitive.rules[i]
    if not callable(rule):
        return frozenset()
    names = set(parameters(rule)) & {"out", *OPERANDS, *primitive.extra_names}
    if primitive.nature == "linear":
        names.discard(OPERANDS[i])
    for name, extra in zip(primitive.extra_names, primitive.extras, strict=True):
        if name in names:  # the extra's own rules must find what they read, one order up
            names |= {n for j in range(len(extra.rules)) for n in reads(extra, j)} - {"out"}
    return frozenset(names)


def make_plan(primitive: Primitive, mask: int) -> Plan:
    """What to keep, and how to pull, when the operands in `mask` are differentiated."""
    if primitive.variadic:
        rule = primitive.rules[0]
        takes_specs = "xs" in parameters(rule)
        arguments = "g, saved[0], **node.kwargs" if takes_specs else "g, **node.kwargs"
        source = f"only_wanted(rules[0]({arguments}), node)"
        return Plan(compiled(source, primitive), (False, False))
    chosen = [i for i in range(len(primitive.rules)) if mask >> i & 1]
    needed = frozenset().union(*(reads(primitive, i) for i in chosen))
    terms = [term(primitive, i) if i in chosen else "None" for i in range(len(primitive.rules))]
    names = (*OPERANDS[: len(primitive.rules)], "out", *primitive.extra_names)
    keeps = tuple(name in needed for name in names)
    return Plan(compiled(f"({', '.join(terms)},)", primitive), keeps)


def compiled(source: str, primitive: Primitive) -> Any:
    names = {"rules": primitive.rules, "only_wanted": only_wanted}
    return eval(f"lambda g, saved, node: {source}", names)


def only_wanted(contributions: Sequence[Any], node: Node) -> tuple[Any, ...]:
    """A variadic function's contributions, None for the operands that are constants."""
    return tuple(
        None if parent is None else c for parent, c in zip(node.parents, contributions, strict=True)
    )


def term(primitive: Primitive, i: int) -> str:
    """Operand `i`'s contribution, as an expression of `g`, `saved` and `node`."""
    rule = primitive.rules[i]
    if not callable(rule):
        return "g" if rule == 1 else "-g" if rule == -1 else f"g * {rule!r}"
    names = parameters(rule)
    arguments = [argument(primitive, i, name) for name in names if is_value(primitive, name)]
    if primitive.metadata:
        arguments.append("**node.kwargs")
    call = f"rules[{i}]({', '.join(arguments)})"
    return call if "g" in names or primitive.nature != "elementwise" else f"g * {call}"


def is_value(primitive: Primitive, name: str) -> bool:
    return name not in primitive.metadata


def argument(primitive: Primitive, i: int, name: str) -> str:
    count = len(primitive.rules)
    if name == "g":
        return "g"
    if name == "out":
        return f"saved[{count}]"
    if name in primitive.extra_names:
        return f"saved[{count + 1 + primitive.extra_names.index(name)}]"
    j = OPERANDS.index(name)
    if primitive.nature == "linear" and i == j:
        return f"node.parents[{j}]"
    return f"saved[{j}]"
