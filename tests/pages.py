"""The pages in docs/ that are made from the tables: which functions there are, and their edges.

python tests/pages.py        writes them; test_pages.py holds that they are up to date
"""

import inspect
import math
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from cases import CASES, CONSTANT, CONVENTIONS, SINGULAR, Convention, Singular

import autograd_lite as ag
from autograd_lite.core.declare import PRIMITIVES
from autograd_lite.core.tensor import DISPATCH

DOCS = Path(__file__).parents[1] / "docs"
NAMESPACES = {
    "np": np,
    "np.linalg": np.linalg,
    "np.fft": np.fft,
    "np.emath": np.emath,
    "np.lib.stride_tricks": np.lib.stride_tricks,
}
DISPATCHED = (np.ufunc, type(np.sum))  # the functions that NumPy hands over
METHODS = ["reduce", "accumulate", "outer", "reduceat", "at"]

FUNCTIONS_HEAD = """# NumPy's functions on tensors

Every function of NumPy {version} that can be handed a `Tensor`, and what it does with one. This
page is written by `python tests/pages.py` from the table of rows and the table of test cases.

- **differentiable**: gradients in reverse mode (VJP) and forward mode (JVP), to any order. Each
  case is tested for its value, against finite differences, in forward mode, and at second order
  in all four nestings of the modes; the number says how many cases call the function.
- **constant**: it has no derivative, or 0 wherever there is one; plain arrays come out.
- **refused**: it raises `NotDifferentiableError` by name.

Ufuncs also take `where=` and `dtype=`, and have the methods {methods}
where these are differentiable.

| function | on a tensor | made as | VJP | JVP | 2nd order | tested by |
|---|---|---|---|---|---|---|
"""

EDGES_HEAD = """# Values and derivatives at the edges

Where a function has a kink, a tie or a pole, the derivative is a matter of agreement, and where
PyTorch has the function, the agreement is PyTorch's. Each line is asserted by the test suite. This
page is written by `python tests/pages.py`.

## Kinks, ties and special values

The gradients are those of the sum of the result by each operand.

| case | at | value | gradients |
|---|---|---|---|
"""

POLES_HEAD = """
## Poles, and the strong zero

At these operands the function or its derivative is infinite or not a number. A zero cotangent
gives exactly zero all the same, in reverse and in forward mode and at second order; so
`np.where(x > 0, np.sqrt(x), 0)` has a finite gradient everywhere. Where NumPy's own value is not a
number (marked *), the zero must come from an `np.where` that did not choose the entry.

| case | at |
|---|---|
"""


def functions() -> Iterator[tuple[str, Any]]:
    """Every function that NumPy dispatches, with all of its names."""
    names: dict[int, list[str]] = {}
    found = {}
    for prefix, module in NAMESPACES.items():
        for name in sorted(vars(module)):
            function = getattr(module, name)
            if isinstance(function, DISPATCHED) and not name.startswith("_"):
                found[id(function)] = function
                names.setdefault(id(function), []).append(f"`{prefix}.{name}`")
    for key, function in found.items():
        yield ", ".join(names[key]), function


def calls_of(cases: list[tuple[Callable[..., Any], tuple[Any, ...]]]) -> Counter[Any]:
    """In how many cases each entry of the table of functions is called."""
    counts: Counter[Any] = Counter()
    table = dict(DISPATCH)
    met: set[Any] = set()

    def noting(key: Any, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            met.add(key)
            return function(*args, **kwargs)

        return call

    try:
        for key, function in table.items():
            DISPATCH[key] = noting(key, function)
        for call, operands in cases:
            met.clear()
            call(*(ag.Tensor(operand) for operand in operands))
            counts.update(met)
    finally:
        DISPATCH.update(table)
    return counts


def functions_page() -> str:
    tested = calls_of([(case.call, case.operands) for case in CASES])
    plain = calls_of([(call, (np.array([0.5, -1.5, 2.5]),)) for _, call in CONSTANT])
    rows = {id(key): p for key, p in rows_by_function()}
    lines = []
    for name, function in functions():
        if function not in DISPATCH:
            lines.append(f"| {name} | refused | | | | | |")
        elif tested[function]:
            row = rows.get(id(function))
            made = f"{row.nature} row" if row is not None else "of other functions"
            count = tested[function]
            cases = f"{count} case{'s' if count > 1 else ''}"
            lines.append(f"| {name} | differentiable | {made} | ✓ | ✓ | ✓ | {cases} |")
        else:
            cases = "1 case" if plain[function] else ""
            lines.append(f"| {name} | constant | | | | | {cases} |")
    methods = ", ".join(f"`{method}`" for method in METHODS)
    version = ".".join(np.__version__.split(".")[:2])
    return (
        FUNCTIONS_HEAD.format(methods=methods, version=version) + "\n".join(lines) + own_functions()
    )


def rows_by_function() -> Iterator[tuple[Any, Any]]:
    declared = set(PRIMITIVES)
    for key, call in DISPATCH.items():
        primitive = getattr(call, "primitive", None)
        if primitive in declared:
            yield key, primitive


def own_functions() -> str:
    """The library's own functions of arrays, with what they say of themselves."""
    lines = ["\n\n## The library's own functions\n\n| function | what it is |\n|---|---|"]
    for name in sorted(vars(ag.ops)):
        function = getattr(ag.ops, name)
        public = name in ag.__all__ and callable(function) and not isinstance(function, ModuleType)
        if public:
            first = (inspect.getdoc(function) or "").split("\n")[0]
            lines.append(f"| `ag.{name}` | {escaped(first)} |")
    return "\n".join(lines) + "\n"


def edges_page() -> str:
    kinks = [kink_line(row) for row in CONVENTIONS]
    poles = [pole_line(row) for row in SINGULAR]
    return EDGES_HEAD + "\n".join(kinks) + "\n" + POLES_HEAD + "\n".join(poles) + "\n"


def kink_line(row: Convention) -> str:
    at = ", ".join(shown(x) for x in row.operands)
    gradients = ", ".join(shown(g) for g in row.gradients)
    return f"| {escaped(row.name)} | {at} | {shown(row.value)} | {gradients} |"


def pole_line(row: Singular) -> str:
    star = "" if row.bare else " *"
    return f"| {escaped(row.name)}{star} | {', '.join(shown(x) for x in row.operands)} |"


def shown(number: Any) -> str:
    if isinstance(number, list | tuple | np.ndarray):
        return "[" + ", ".join(shown(x) for x in number) + "]"
    if isinstance(number, complex):
        return f"{number:.4g}"
    if isinstance(number, bool | np.bool_ | str):
        return str(number)
    return f"{float(number):.4g}" if math.isfinite(number) else str(float(number))


def escaped(text: str) -> str:
    return text.replace("|", "\\|")


PAGES = {"functions.md": functions_page, "edges.md": edges_page}


def main() -> None:
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        print(f"wrote docs/{name}")


if __name__ == "__main__":
    main()
