"""The verbs that add a differentiable function: one row, its derivative beside it.

    elementwise   entry by entry: each rule is a partial derivative (a number, or a function)
    linear        linear in each operand: each rule is the transpose, a function of `g`
    general       anything else: each rule is the product of `g` and the Jacobian
    composite     as general, but the body is written in NumPy and may hand out extra outputs
    several       several outputs: a rule for each, by the output's name
    constant      no derivative: the result is a plain array
    derived       a function written in terms of others; it needs no rule
    further       the same, for a function with a row, when keywords are given that it lacks

A rule names what it reads: `x, y, z` are the operands (`xs` the list of a variadic function),
`out` the result, `g` the cotangent; every other parameter is a keyword of the function, with its
default. What no rule names is not kept. Rules are NumPy code, so a gradient can itself be
differentiated. A rule returns its cotangent, a view of it, or a new array.

Drawings show a rule as a formula, read off its source. A row whose rules are whole functions may
say theirs: `formula=("g @ yᵀ", "xᵀ @ g")`, one text for each operand.

>>> import numpy as np
>>> import autograd_lite as ag
>>> softsign = ag.declare.elementwise(
...     lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2, name="softsign")
>>> ag.grad(softsign)(1.0)
np.float64(0.25)
"""

import functools
import inspect
from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from autograd_lite.core.graph import OPERANDS, Nature, Primitive
from autograd_lite.core.overriding import overridable as overridable  # a verb, too
from autograd_lite.core.record import record_several, recorder
from autograd_lite.core.rules import make_plan, metadata, parameters
from autograd_lite.core.tensor import DISPATCH, Tensor, value_of
from autograd_lite.errors import ImmutableError, NotDifferentiableError

Function = Callable[..., Any]

# Every primitive that was declared, in order: the tests, the drawings and the docs read it.
PRIMITIVES: list[Primitive] = []


def elementwise(
    function: Callable[..., Any],
    *rules: Any,
    name: str | None = None,
    body: Any = None,
    formula: tuple[str, ...] = (),
) -> Callable[..., Any]:
    """Declare a function that works entry by entry, with its partial derivatives.

    A rule that has a parameter `g` returns the product with the cotangent itself.
    """
    return _declare(function, "elementwise", rules, name, body, formula=formula)


def linear(
    function: Callable[..., Any],
    *rules: Any,
    name: str | None = None,
    body: Any = None,
    formula: tuple[str, ...] = (),
) -> Callable[..., Any]:
    """Declare a function linear in each operand, with its transposes.

    In the rule of its own operand, `x` has a shape and a dtype but no values. A rule may return
    an array that broadcasts to the operand's shape in place of the whole.
    """
    return _declare(function, "linear", rules, name, body, formula=formula)


def general(
    function: Callable[..., Any],
    *rules: Any,
    name: str | None = None,
    body: Any = None,
    formula: tuple[str, ...] = (),
) -> Callable[..., Any]:
    """Declare any other function, with the products of a cotangent and its Jacobians."""
    return _declare(function, "general", rules, name, body, formula=formula)


def composite(
    function: Callable[..., Any],
    *rules: Any,
    name: str | None = None,
    extras: dict[str, Callable[..., Any]] | None = None,
    shared: dict[str, Callable[..., Any]] | None = None,
    formula: tuple[str, ...] = (),
) -> Callable[..., Any]:
    """Declare a function whose body is NumPy code, one node when it is recorded.

    `extras` names what the body returns beside the result and a rule wants to read: for each the
    declared function that it equals, on the same operands and (by name) the same keywords. So
    the gradient of the gradient finds its way through them. `shared` names the one thing that
    several rules need and that is worked out once, and the function that does so, which reads what
    a rule may.
    """
    if shared is not None and len(shared) > 1:
        names = ", ".join(shared)
        raise ValueError(f"shared: one name is worked out for all rules; found {names}.")
    primitives = {extra: primitive_of(equal) for extra, equal in (extras or {}).items()}
    return _declare(function, "general", rules, name, None, primitives, shared, formula)


