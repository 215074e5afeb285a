"""The whole suite of properties on one function: what a user's primitive has to show."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite import tree
from autograd_lite.core.graph import Primitive, topological
from autograd_lite.core.tensor import Tensor
from autograd_lite.errors import GradientError
from autograd_lite.testing.properties import PROPERTIES, check_broadcasting
from autograd_lite.testing.sensitivity import check_rules_are_seen


class Case:
    """Operands and keywords of one call: `Case(x, y, axis=0)`."""

    def __init__(self, *operands: Any, **keywords: Any) -> None:
        self.operands = tuple(np.asarray(x) for x in operands)
        self.keywords = keywords

    def __repr__(self) -> str:
        said = [f"{x.dtype} {x.shape}" for x in self.operands]
        said += [f"{key}={value!r}" for key, value in self.keywords.items()]
        return f"Case({', '.join(said)})"


@dataclass(frozen=True)
class PrimitiveReport:
    """What `check_primitive` ran; `str(report)` says it in words."""

    name: str
    cases: tuple[Case, ...]
    properties: tuple[str, ...]
    rules: int

    def __str__(self) -> str:
        names = ", ".join(each.removeprefix("check_").replace("_", " ") for each in self.properties)
        rules = f"{self.rules} rules" if self.rules != 1 else "1 rule"
        seen = (
            f"  {rules} made wrong by a thousandth: each seen by a case"
            if self.rules
            else "  it has no rules of its own to be made wrong"
        )
        cases = f"{len(self.cases)} cases" if len(self.cases) != 1 else "1 case"
        return f"{self.name}: right on {cases}\n  {names}\n{seen}"


def check_primitive(function: Callable[..., Any], cases: Iterable[Any]) -> PrimitiveReport:
    """Run every property on a function at each case; GradientError says which does not hold.

    A case is a `Case`, or the operands of a call as a tuple, or one array. Operands keep away
    from kinks and from the ends of a domain. A function declared entry by entry is also run on
    operands of other shapes that broadcast, filled with entries of those given. At last each
    rule of the primitive is made wrong by a thousandth: if every case still passes, the cases
    do not check it, and that is an error too.

    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> cube = ag.declare.elementwise(lambda x: x**3, lambda x: 3 * x**2, name="cube")
    >>> print(check_primitive(cube, [np.array([0.5, -1.5])]))
    cube: right on 1 case
      value, first order, ...
      1 rule made wrong by a thousandth: each seen by a case
    """
    name = getattr(function, "__name__", type(function).__name__)
    gathered = tuple(map(case_of, cases))
    if not gathered:
        raise GradientError(f"check_primitive: no cases for {name}; give at least one.")
    primitives = own_primitives(function, gathered)
    checks = [*PROPERTIES]
    if primitives and all(primitive.nature == "elementwise" for primitive in primitives):
        checks.append(check_broadcasting)
    for case in gathered:
        for check in checks:
            try:
                check(bound(function, case), case.operands)
            except AssertionError as error:
                what = check.__name__.removeprefix("check_").replace("_", " ")
                raise GradientError(
                    f"check_primitive: {name} fails on {what}, {case}: {error}",
                    getattr(error, "mismatch", None),
                ) from error
    calls = [(bound(function, case), case.operands) for case in gathered]
    rules = sum(check_rules_are_seen(primitive, calls) for primitive in primitives)
    return PrimitiveReport(name, gathered, tuple(check.__name__ for check in checks), rules)


def case_of(case: Any) -> Case:
    if isinstance(case, Case):
        return case
    return Case(*case) if isinstance(case, tuple) else Case(case)


def bound(function: Callable[..., Any], case: Case) -> Callable[..., Any]:
    """The function with the keywords of a case."""

    def call(*operands: Any) -> Any:
        return function(*operands, **case.keywords)

    call.__name__ = getattr(function, "__name__", type(function).__name__)
    return call


def own_primitives(function: Callable[..., Any], cases: Sequence[Case]) -> list[Primitive]:
    """The row behind a declared function, or the rows if it has several outputs."""
    primitive = getattr(function, "primitive", None)
    if isinstance(primitive, Primitive):
        return [primitive]
    name = getattr(function, "__name__", "")
    out = function(*(Tensor(x) for x in cases[0].operands), **cases[0].keywords)
    nodes = [leaf.node for _, leaf in tree.leaves(out) if type(leaf) is Tensor and leaf.node]
    found = {node.primitive for node in topological(nodes) if node.primitive is not None}
    return sorted(
        (each for each in found if each.name.startswith(f"{name}.")), key=lambda each: each.name
    )
