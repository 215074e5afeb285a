"""grad, value_and_grad, vjp, jvp: arguments, results, trees, errors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import Array, finite_differences

import autograd_lite as ag
from autograd_lite.errors import GraphError, ShapeError

X = np.array([0.5, -1.5, 2.0])


def loss(x: Any, y: Any, scale: Any = 1.0) -> Any:
    return np.sum(np.sin(x) * y) * scale


# grad and value_and_grad


def test_grad() -> None:
    np.testing.assert_allclose(ag.grad(np.sin)(0.3), np.cos(0.3))
    found = ag.grad(lambda x: np.sum(x**3))(X)
    assert type(found) is np.ndarray
    np.testing.assert_allclose(found, 3 * X**2)


def test_value_and_grad() -> None:
    value, gradient = ag.value_and_grad(lambda x: np.sum(x**2))(X)
    assert not isinstance(value, ag.Tensor)
    np.testing.assert_allclose(value, np.sum(X**2))
    np.testing.assert_allclose(gradient, 2 * X)


def test_the_first_argument_is_differentiated_unless_said_otherwise() -> None:
    y = np.array([2.0, 3.0, 4.0])
    np.testing.assert_allclose(ag.grad(loss)(X, y), np.cos(X) * y)
    np.testing.assert_allclose(ag.grad(loss, argnums=1)(X, y), np.sin(X))
    np.testing.assert_allclose(ag.grad(loss, argnums=-1)(X, y), np.sin(X))
    by_y, by_x = ag.grad(loss, argnums=(1, 0))(X, y)
    np.testing.assert_allclose(by_x, np.cos(X) * y)
    np.testing.assert_allclose(by_y, np.sin(X))
    assert isinstance(ag.grad(loss, argnums=[0])(X, y), tuple)
    np.testing.assert_allclose(ag.grad(loss)(X, y, scale=3.0), 3 * np.cos(X) * y)


def test_argnums_that_do_not_exist() -> None:
    for argnums in (2, -3, (0, 5)):
        with pytest.raises(GraphError, match="there are 2 positional arguments"):
            ag.grad(loss, argnums=argnums)(X, X)


def test_has_aux() -> None:
    def f(x: Any) -> Any:
        hidden = np.sin(x)
        return np.sum(hidden), {"hidden": hidden, "name": "sine", "rate": 3}

    gradient, aux = ag.grad(f, has_aux=True)(X)
    np.testing.assert_allclose(gradient, np.cos(X))
    assert type(aux["hidden"]) is np.ndarray
    np.testing.assert_allclose(aux["hidden"], np.sin(X))
    assert (aux["name"], aux["rate"]) == ("sine", 3)
    (value, aux), gradient = ag.value_and_grad(f, has_aux=True)(X)
    np.testing.assert_allclose(value, np.sum(np.sin(X)))
    np.testing.assert_allclose(gradient, np.cos(X))


def test_aux_keeps_its_own_gradients() -> None:
    """What comes beside the result may depend on what the result does not."""

    def inner(y: Any) -> Any:
        return ag.grad(lambda x: (x * x, x * y), has_aux=True)(2.0)[1]

    assert ag.grad(inner)(3.0) == 2
    w = ag.Tensor(5.0)
    slope, aux = ag.grad(lambda x: (x * x, x * w), has_aux=True)(3.0)
    assert slope == 6
    aux.backward()
    assert w.grad == 3


def test_names_and_docs_are_kept() -> None:
    def energy(x: Any) -> Any:
        """What it costs."""
        return np.sum(x)

    for transformed in (ag.grad(energy), ag.value_and_grad(energy)):
        assert transformed.__name__ == "energy"
        assert transformed.__doc__ == "What it costs."


@pytest.mark.parametrize(
    "function",
    [lambda x: 3.0, lambda x: np.float64(3), lambda x: np.array(3.0), lambda x: 3,
     lambda x: ag.stop_gradient(np.sum(x)), lambda x: np.sum(np.sign(x))],
)  # fmt: skip
def test_a_result_that_does_not_depend_on_its_argument(function: Callable[..., Any]) -> None:
    value, gradient = ag.value_and_grad(function)(X.astype(np.float32))
    assert not isinstance(value, ag.Tensor)
    np.testing.assert_array_equal(gradient, np.zeros(3))
    assert gradient.dtype == np.float32


def test_an_unused_argument_has_gradient_zero() -> None:
    by_x, by_y = ag.grad(lambda x, y: np.sum(x), argnums=(0, 1))(X, X.astype(np.float32))
    np.testing.assert_array_equal(by_y, np.zeros(3))
    assert by_y.dtype == np.float32
    np.testing.assert_array_equal(by_x, np.ones(3))


def test_an_output_of_one_entry_is_a_scalar() -> None:
    gradient = ag.grad(lambda x: np.sum(x * x, keepdims=True))(X)
    np.testing.assert_array_equal(gradient, 2 * X)


def test_a_complex_output_is_refused() -> None:
    with pytest.raises(GraphError, match=r"turn returned a complex number. Take its np\.real"):

        def turn(x: Any) -> Any:
            return np.sum(x) * 1j

        ag.grad(turn)(X)
    with pytest.raises(GraphError, match="backward needs a real scalar"):
        (ag.Tensor(1.0) * 1j).backward()


def test_a_scalar_is_needed() -> None:
    def curve(x: Any) -> Any:
        return x * 2

    with pytest.raises(GraphError) as error:
        ag.grad(curve)(X)
    text = str(error.value)
    assert "grad needs a scalar output; curve returned shape" in text
    assert "np.sum" in text


def test_arguments_are_copied_and_results_belong_to_the_caller() -> None:
    x = X.copy()
    for function in (np.sum, lambda x: np.sum(x[::-1]), lambda x: np.sum(x * x)):
        gradient = ag.grad(function)(x)
        assert gradient.flags.writeable
        assert gradient.flags.c_contiguous
        assert not np.shares_memory(gradient, x)
        gradient[:] = 7
    np.testing.assert_array_equal(x, X)


def test_scalars_in_scalars_out() -> None:
    for x in (2.0, 2, np.float64(2), np.array(2.0)):
        gradient = ag.grad(lambda x: x**2)(x)
        assert np.shape(gradient) == ()
        assert gradient.dtype == np.float64
        assert gradient == 4
    assert ag.grad(lambda x: x**2)(np.float32(2)).dtype == np.float32


def test_argnums_may_be_any_integers() -> None:
    assert ag.grad(lambda x, y: x * y, argnums=np.int64(1))(2.0, 3.0) == 2


def test_integer_arrays_are_refused() -> None:
    with pytest.raises(TypeError, match="convert it"):
        ag.grad(np.sum)(np.arange(3))


# Trees


@dataclass
class Layer:
    weight: Any
    bias: Any


class Pair(NamedTuple):
    left: Any
    right: Any


def test_trees_as_arguments() -> None:
    params = {
        "layers": [Layer(np.ones((2, 3)), np.zeros(3)), Layer(np.ones((3, 1)), None)],
        "pair": Pair(np.array(2.0), (np.array([1.0, 2.0]),)),
    }

    def f(params: Any, x: Any) -> Any:
        first, second = params["layers"]
        hidden = np.tanh(x @ first.weight + first.bias) @ second.weight
        return np.sum(hidden) * params["pair"].left + np.sum(params["pair"].right[0] ** 2)

    x = np.array([0.3, 0.4])
    gradient = ag.grad(f)(params, x)
    assert type(gradient["layers"][0]) is Layer
    assert type(gradient["pair"]) is Pair
    assert gradient["layers"][1].bias is None
    np.testing.assert_allclose(gradient["pair"].right[0], [2, 4])
    expected = finite_differences(
        lambda w, b: np.sum(np.tanh(x @ w + b) @ np.ones((3, 1))) * 2,
        [np.ones((2, 3)), np.zeros(3)],
    )
    np.testing.assert_allclose(gradient["layers"][0].weight, expected[0], rtol=1e-8)
    np.testing.assert_allclose(gradient["layers"][0].bias, expected[1], rtol=1e-8)
    assert type(params["layers"][0].weight) is np.ndarray


def test_a_module_as_argument() -> None:
    net = ag.nn.Linear(2, 3)
    x = np.array([[0.3, 0.4]], np.float32)
    gradient = ag.grad(lambda net: np.sum(net(x)))(net)
    assert type(gradient) is ag.nn.Linear
    found = gradient.weight
    found = found.numpy() if isinstance(found, ag.Tensor) else found
    np.testing.assert_allclose(found, np.repeat(x, 3, axis=0))


def test_one_array_in_two_places_has_two_gradients() -> None:
    a = np.array([1.0, 2.0])
    first, second = ag.grad(lambda pair: np.sum(pair[0] * 2 + pair[1] * 3))([a, a])
    np.testing.assert_array_equal(first, [2, 2])
    np.testing.assert_array_equal(second, [3, 3])


# vjp


def test_vjp() -> None:
    y = np.array([2.0, 3.0, 4.0])
    out, pull = ag.vjp(np.multiply, X, y)
    assert type(out) is np.ndarray
    np.testing.assert_array_equal(out, X * y)
    for v in (np.ones(3), np.array([1.0, 0.0, -1.0])):  # as often as one likes
        by_x, by_y = pull(v)
        np.testing.assert_array_equal(by_x, v * y)
        np.testing.assert_array_equal(by_y, v * X)


def test_vjp_refuses_a_cotangent_of_another_shape() -> None:
    _, pull = ag.vjp(np.sin, X)
    with pytest.raises(ShapeError, match=r"vjp: output of shape \(3,\), cotangent of shape \(2,\)"):
        pull(np.ones(2))


def test_vjp_takes_python_numbers_and_other_dtypes() -> None:
    _, pull = ag.vjp(np.sin, np.float32(0.5))
    (gradient,) = pull(1)
    assert gradient.dtype == np.float32
    np.testing.assert_allclose(gradient, np.cos(0.5), rtol=1e-6)


def test_vjp_of_the_identity_hands_out_a_copy() -> None:
    v = np.ones(3)
    _, pull = ag.vjp(lambda x: x, X)
    (gradient,) = pull(v)
    gradient[0] = 7
    np.testing.assert_array_equal(v, np.ones(3))
    _, pull = ag.vjp(lambda x, y: (x + y) * 1, X, X)
    first, second = pull(v)
    assert not np.shares_memory(first, second)
    assert not np.shares_memory(first, v)


def test_vjp_of_trees() -> None:
    _, pull = ag.vjp(lambda p, x: p["a"] * x + p["b"], {"a": X, "b": X}, np.ones(3))
    by_p, by_x = pull(np.ones(3))
    np.testing.assert_array_equal(by_p["a"], np.ones(3))
    np.testing.assert_array_equal(by_p["b"], np.ones(3))
    np.testing.assert_array_equal(by_x, X)


def test_vjp_of_more_than_one_result() -> None:
    """Trees come back, or a sentence says what to do instead."""
    try:
        _, pull = ag.vjp(lambda x: (x, 2 * x), X)
        (found,) = pull((np.ones(3), np.ones(3)))
    except (GraphError, TypeError) as error:
        assert "vjp" in str(error)
    else:
        np.testing.assert_array_equal(found, np.full(3, 3.0))


def test_vjp_inside_grad() -> None:
    def f(x: Any) -> Any:
        _, pull = ag.vjp(lambda y: y**3 * x, np.array(2.0))
        return pull(np.array(1.0))[0]

    assert ag.grad(f)(1.5) == 12


# jvp


def test_jvp() -> None:
    y = np.array([2.0, 3.0, 4.0])
    value, tangent = ag.jvp(np.multiply, (X, y), (np.ones(3), np.zeros(3)))
    np.testing.assert_array_equal(value, X * y)
    np.testing.assert_array_equal(tangent, y)
    assert type(tangent) is np.ndarray


def test_jvp_takes_numbers_lists_and_other_dtypes() -> None:
    value, tangent = ag.jvp(np.sin, (np.float32(0.5),), (1,))
    assert value.dtype == tangent.dtype == np.float32
    _, tangent = ag.jvp(np.sum, (X,), (np.array([1, 2, 3]),))
    assert tangent == 6
    assert tangent.dtype == np.float64


def test_jvp_of_trees() -> None:
    def f(p: Any) -> Any:
        return {"sum": np.sum(p["a"] * p["b"]), "a": p["a"] * 2, "fixed": 3.0}

    value, tangent = ag.jvp(f, ({"a": X, "b": X},), ({"a": np.ones(3), "b": np.zeros(3)},))
    np.testing.assert_allclose(value["sum"], np.sum(X * X))
    np.testing.assert_allclose(tangent["sum"], np.sum(X))
    np.testing.assert_array_equal(tangent["a"], np.full(3, 2.0))
    assert tangent["fixed"] == 0
    assert not isinstance(value["sum"], ag.Tensor)
    assert not isinstance(tangent["a"], ag.Tensor)


def test_jvp_of_a_function_that_does_not_depend_on_it() -> None:
    value, tangent = ag.jvp(lambda x: np.ones(2, np.float32), (1.0,), (1.0,))
    np.testing.assert_array_equal(value, np.ones(2))
    np.testing.assert_array_equal(tangent, np.zeros(2))


def test_jvp_refuses_what_does_not_fit() -> None:
    with pytest.raises(GraphError, match="2 primals and 1 tangents; one for each"):
        ag.jvp(np.add, (X, X), (X,))
    with pytest.raises(ShapeError, match=r"primal of shape \(3,\), tangent of shape \(2,\)"):
        ag.jvp(np.sin, (X,), (np.ones(2),))
    with pytest.raises((TypeError, GraphError), match="primals"):
        ag.jvp(np.sin, X, X)


@pytest.mark.parametrize(
    "function",
    [np.max, np.prod, np.std, ag.logsumexp, lambda x: np.var(np.stack([x, 2 * x])),
     lambda x: ag.cross_entropy(np.stack([x, -x]), np.array(1))],
)  # fmt: skip
def test_jvp_of_scalars_through_general_functions(function: Callable[..., Any]) -> None:
    def f(x: Any) -> Any:
        return function(np.sin(x) * np.ones(())) * x

    value, tangent = ag.jvp(f, (0.7,), (1.0,))
    assert not isinstance(tangent, ag.Tensor)
    assert not isinstance(value, ag.Tensor)
    np.testing.assert_allclose(tangent, ag.grad(f)(0.7), rtol=1e-12)


def test_jvp_at_tensors_is_recorded() -> None:
    w = ag.Tensor(1.5)
    _, tangent = ag.jvp(lambda x: x**3, (w,), (2.0,))
    assert isinstance(tangent, ag.Tensor)
    tangent.backward()
    np.testing.assert_allclose(w.grad, 18)


def test_jvp_in_the_direction_of_a_tensor_is_recorded() -> None:
    u = ag.Tensor(2.0)
    _, tangent = ag.jvp(np.sin, (0.5,), (u,))
    tangent.backward()
    np.testing.assert_allclose(u.grad, np.cos(0.5))


def test_jvp_through_a_graph_that_was_freed() -> None:
    def f(x: Any) -> Any:
        hidden = np.exp(x)
        hidden.backward()
        return hidden * 2

    with pytest.raises(GraphError, match="an earlier backward has freed"):
        ag.jvp(f, (1.0,), (1.0,))


# stop_gradient


def test_stop_gradient() -> None:
    assert ag.grad(lambda x: x * ag.stop_gradient(x))(3.0) == 3
    assert ag.jvp(lambda x: x * ag.stop_gradient(x), (3.0,), (1.0,))[1] == 3
    np.testing.assert_array_equal(ag.stop_gradient(X), X)
    # straight through: the value of a step, the gradient of the identity
    found = ag.value_and_grad(lambda x: x + ag.stop_gradient(np.round(x) - x))(1.7)
    assert found == (2, 1)


# Products with second derivatives


def rosenbrock(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def test_hessian_vector_products() -> None:
    x, v = np.array([0.5, -0.3, 1.2]), np.array([1.0, 2.0, -1.0])
    forward = ag.jvp(ag.grad(rosenbrock), (x,), (v,))[1]
    reverse = ag.grad(lambda x: np.sum(ag.grad(rosenbrock)(x) * v))(x)
    expected = finite_differences(lambda x: np.sum(ag.grad(rosenbrock)(x) * v), [x])[0]
    np.testing.assert_allclose(forward, reverse, rtol=1e-12)
    np.testing.assert_allclose(forward, expected, rtol=1e-8)


def polynomial(coefficients: list[float]) -> Callable[[Any], Any]:
    return lambda x: sum(
        (c * x**k for k, c in enumerate(coefficients)), start=0.0 * x
    )  # fmt: skip


@given(
    coefficients=st.lists(st.floats(-3, 3), min_size=1, max_size=6),
    modes=st.lists(st.booleans(), max_size=4),
    x=st.floats(-1.5, 1.5),
)
def test_any_order_in_any_mixture_of_modes(
    coefficients: list[float], modes: list[bool], x: float
) -> None:
    def forward(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda x: ag.jvp(f, (x,), (1.0,))[1]

    f = polynomial(coefficients)
    for is_forward in modes:
        f = forward(f) if is_forward else ag.grad(f)
    expected = np.polynomial.Polynomial(coefficients).deriv(len(modes))(x)
    found = f(x)
    assert not isinstance(found, ag.Tensor)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_a_newton_step_lands_on_the_minimum_of_a_parabola() -> None:
    a = np.array([[3.0, 1.0], [1.0, 2.0]])
    b = np.array([1.0, -1.0])

    def f(x: Any) -> Any:
        return 0.5 * x @ (a @ x) - b @ x

    x = np.array([4.0, 5.0])
    gradient = ag.grad(f)(x)
    hessian: Array = np.stack([ag.jvp(ag.grad(f), (x,), (e,))[1] for e in np.eye(2)])
    np.testing.assert_allclose(hessian, a, rtol=1e-14)
    np.testing.assert_allclose(x - np.linalg.solve(hessian, gradient), np.linalg.solve(a, b))
