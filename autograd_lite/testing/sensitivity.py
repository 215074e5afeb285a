"""Rules made wrong on purpose: a check that stays green then is none."""

import contextlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd_lite.core.graph import Primitive
from autograd_lite.errors import GradientError
from autograd_lite.testing.properties import check_first_order
from autograd_lite.testing.requirements import Operands

FACTOR = 1.001


@contextlib.contextmanager
def wrong_rules(primitive: Primitive, i: int) -> Iterator[None]:
    """Inside the block, rule `i` of the primitive is off by a thousandth."""
    rules = primitive.rules
    try:
        primitive.rules = (*rules[:i], slightly_wrong(rules[i]), *rules[i + 1 :])
        primitive.plans.clear()
        yield
    finally:
        primitive.rules = rules
        primitive.plans.clear()


def slightly_wrong(rule: Any) -> Any:
    """The rule, with the same parameters, off by a thousandth."""
    if not callable(rule):
        return FACTOR * rule
    bare = [p.replace(annotation=p.empty) for p in inspect.signature(rule).parameters.values()]
    parameters = str(inspect.Signature(bare))
    given = ", ".join(f"{p.name}={p.name}" for p in bare)
    # Written out, since the parameters of a rule say by their names what it reads.
    return eval(f"lambda {parameters[1:-1]}: off(rule({given}))", {"rule": rule, "off": off})


def off(gradient: Any) -> Any:
    if isinstance(gradient, list | tuple):
        return [FACTOR * part for part in gradient]
    return FACTOR * gradient


def check_rules_are_seen(
    primitive: Primitive,
    cases: Sequence[tuple[Callable[..., Any], Operands]],
    without: int | None = None,
) -> int:
    """Each rule of the primitive, made wrong by a thousandth, turns a case red; how many there are.

    Not tried are rules that say that an operand is constant (None, 0), and rule `without`, if its
    derivative is zero wherever it is defined.
    """
    tried = 0
    for i, rule in enumerate(primitive.rules):
        if i == without or rule is None or (not callable(rule) and rule == 0):
            continue
        tried += 1
        with wrong_rules(primitive, i):
            if not any(is_red(function, operands) for function, operands in cases):
                raise GradientError(
                    f"rule {i} of {primitive.name}, made wrong by a thousandth, passes every "
                    "case: give one whose result depends on that operand, with a derivative "
                    "that is not zero."
                )
    return tried


def is_red(function: Callable[..., Any], operands: Operands) -> bool:
    try:
        check_first_order(function, operands)
    except AssertionError:
        return True
    return False
