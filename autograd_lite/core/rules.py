"""From the rules of a primitive to its plan: what to keep, and the pull as one flat expression.

A rule names what it reads. `x, y, z` are the first three operands (`xs` all of a variadic
function), `out` the result, `g` the cotangent, an extra output its own name; what is left are
keywords. The expression is written down once, when the primitive is first differentiated by
these operands, and looks as one would write it by hand:

    multiply    (g * rules[0](saved[1]), g * rules[1](saved[0]),)

An operand whose rule is None is a constant: it is refused when it asks for a gradient.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd_lite.core.graph import OPERANDS, Node, Plan, Primitive
from autograd_lite.errors import NotDifferentiableError


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


def metadata(rule: Any, outputs: tuple[str, ...]) -> tuple[str, ...]:
    """The keywords among a rule's parameters."""
    if not callable(rule):
        return ()
    known = {"g", "xs", *OPERANDS, *outputs}
    return tuple(name for name in parameters(rule) if name not in known)


def reads(primitive: Primitive, i: int) -> set[str]:
    """The values that rule `i` reads; of a linear function's own operand only the shape is."""
    rule = primitive.rules[i]
    if not callable(rule):
        return set()
    names = set(parameters(rule))
    if primitive.shared is not None and reads_shared(primitive, i):
        names.update(parameters(primitive.shared[1]))
    names.intersection_update(primitive.saved_names)
    if primitive.nature == "linear":
        names.discard(OPERANDS[i])
    return names


def reads_again(primitive: Primitive, chosen: Iterable[int]) -> set[str]:
    """The values that these rules read, and that the rules of the outputs they read do.

    The latter are needed one order up, when the gradient goes through those outputs.
    """
    extras = dict(zip(primitive.extra_names, primitive.extras, strict=True))
    found: set[str] = set()
    waiting = set().union(*(reads(primitive, i) for i in chosen))
    while waiting:
        name = waiting.pop()
        found.add(name)
        if name in extras:
            extra = extras[name]
            further = set().union(*(reads(extra, j) for j in range(len(extra.rules))))
            waiting |= {name if n == extra.output else n for n in further} - found
    return found


def make_plan(primitive: Primitive, mask: int) -> Plan:
    """What to keep, and how to pull, when the operands in `mask` are differentiated."""
    if primitive.variadic:
        rule = primitive.rules[0]
        takes_specs = "xs" in parameters(rule)
        arguments = "g, saved[0], **node.kwargs" if takes_specs else "g, **node.kwargs"
        source = f"only_wanted(rules[0]({arguments}), node)"
        return Plan(compiled(source, primitive), (False, False))
    chosen = [i for i in range(len(primitive.rules)) if mask >> i & 1]
    for i in chosen:
        if primitive.rules[i] is None:
            raise NotDifferentiableError(
                f"{primitive.name} has no derivative by operand {i + 1} of "
                f"{len(primitive.rules)} here; pass a plain array there (.numpy(), .detach())."
            )
    needed = reads_again(primitive, chosen)
    terms = [term(primitive, i) if i in chosen else "None" for i in range(len(primitive.rules))]
    keeps = tuple(name in needed for name in primitive.saved_names)
    source = f"({', '.join(terms)},)"
    if primitive.shared is not None and any(reads_shared(primitive, i) for i in chosen):
        name, rule = primitive.shared
        source = f"(lambda {name}: {source})(shared({arguments_of(primitive, 0, rule)}))"
    return Plan(compiled(source, primitive), keeps)


def compiled(source: str, primitive: Primitive) -> Any:
    names = {"rules": primitive.rules, "only_wanted": only_wanted}
    if primitive.shared is not None:
        names["shared"] = primitive.shared[1]
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
    call = f"rules[{i}]({arguments_of(primitive, i, rule)})"
    has_product = "g" in parameters(rule) or primitive.nature != "elementwise"
    return call if has_product else f"g * {call}"


def arguments_of(primitive: Primitive, i: int, rule: Callable[..., Any]) -> str:
    """What rule `i` is called with."""
    names = [name for name in parameters(rule) if is_value(primitive, name)]
    keywords = ["**node.kwargs"] if primitive.metadata else []
    return ", ".join([*(argument(primitive, i, name) for name in names), *keywords])


def reads_shared(primitive: Primitive, i: int) -> bool:
    rule = primitive.rules[i]
    name = primitive.shared[0] if primitive.shared is not None else None
    return callable(rule) and name in parameters(rule)


def is_value(primitive: Primitive, name: str) -> bool:
    return name not in primitive.metadata


def argument(primitive: Primitive, i: int, name: str) -> str:
    if name == "g" or (primitive.shared is not None and name == primitive.shared[0]):
        return name
    if primitive.nature == "linear" and name == OPERANDS[i]:
        return f"node.parents[{i}]"
    return f"saved[{primitive.saved_names.index(name)}]"
