"""Every pass leaves a program that is one, and that computes the same."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases import CASES, Case
from hypothesis import given, settings
from interpreter import interpreted, recorded

import autograd_lite as ag
from autograd_lite.compiler.checker import check
from autograd_lite.compiler.passes import PASSES, run
from autograd_lite.compiler.program import Program
from autograd_lite.errors import TraceError
from autograd_lite.testing import Graph, graphs

EXACT = {"dead", "folding", "sharing", "strong", "identities", "indexing",
         "broadcasting"}  # fmt: skip


def of(call: Callable[..., Any]) -> Callable[..., Any]:
    """Value and gradient of a weighted sum of what a function returns."""

    def total(*operands: Any) -> Any:
        result = call(*operands)
        weights = np.cos(np.arange(np.size(result))).reshape(np.shape(result))
        return np.sum(np.real(result) * weights)

    return ag.value_and_grad(total)


def compared(program: Program, inputs: Any) -> None:
    """Run the passes, and check each result and compare it with what the program computed."""
    wanted = interpreted(program, inputs)
    exact = True
    for name, each in PASSES.items():
        after = each(program)
        exact = exact and name in EXACT
        if after is program:
            continue
        check(after, program)
        for right, found in zip(wanted, interpreted(after, inputs), strict=True):
            same(right, found, exact, name)
        program = after


def same(right: Any, found: Any, exact: bool, name: str) -> None:
    assert type(right) is type(found), name
    if not isinstance(right, np.ndarray):
        assert right == pytest.approx(found, rel=1e-12), name
        return
    assert right.dtype == found.dtype, name
    assert right.shape == found.shape, name
    if exact or right.dtype.kind not in "fc":
        np.testing.assert_array_equal(right, found, err_msg=name)
    else:
        large = np.max(np.abs(right), initial=0, where=np.isfinite(right))
        rtol = 1e3 * np.finfo(right.dtype).eps
        np.testing.assert_allclose(found, right, rtol=rtol, atol=rtol * float(large), err_msg=name)


# A third of the table, with the checker after every pass; the whole of it runs in
# test_compiler_cases.py.
@pytest.mark.parametrize("case", CASES[::3], ids=lambda case: case.name)
def test_passes_keep_what_a_function_and_its_gradient_compute(case: Case) -> None:
    try:
        program, inputs = recorded(of(case.call), *case.operands)
    except TraceError:
        return  # a shape that depends on values: there is no program
    check(program)
    compared(program, inputs)


@given(graphs())
def test_passes_keep_what_a_graph_computes(graph: Graph) -> None:
    program, inputs = recorded(of(graph), *graph.operands)
    compared(program, inputs)
    done, _ = run(program)
    check(done, program)
    for right, found in zip(interpreted(program, inputs), interpreted(done, inputs), strict=True):
        same(right, found, False, "all")


@settings(max_examples=20)
@given(graphs(max_steps=5))
def test_passes_keep_second_derivatives(graph: Graph) -> None:
    def steepness(*operands: Any) -> Any:
        gradient = ag.grad(lambda *xs: np.sum(np.sin(graph(*xs))))(*operands)
        return np.sum(np.square(gradient))

    program, inputs = recorded(ag.grad(steepness), *graph.operands)
    compared(program, inputs)