def several(
    function: Callable[..., Any], name: str | None = None, **rules: Any
) -> Callable[..., Any]:
    """Declare a function of one operand with several outputs, in their order, by their names.

    A rule pulls the cotangent `g` of its own output back and reads the operand `x` and any
    output by name. The result is of the type that `function` returns: a tuple, or NumPy's named
    tuple. The rule of an output without derivative is None; that output is a plain array.
    """
    title = name or function.__name__
    primitives: list[Primitive | None] = []
    for i, (output, rule) in enumerate(rules.items()):
        if rule is None:
            primitives.append(None)
            continue
        keywords = metadata(rule, tuple(rules))
        primitives.append(
            Primitive(
                f"{title}.{output}", output_of(function, i), "general", (rule,), keywords,
                variadic=False, jointly_linear=False, extras={}, plan=make_plan, output=output,
            )
        )  # fmt: skip
    found = [primitive for primitive in primitives if primitive is not None]
    for primitive in found:
        primitive.reads_also({p.output: p for p in found if p is not primitive})
    PRIMITIVES.extend(found)
    record = record_several(function, primitives)
    call = _normalized(title, record, 1, found[0].metadata, False, function)
    functools.update_wrapper(call, function, updated=())
    call.__name__ = title
    DISPATCH[function] = call
    return call


def output_of(function: Callable[..., Any], i: int) -> Callable[..., Any]:
    return lambda x, **kwargs: function(x, **kwargs)[i]


def constant(*functions: Callable[..., Any]) -> None:
    """Declare functions without a derivative: on tensors they return plain arrays."""
    for function in functions:
        DISPATCH[function] = on_values(function)


