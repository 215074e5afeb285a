"""Linear algebra beyond the table of cases: stacks, complex matrices, edges, refusals."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases.kinds import real
from hypothesis import given
from hypothesis import strategies as st
from oracles import Array, check_directions, check_first_order, cotangent_like, gradients

import autograd_lite as ag

la = np.linalg


def matrices(*shape: int, seed: int = 0) -> Array:
    """Well conditioned, with different singular values."""
    x = np.random.default_rng(seed).uniform(-0.2, 0.2, shape)
    k = min(shape[-2:])
    x[..., range(k), range(k)] += np.array([1.0, -2.2, 3.5, 4.9])[:k]
    return x


def complex_matrices(*shape: int, seed: int = 0) -> Array:
    rng = np.random.default_rng(seed)
    return matrices(*shape, seed=seed) + 0.3j * rng.uniform(-1, 1, shape)


def hermitian(x: Any) -> Any:
    return x + np.conjugate(x.mT)


def definite(x: Any) -> Any:
    return x @ np.conjugate(x.mT) + np.eye(x.shape[-1])


def real_loss(*outputs: Any) -> Any:
    """A real number that sees the real and the imaginary part of every entry."""
    total: Any = 0.0
    for out in outputs:
        weights = np.cos(np.arange(out.size) + 0.5).reshape(out.shape)
        total = total + np.sum(weights * np.real(out)) + np.sum(np.flip(weights) * np.abs(out) ** 2)
        if out.dtype.kind == "c":
            total = total + np.sum(np.sin(weights) * np.imag(out))
    return total


# Complex matrices: the gradient is the direction of steepest ascent, as in PyTorch

HOLOMORPHIC = {
    "inv": la.inv,
    "det": la.det,
    "solve": lambda z: la.solve(z, z @ z),
    "matrix_power": lambda z: la.matrix_power(z, -2),
    "matmul": lambda z: z @ z.mT,
    "einsum": lambda z: np.einsum("ij,jk->ik", z, z),
    "kron": lambda z: np.kron(z, z[0]),
    "cross": lambda z: np.cross(z, z[::-1]),
}
OTHERS = {
    "vdot": lambda z: np.vdot(z, z @ z),
    "vecdot": lambda z: np.vecdot(z, z[::-1]),
    "pinv": lambda z: la.pinv(z[:, :2]),
    "lstsq": lambda z: la.lstsq(z[:, :2], z[:, 2])[0],
    "cholesky": lambda z: la.cholesky(definite(z)),
    "cholesky, upper": lambda z: la.cholesky(definite(z), upper=True),
    "qr, Q": lambda z: la.qr(z[:, :2]).Q,
    "qr, R": lambda z: la.qr(z[:2]).R,
    "eigvalsh": lambda z: la.eigvalsh(hermitian(z)),
    "eigh": lambda z: np.abs(la.eigh(hermitian(z)).eigenvectors),
    "eigvals": la.eigvals,
    "eig": lambda z: np.abs(la.eig(z).eigenvectors),
    "svdvals": la.svdvals,
    "svd": lambda z: np.abs(la.svd(z[:2], full_matrices=False).Vh),
    "svd, both": lambda z: la.svd(z).U @ la.svd(z).Vh,
    "slogdet": lambda z: la.slogdet(z)[0] * la.slogdet(z)[1],
    "norm": la.norm,
    "norm 3": lambda z: la.vector_norm(z, ord=3),
    "nuclear norm": lambda z: la.norm(z, "nuc"),
    "cond": la.cond,
}


@pytest.mark.parametrize("name", [*HOLOMORPHIC, *OTHERS])
def test_complex_gradients_point_along_steepest_ascent(name: str) -> None:
    function = {**HOLOMORPHIC, **OTHERS}[name]
    z = complex_matrices(3, 3)

    def loss(z: Any) -> Any:
        return real_loss(function(z))

    def of_parts(x: Any, y: Any) -> Any:
        return loss(x + 1j * y)

    found = ag.grad(loss)(z)
    assert found.dtype == z.dtype
    check_first_order(of_parts, [z.real.copy(), z.imag.copy()])
    by_parts = ag.grad(of_parts, argnums=[0, 1])(z.real, z.imag)
    np.testing.assert_allclose(found, by_parts[0] + 1j * by_parts[1], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", HOLOMORPHIC)
def test_forward_mode_of_an_analytic_function_is_complex_linear(name: str) -> None:
    function, z = HOLOMORPHIC[name], complex_matrices(3, 3)
    direction = complex_matrices(3, 3, seed=5)
    once = ag.jvp(function, [z], [direction])[1]
    turned = ag.jvp(function, [z], [1j * direction])[1]
    np.testing.assert_allclose(turned, 1j * once, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.complex64])
def test_single_precision_stays_single(dtype: Any) -> None:
    x = complex_matrices(3, 3).astype(dtype) if dtype == np.complex64 else matrices(3, 3)
    x = x.astype(dtype)
    for name, function in {**HOLOMORPHIC, **OTHERS}.items():
        if name in ("eig", "eigvals") and dtype == np.float32:
            continue  # real_loss of complex eigenvectors is double
        t = ag.Tensor(x)
        out = function(t)
        assert out.dtype == function(x).dtype, name
        np.sum(np.abs(out)).backward()
        assert t.grad.dtype == dtype, name


# Stacks

ON_STACKS: dict[str, Callable[..., Any]] = {
    "inv": la.inv,
    "det": la.det,
    "logabsdet": lambda x: la.slogdet(x).logabsdet,
    "pinv": la.pinv,
    "cholesky": lambda x: la.cholesky(definite(x)),
    "qr": lambda x: np.concatenate(list(la.qr(x)), axis=-1),
    "eigvalsh": lambda x: la.eigvalsh(hermitian(x)),
    "eigenvectors": lambda x: la.eigh(hermitian(x)).eigenvectors ** 2,
    "eig": lambda x: la.eig(x).eigenvectors ** 2,
    "svd": lambda x: np.concatenate([la.svd(x).U ** 2, la.svd(x).Vh ** 2], axis=-1),
    "svdvals": la.svdvals,
    "matrix_power": lambda x: la.matrix_power(x, 3),
    "norm": la.matrix_norm,
    "spectral norm": lambda x: la.matrix_norm(x, ord=2),
    "cond": la.cond,
    "solve": lambda x: la.solve(x, x @ x),
}


@pytest.mark.parametrize("name", ON_STACKS)
@pytest.mark.parametrize("batch", [(), (1,), (3,), (2, 2), (0,), (2, 0)], ids=str)
def test_a_stack_is_many_matrices(name: str, batch: tuple[int, ...]) -> None:
    function, x = ON_STACKS[name], matrices(*batch, 3, 3)
    cotangent = cotangent_like(function(x))
    (found,) = gradients(function, [x], cotangent)
    assert found.shape == x.shape
    for index in np.ndindex(batch):
        (expected,) = gradients(function, [x[index]], cotangent[index])
        np.testing.assert_allclose(found[index], expected, rtol=1e-9, atol=1e-11)


@given(
    x=st.sampled_from([(), (1,), (2,), (2, 1), (0,)]),
    y=st.sampled_from([(), (1,), (2,), (1, 2), (3, 1)]),
)
def test_solve_broadcasts_its_stacks(x: tuple[int, ...], y: tuple[int, ...]) -> None:
    try:
        np.broadcast_shapes(x, y)
    except ValueError:
        return
    operands = [matrices(*x, 2, 2), matrices(*y, 2, 3, seed=1)]
    check_first_order(la.solve, operands)
    check_directions(la.solve, operands)


# What comes out


def test_named_tuples_come_out_as_from_numpy() -> None:
    x = matrices(2, 3, 3)
    for function in (la.svd, la.qr, la.eig, la.slogdet, lambda x: la.eigh(hermitian(x)),
                     lambda x: la.svd(hermitian(x), hermitian=True),
                     lambda x: la.qr(x[..., :2, :])):  # fmt: skip
        found, expected = function(ag.Tensor(x)), function(x)
        assert type(found) is type(expected)
        for one, other in zip(found, expected, strict=True):
            assert type(one) is ag.Tensor
            np.testing.assert_allclose(one.numpy(), other, rtol=1e-12, atol=1e-14)
            assert one.dtype == other.dtype


@pytest.mark.parametrize(("m", "n", "k"), [(4, 2, 2), (2, 4, 1), (3, 3, 2), (3, 1, 0)])
def test_lstsq_gives_what_numpy_gives(m: int, n: int, k: int) -> None:
    a, b = matrices(m, n), matrices(m, k) if k else np.arange(1.0, m + 1)
    found, expected = la.lstsq(ag.Tensor(a), ag.Tensor(b)), la.lstsq(a, b)
    for one, other in zip(found[:2], expected[:2], strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one.numpy(), other, rtol=1e-11, atol=1e-13)
    assert found[2] == expected[2]
    np.testing.assert_allclose(found[3].numpy(), expected[3], rtol=1e-12)


def test_lstsq_of_a_lower_rank_has_no_residuals() -> None:
    a = np.outer([1.0, 2.0, 3.0], [1.0, -1.0])
    found = la.lstsq(ag.Tensor(a), np.ones(3))
    assert found[1].shape == (0,)
    assert found[2] == 1


@pytest.mark.parametrize("order", [None, 1, -1, 2, -2, np.inf, -np.inf, "fro"])
def test_cond_of_a_singular_matrix_is_numpys(order: Any) -> None:
    x = np.stack([matrices(2, 2), np.array([[1.0, 2.0], [2.0, 4.0]])])
    x[1] = [[1.0, 1.0], [1.0, 1.0]] if order not in (None, 2, -2) else np.diag([1.0, 0.0])
    t = ag.Tensor(x)
    found = la.cond(t, order)
    np.testing.assert_allclose(found.numpy(), la.cond(x, order), rtol=1e-12)
    found[0].backward()
    assert np.all(np.isfinite(t.grad[0]))
    assert not t.grad[1].any()


# Determinants of singular matrices


def minors(x: Array) -> Array:
    """The cofactors, one by one."""
    n = len(x)
    result = np.empty((n, n))
    for i, j in itertools.product(range(n), repeat=2):
        rest = np.delete(np.delete(x, i, 0), j, 1)
        result[i, j] = (-1) ** (i + j) * la.det(rest)
    return result


@given(
    n=st.integers(1, 5), rank=st.integers(0, 5), seed=st.integers(0, 1000),
    noise=st.sampled_from([0.0, 1e-14, 1e-9, 1e-4]),
)  # fmt: skip
def test_the_gradient_of_det_is_the_cofactors_at_any_rank(
    n: int, rank: int, seed: int, noise: float
) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, min(n, rank))) @ rng.normal(size=(min(n, rank), n))
    x = x + noise * rng.normal(size=(n, n))
    found, expected = ag.grad(la.det)(x), minors(x)
    scale = max(1.0, float(np.max(np.abs(x)))) ** (n - 1)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-11 * scale)


def test_third_derivative_of_det_at_zero() -> None:
    """det of a 3 by 3 matrix is a sum of products of three: only here is it not zero."""

    def along(t: Any) -> Any:
        return la.det(t * np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [1.0, 0.0, 4.0]]))

    derivative = along
    for order in range(3):
        derivative = ag.grad(derivative)
        expected = 6 * along(1.0) if order == 2 else 0
        np.testing.assert_allclose(derivative(0.0), expected, atol=1e-12)


def test_slogdet_of_a_singular_matrix_spoils_no_other() -> None:
    x = np.stack([matrices(2, 2), np.ones((2, 2))])
    t = ag.Tensor(x)
    logs = la.slogdet(t).logabsdet
    logs[0].backward()
    np.testing.assert_allclose(t.grad[0], la.inv(x[0]).T, rtol=1e-13)
    assert not t.grad[1].any()
    t.grad = None
    np.sum(la.slogdet(t).logabsdet).backward()
    assert np.all(np.isnan(t.grad[1]))


def test_an_error_of_linear_algebra_passes_through() -> None:
    singular = ag.Tensor(np.ones((2, 2)))
    for function in (la.inv, lambda x: la.solve(x, np.ones(2)), lambda x: la.cholesky(-x)):
        with pytest.raises(la.LinAlgError):
            function(singular)


# Where eigenvalues or singular values meet


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.sum(la.eigvalsh(x)),
        lambda x: np.sum(la.svdvals(x)),
        lambda x: np.sum(la.eigvals(x)),
        lambda x: la.norm(x, "nuc"),
        la.norm,
    ],
)
def test_the_values_have_a_gradient_where_they_meet(function: Callable[..., Any]) -> None:
    check_first_order(function, [2 * np.eye(3)])


def test_vectors_have_no_gradient_where_values_meet() -> None:
    weights = np.arange(9.0).reshape(3, 3)
    with np.errstate(all="ignore"):
        found = ag.grad(lambda x: np.sum(weights * la.eigh(x).eigenvectors))(np.eye(3))
    assert not np.all(np.isfinite(found))


def test_the_gradient_of_a_symmetric_function_is_symmetric() -> None:
    x = matrices(3, 3) + matrices(3, 3).T
    for function in (la.eigvalsh, lambda x: la.eigh(x).eigenvectors ** 2,
                     lambda x: la.cholesky(x @ x), lambda x: la.eigvalsh(x, "U")):  # fmt: skip
        (found,) = gradients(function, [x], cotangent_like(function(x)))
        np.testing.assert_allclose(found, found.T, rtol=1e-10, atol=1e-12)


# Norms


@given(
    data=st.data(),
    order=st.sampled_from([None, 1, 2, 3, 0.5, -1, np.inf, -np.inf]),
    keepdims=st.booleans(),
)
def test_any_vector_norm(data: st.DataObject, order: Any, keepdims: bool) -> None:
    ndim = data.draw(st.integers(1, 3))
    x = real(2, 3, 2)[(0,) * (3 - ndim)]
    axis = data.draw(st.integers(-ndim, ndim - 1))

    def norm(x: Any) -> Any:
        return la.norm(x, order, axis, keepdims)

    np.testing.assert_allclose(norm(ag.Tensor(x)).numpy(), norm(x), rtol=1e-13)
    check_first_order(norm, [x])


@given(
    order=st.sampled_from([None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf]),
    axes=st.sampled_from(list(itertools.permutations(range(3), 2)) + [(-1, 0), (1, -1)]),
    keepdims=st.booleans(),
)
def test_any_matrix_norm(order: Any, axes: tuple[int, int], keepdims: bool) -> None:
    x = np.random.default_rng(3).normal(size=(2, 3, 3))

    def norm(x: Any) -> Any:
        return la.norm(x, order, axes, keepdims)

    np.testing.assert_allclose(norm(ag.Tensor(x)).numpy(), norm(x), rtol=1e-12)
    check_first_order(norm, [x])


def test_a_norm_has_no_gradient_at_zero_along_one_row_only() -> None:
    x = np.array([[3.0, 4.0], [0.0, 0.0]])
    for order, row in ((None, [0.6, 0.8]), (3, np.array([9.0, 16.0]) / 91 ** (2 / 3))):
        found = ag.grad(lambda x, order=order: np.sum(la.norm(x, order, axis=1)))(x)
        np.testing.assert_allclose(found, [row, [0.0, 0.0]], rtol=1e-14)
        second = ag.grad(
            lambda x, order=order: np.sum(
                ag.grad(lambda x: np.sum(la.norm(x, order, axis=1)))(x) ** 2
            )
        )(x)
        assert np.all(np.isfinite(second))


# einsum


@st.composite
def subscripts_and_shapes(draw: st.DrawFn) -> tuple[str, list[tuple[int, ...]]]:
    """Subscripts of one to three operands, with repeated letters and axes of length 1."""
    lengths = {"i": 2, "j": 3, "k": 1, "l": 2}
    inputs = draw(st.lists(st.text(st.sampled_from("ijkl"), max_size=3), min_size=1, max_size=3))
    found = sorted(set("".join(inputs)))
    output = "".join(draw(st.permutations(found)))[: draw(st.integers(0, len(found)))]
    ones = [draw(st.sets(st.sampled_from("ijkl"), max_size=1)) for _ in inputs]
    shapes = [
        tuple(1 if letter in one else lengths[letter] for letter in sub)
        for sub, one in zip(inputs, ones, strict=True)
    ]
    arrow = draw(st.sampled_from(["->" + output, ""]))
    return ",".join(inputs) + arrow, shapes


@given(case=subscripts_and_shapes(), optimize=st.sampled_from([False, True, "optimal"]))
def test_any_einsum(case: tuple[str, list[tuple[int, ...]]], optimize: Any) -> None:
    subscripts, shapes = case
    operands = [np.random.default_rng(i).normal(size=shape) for i, shape in enumerate(shapes)]

    def call(*xs: Any) -> Any:
        return np.einsum(subscripts, *xs, optimize=optimize)

    expected = np.einsum(subscripts, *operands)
    found = call(*(ag.Tensor(x) for x in operands))
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12, atol=1e-13)
    cotangent = cotangent_like(expected)
    loss = lambda *xs: np.sum(cotangent * np.einsum(subscripts, *xs))
    for i, gradient in enumerate(gradients(call, operands, cotangent)):
        basis = np.eye(operands[i].size).reshape(-1, *operands[i].shape)
        slopes = [loss(*operands[:i], e, *operands[i + 1 :]) for e in basis]  # it is linear
        np.testing.assert_allclose(gradient.ravel(), slopes, rtol=1e-12, atol=1e-12)


def test_einsum_of_axis_numbers_equals_that_of_letters() -> None:
    x, y = matrices(2, 3), matrices(3, 2)
    numbers = np.einsum(ag.Tensor(x), [51, 0], y, [0, 26])
    np.testing.assert_allclose(numbers.numpy(), np.einsum(x, [51, 0], y, [0, 26]), rtol=1e-14)


T = ag.Tensor(np.ones((2, 3)))
WRONG: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: np.einsum("ij->k", T), ValueError, "must come from an operand"),
    (lambda: np.einsum("ij->ii", T), ValueError, "only once"),
    (lambda: np.einsum("ijk->i", T), ValueError, "do not fit its 2 dimensions"),
    (lambda: np.einsum("i->i", T), ValueError, "do not fit its 2 dimensions"),
    (lambda: np.einsum("ij,jk->ik", T), ValueError, "names 2 operands; got 1"),
    (lambda: np.einsum("i.->i", T), ValueError, "no letters"),
    (lambda: np.einsum("i...->i", T), ValueError, "an ellipsis that its output lacks"),
    (lambda: np.einsum("i1->i", T), ValueError, "no letters"),
    (lambda: np.einsum(T, [0, 52]), ValueError, "from 0 to 51"),
    (lambda: np.einsum(T, T), TypeError, "the subscripts are a string"),
    (lambda: np.einsum("ij->i", T, order="F"), ag.NotDifferentiableError, "order="),
    (lambda: la.qr(ag.Tensor(np.ones((3, 2))), "complete"), ag.NotDifferentiableError,
     "mode='complete' has no gradient for matrices of 3 rows and 2 columns"),
    (lambda: la.qr(T, mode="raw"), ag.NotDifferentiableError, "mode='raw'"),
    (lambda: la.norm(T, "nuc", axis=0), ValueError, "'nuc' is for matrices"),
    (lambda: la.norm(T, 3), ValueError, "of a matrix; it is one of"),
    (lambda: la.norm(ag.Tensor(np.ones((2, 2, 2))), 1), ValueError, "vector_norm for more"),
    (lambda: la.outer(T, T), ValueError, "both operands must be vectors"),
    (lambda: np.cross(T[0, :2], T[0, :2]), ValueError, "must have 3 entries"),
    (lambda: np.cross(T, 1.0), ValueError, "must have 3 entries"),
    (lambda: np.vecdot(T, np.ones(2)), ValueError, "3 against 2"),
    (lambda: np.vecdot(T, 2.0), ValueError, "a scalar has no axis"),
    (lambda: la.multi_dot([T]), ValueError, "at least two matrices"),
    (lambda: la.multi_dot([T, np.ones(3), np.ones(3)]), ValueError, r"\(2, 3\), \(3,\), \(3,\)"),
    (lambda: np.tensordot(T, np.ones((2, 3)), axes=1), ValueError, "do not fit"),
    (lambda: la.tensorsolve(T, np.ones(2)), la.LinAlgError, "no square matrix"),
    (lambda: la.tensorinv(T, 0), ValueError, "must be positive"),
    (lambda: la.matrix_power(T, 1.5), TypeError, "integer"),
    (lambda: la.inv(T), la.LinAlgError, "square"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), WRONG, ids=[row[2] for row in WRONG])
def test_errors_say_what_is_wrong(
    call: Callable[[], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()


# A chain of products


@given(sizes=st.lists(st.integers(1, 4), min_size=3, max_size=7), seed=st.integers(0, 9))
def test_multi_dot_is_the_product_of_all(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    chain = [rng.normal(size=pair) for pair in itertools.pairwise(sizes)]
    expected = la.multi_dot(chain)
    np.testing.assert_allclose(
        la.multi_dot([ag.Tensor(x) for x in chain]).numpy(), expected, rtol=1e-12, atol=1e-13
    )
