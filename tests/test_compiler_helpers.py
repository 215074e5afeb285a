"""The functions that come along with a program: all that they need, under their own names."""

from typing import Any

import numpy as np
import pytest

from autograd_lite.compiler.helpers import helpers_of
from autograd_lite.core.overriding import checked
from autograd_lite.errors import TraceError
from autograd_lite.ops.convolution import convolved
from autograd_lite.ops.indexing import add_at
from autograd_lite.ops.pooling import largest
from autograd_lite.ops.sliding import Sliding

HELPERS = {"convolved": convolved, "add_at": add_at, "largest": largest, "checked": checked}
SLIDING = Sliding((4, 3), (2, 2), (2, 1), ((1, 0), (0, 1)), (1, 1))
X, WEIGHT = np.arange(24.0).reshape(2, 1, 4, 3), np.arange(8.0).reshape(2, 1, 2, 2)


def run(helpers: dict[str, Any]) -> dict[str, Any]:
    """What their text defines where nothing else is known but NumPy."""
    text = "\n".join(["from __future__ import annotations", *helpers_of(helpers)])
    assert "autograd_lite" not in text
    assert "@overridable" not in text
    names: dict[str, Any] = {"np": np, "__name__": "step"}
    exec(compile(text, "<helpers>", "exec"), names)
    return names


def test_they_do_what_the_originals_do() -> None:
    names = run({**HELPERS, "Sliding": Sliding})
    sliding = eval(repr(SLIDING), names)
    expected = convolved(X, WEIGHT, None, SLIDING, 1)
    np.testing.assert_array_equal(names["convolved"](X, WEIGHT, None, sliding, 1), expected)
    np.testing.assert_array_equal(names["largest"](X, sliding), largest(X, SLIDING))
    index = np.array([0, 0, 2])
    np.testing.assert_array_equal(names["add_at"](np.ones(3), index, (4,)), [2.0, 0.0, 1.0, 0.0])


def test_annotations_are_names_that_are_there() -> None:
    names = run(HELPERS)
    assert {"Sliding", "Index", "Any", "Iterator", "math"} <= names.keys()


def test_a_ufunc_of_scipy_is_imported() -> None:
    special = pytest.importorskip("scipy.special")
    names = run({"psi": special.psi})
    assert names["psi"] is special.psi


def test_what_has_no_text_is_refused() -> None:
    unnamed = lambda x: x
    unnamed.__module__ = "autograd_lite.ops.indexing"
    with pytest.raises(TraceError, match="no function with a name of its own.*Define it with def"):
        helpers_of({"unnamed": unnamed})
    with pytest.raises(TraceError, match="neither NumPy's nor SciPy's.*NumPy's functions"):
        helpers_of({"own": np.frompyfunc(abs, 1, 1)})


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(TraceError, match="two functions named pieces.*another name"):
        helpers_of({"pieces": add_at, "convolved": convolved})