def derived(function: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare what a NumPy function means on tensors, in terms of other functions (a decorator)."""

    def register(body: Callable[..., Any]) -> Callable[..., Any]:
        if function in DISPATCH:  # NumPy has two names for some functions
            raise ValueError(f"{function.__name__} is declared already.")
        DISPATCH[function] = without_out(function, body)
        return body

    return register


def without_out(function: Callable[..., Any], body: Callable[..., Any]) -> Callable[..., Any]:
    """`body`, which lacks the parameter `out` that `function` has, refusing an array for it."""
    written: Any = getattr(function, "__wrapped__", None)
    if not hasattr(written, "__code__") or "out" not in parameters(written):
        return body
    if "out" in parameters(body):
        return body
    at = parameters(written).index("out")

    def call(*args: Any, **kwargs: Any) -> Any:
        out = kwargs.pop("out", None)
        if at < len(args) and at < written.__code__.co_argcount:  # not for a keyword alone
            out, args = args[at], args[:at] + args[at + 1 :]
        if out is not None:
            raise ImmutableError(
                f"{function.__name__}: the result of an operation on tensors cannot be written "
                "into an existing array (out=), which would lose its gradient."
            )
        return body(*args, **kwargs)

    return functools.update_wrapper(call, body, updated=())


def further(function: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare what a function with a row means, in terms of others, when it is called with
    keywords that its row does not know (a decorator). A call without them costs nothing more.
    """

    def register(body: Callable[..., Any]) -> Callable[..., Any]:
        known = frozenset(parameters(body))

        def call(*args: Any, **kwargs: Any) -> Any:
            for key in sorted(kwargs.keys() - known):
                raise NotDifferentiableError(no_rule_for(function.__name__, key, known))
            return body(*args, **kwargs)

        DISPATCH[function, "further"] = call
        return body

    return register


def no_rule_for(title: str, key: str, allowed: Collection[str]) -> str:
    return (
        f"{title}: the argument {key}= has no gradient rule here; allowed are "
        f"{', '.join(sorted(allowed))}."
    )


def primitive_of(function: Any) -> Primitive:
    """The primitive behind a declared function."""
    primitive = getattr(DISPATCH.get(function, function), "primitive", None)
    if not isinstance(primitive, Primitive):
        raise TypeError(f"{function!r} is not a declared function with a gradient rule.")
    return primitive


def _declare(
    function: Callable[..., Any],
    nature: Nature,
    rules: tuple[Any, ...],
    name: str | None,
    body: Any,
    extras: dict[str, Primitive] | None = None,
    shared: dict[str, Callable[..., Any]] | None = None,
    formula: tuple[str, ...] = (),
) -> Callable[..., Any]:
    title = name or function.__name__
    keywords = _keywords(title, function, rules, (*(extras or ()), *(shared or ())))
    variadic = callable(rules[0]) and "xs" in parameters(rules[0])
    primitive = Primitive(
        title, body or function, nature, rules, keywords, variadic,
        jointly_linear=not any(_reads_another(rule, i) for i, rule in enumerate(rules)),
        extras=extras or {}, plan=make_plan, shared=next(iter((shared or {}).items()), None),
        formula=formula,
    )  # fmt: skip
    primitive.record = recorder(primitive)
    PRIMITIVES.append(primitive)
    if isinstance(function, np.ufunc) or (len(rules) == 1 and not keywords):
        call: Any = primitive.record
    else:
        call = _normalized(
            title, primitive.record, len(rules), keywords, variadic, function
        )  # fmt: skip
    if not isinstance(function, np.ufunc):
        functools.update_wrapper(call, function, updated=())
    call.primitive = primitive
    call.__name__ = title
    DISPATCH[function] = call
    return call  # type: ignore[no-any-return]


def _keywords(
    name: str, function: Any, rules: tuple[Any, ...], extras: tuple[str, ...]
) -> tuple[str, ...]:
    """The keywords of a row; each of its rules takes them all."""
    if not rules:
        raise ValueError(f"{name}: a row needs one rule per operand.")
    found = [metadata(rule, ("out", *extras)) for rule in rules if callable(rule)]
    if any(set(other) != set(found[0]) for other in found):
        raise ValueError(f"{name}: its rules do not take the same keywords: {found}.")
    keywords = found[0] if found else ()
    if hasattr(function, "__code__"):
        unknown = set(keywords) - set(parameters(function))
        if unknown:
            raise TypeError(
                f"{name}: a rule reads {', '.join(sorted(unknown))}, which is no keyword of the "
                "function; the operands are x, y and z, the result is out, the cotangent g."
            )
    return keywords


def _reads_another(rule: Any, i: int) -> bool:
    return callable(rule) and bool(
        set(parameters(rule)) & {name for j, name in enumerate(OPERANDS) if j != i}
    )


def _normalized(
    title: str,
    record: Callable[..., Any],
    count: int,
    keywords: tuple[str, ...],
    variadic: bool,
    function: Callable[..., Any],
) -> Callable[..., Any]:
    """`record`, for every spelling that `function` allows of `count` operands and `keywords`."""
    allowed = frozenset(keywords)

    def call(*args: Any, **kwargs: Any) -> Any:
        if len(args) != count:
            args, kwargs = by_signature(args, kwargs)
        if kwargs and not allowed.issuperset(kwargs):
            kwargs = without_defaults(kwargs)
            if not allowed.issuperset(kwargs):
                return DISPATCH[function, "further"](*args, **kwargs)
        return record(*args, **kwargs)

    @functools.cache
    def signature() -> dict[str, inspect.Parameter]:
        try:
            return dict(inspect.signature(function).parameters)
        except ValueError:  # some of NumPy's compiled functions tell their signature to no one
            names = (*(("xs",) if variadic else OPERANDS[:count]), *keywords)
            kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
            return {name: inspect.Parameter(name, kind) for name in names}

    def by_signature(args: Any, kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        names = list(signature())
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        if len(args) > len(names) or len(given) < len(args) + len(kwargs):
            function(*args, **kwargs)  # NumPy says what is wrong with these arguments
        for name in names[:count]:
            default = signature()[name].default
            if given.setdefault(name, default) is inspect.Parameter.empty:
                raise TypeError(f"{title}: the argument {name} is missing.")
        return tuple(given.pop(name) for name in names[:count]), given

    def without_defaults(kwargs: dict[str, Any]) -> dict[str, Any]:
        known = signature()
        kept = {
            key: value
            for key, value in kwargs.items()
            if key in allowed or key not in known or value is not known[key].default
        }
        for key in sorted(kept.keys() - allowed):
            if (function, "further") not in DISPATCH:
                raise NotDifferentiableError(no_rule_for(title, key, allowed))
        return kept

    return call


def on_values(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` on the values of the tensors among its arguments (also inside lists)."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if type(kwargs.get("out")) is Tensor:
            raise ImmutableError(
                f"{function.__name__}: a tensor's value never changes, so out= cannot be one."
            )
        return function(
            *(plain(arg) for arg in args), **{key: plain(arg) for key, arg in kwargs.items()}
        )

    return functools.update_wrapper(call, function, updated=())


def plain(argument: Any) -> Any:
    if isinstance(argument, list | tuple):
        return type(argument)(value_of(item) for item in argument)
    return value_of(argument)
