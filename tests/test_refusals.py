"""What NumPy's dispatch cannot hand over is refused with a sentence that says what to write."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag

T = ag.Tensor(1.5)
V = ag.Tensor([1.0, 2.0, 0.0])
ARRAY = np.arange(4.0)


def assign_into_an_array() -> None:
    buffer = np.zeros(3)
    buffer[0] = T


def add_into_an_array() -> None:
    buffer = np.zeros(3)
    buffer += V


REFUSED: list[tuple[str, Callable[[], Any], str]] = [
    ("arr[t]", lambda: ARRAY[V], "take entries of an array by integers"),
    ("arr.dot(t)", lambda: ARRAY[:3].dot(V), r"np.dot\(array, t\), not array.dot\(t\)"),
    ("arr.take(t)", lambda: ARRAY.take(V), "by integers"),
    ("np.take(arr, t)", lambda: np.take(ARRAY, V), "np.take: making .* An index is integer data"),
    ("np.array([t, t])", lambda: np.array([T, T]), "Join tensors with np.stack"),
    ("np.asarray(t)", lambda: np.asarray(V), "Making a plain array would lose the gradient"),
    ("fill_diagonal", lambda: np.fill_diagonal(np.eye(2), T), "np.fill_diagonal.*np.where"),
    ("np.full", lambda: np.full(3, T), "np.full: .*np.broadcast_to"),
    ("np.arange", lambda: np.arange(T), "plain array would lose the gradient"),
    ("np.r_", lambda: np.r_[V, V], "np.r_: .*np.concatenate"),
    ("np.c_", lambda: np.c_[V, V], "np.c_: .*np.column_stack"),
    ("np.sum([t, t])", lambda: np.sum([T, T]), r"np.sum: .*np.sum\(np.stack\(\[t, u\]\)\)"),
    ("np.max([t, t])", lambda: np.max([T, T]), r"np.max\(np.stack"),
    ("np.mean([t, t])", lambda: np.mean([T, T]), r"np.mean\(np.stack"),
    ("np.exp([t, t])", lambda: np.exp([T, T]), "Join tensors with np.stack"),
    ("arr @ [t, t]", lambda: ARRAY[:2] @ [T, T], "Join tensors with np.stack"),
    ("np.vectorize", lambda: np.vectorize(lambda x: 2 * x)(V), "np.vectorize: .*ag.vmap"),
    ("as_strided", lambda: np.lib.stride_tricks.as_strided(V, (2, 2), (8, 8)), "sliding_window"),
    ("polyval", lambda: np.polynomial.polynomial.polyval(ARRAY, V), "np.polyval: .*Horner"),
    ("select", lambda: np.select([ARRAY > 1], [ARRAY], default=T), "np.select: .*np.where"),
    ("pad", lambda: np.pad(ARRAY, 1, constant_values=T), "np.pad: .*Make the array a tensor"),
    ("math.exp(t)", lambda: math.exp(T), r"np.exp, not math.exp"),
    ("int(t)", lambda: int(T), "is integer data"),
    ("complex(t)", lambda: complex(T), r"complex\(\) would lose"),
    ("np.copyto", lambda: np.copyto(np.zeros(3), V), "np.copyto into a plain array .*np.where"),
    ("out=arr", lambda: np.add(V, 1, out=np.zeros(3)), "np.add: .*out=.*array = array"),
    ("arr += t", add_into_an_array, "np.add: .*array = array"),
    ("assert_allclose", lambda: np.testing.assert_allclose(V, V), r"Compare t.numpy\(\)"),
    ("rng.normal(t)", lambda: np.random.default_rng().normal(V), "plain array would lose"),
    ("np.save", lambda: np.save("/dev/null", V), r"np.save has no gradient rule .*\.numpy\(\)"),
]


@pytest.mark.parametrize(("name", "code", "text"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused_with_advice(name: str, code: Callable[[], Any], text: str) -> None:
    with pytest.raises((ag.LostGradientError, ag.ImmutableError, ag.NotDifferentiableError)) as e:
        code()
    found = str(e.value)
    assert e.match(text), found
    assert "\n" not in found
    assert len(found) < 400


@pytest.mark.parametrize("code", [assign_into_an_array, lambda: ARRAY.sum(initial=T)])
def test_where_numpy_raises_an_error_of_its_own_the_reason_is_ours(code: Any) -> None:
    with pytest.raises(ValueError, match="setting an array element") as e:
        code()
    assert isinstance(e.value.__cause__, ag.LostGradientError)
    assert "NumPy's functions" in str(e.value.__cause__)


def test_numpy_iterates_over_no_tensor() -> None:
    with pytest.raises((TypeError, ag.LostGradientError)):
        list(np.nditer(V))


@pytest.mark.parametrize(
    ("name", "args", "text"),
    [
        ("softmax", (), "scipy.special.softmax: .*Use ag.softmax"),
        ("log_softmax", (), "Use ag.log_softmax"),
        ("logsumexp", (), "Use ag.logsumexp"),
        ("polygamma", (1,), "Use ag.polygamma"),
    ],
)
def test_scipy_functions_name_ours(name: str, args: tuple[Any, ...], text: str) -> None:
    special = pytest.importorskip("scipy.special")
    with pytest.raises(ag.LostGradientError, match=text):
        getattr(special, name)(*args, V)


def test_without_a_gradient_all_of_it_works() -> None:
    """Under no_grad, and for a frozen tensor, a tensor converts as an array does."""
    with ag.no_grad():
        np.testing.assert_allclose(V, [1.0, 2.0, 0.0])
        assert math.exp(T) == math.exp(1.5)
        assert np.sum([T, T]) == 3.0
    frozen = ag.Tensor([1.0, 2.0], requires_grad=False)
    np.testing.assert_allclose(np.asarray(frozen), [1.0, 2.0])
    assert np.array([frozen, frozen]).shape == (2, 2)


def test_our_own_functions_are_named_by_the_caller_above_them() -> None:
    """The name is that of the function a user called, not of a helper within NumPy."""
    with pytest.raises(ag.LostGradientError, match="^np.std: "):
        np.std([T, T])
