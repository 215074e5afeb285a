"""What a traced array offers of what users write, and what it refuses, in words."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from test_compiler_cases import agree

import autograd_lite as ag
from autograd_lite.errors import ImmutableError, TraceError

X = np.array([[0.5, -1.25, 2.0], [3.0, 0.75, -0.5]])
V = np.array([2.0, -1.0, 0.5])
I = np.array([2, 0, 2])  # noqa: E741 (an index)
Z = X + 1j * X[::-1]


def unpacked(x: Any) -> Any:
    first, second = x
    return first * second


def added_to(x: Any) -> Any:
    y = x * 2
    y += 1
    y -= x
    y *= y
    y[0] = 7
    y[:, 1] += x[:, 0]
    y[1, :2] = y[0, 1:] + 1
    row = y[1]
    row *= 2
    row[1:] += 1
    return y, row


def filled(x: Any) -> Any:
    y = np.empty_like(x)
    y.fill(3.0)
    y[0, 1:] = x[1, :2]
    return y


def sorted_in_place(x: Any) -> Any:
    y = x.copy()
    y.sort(axis=0)
    return y


def partitioned_in_place(x: Any) -> Any:
    y = x.copy()
    y.partition(1)
    return y.min(axis=-1)


def written_by(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
    def call(x: Any) -> Any:
        y = x.copy()
        function(y, *args, **kwargs)
        return y

    return call


def into(x: Any) -> Any:
    y, z = x * 0, np.zeros_like(x, dtype=np.float32)
    np.add(x, 1, out=y, where=x > 0)
    np.multiply(x, 2, out=z)
    np.sum(x, axis=0, out=y[1])
    whole, part = x * 0, x * 0
    np.modf(x, out=(part, whole))
    return y, z, whole, part


METHODS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "len": (lambda x: x * len(x), (X,)),
    "unpacking": (unpacked, (X,)),
    "iteration": (lambda x: sum(row * i for i, row in enumerate(x)), (X,)),
    "flat": (lambda x: sum(x.flat), (X,)),
    "flat, an entry": (lambda x: x.flat[3], (X,)),
    "attributes": (lambda x: x * x.ndim + x.size + x.shape[0] + x.itemsize + x.nbytes, (X,)),
    "T": (lambda x: x.T @ x, (X,)),
    "mT": (lambda x: x.mT + 1, (X,)),
    "real and imag": (lambda z: (z.real, z.imag, z.conj(), z.conjugate()), (Z,)),
    "real of real": (lambda x: (x.real, x.imag), (X,)),
    "sum": (lambda x: (x.sum(), x.sum(0), x.sum(axis=1, keepdims=True)), (X,)),
    "mean": (lambda x: (x.mean(), x.mean(axis=0), x.mean(1, keepdims=True)), (X,)),
    "var, std": (lambda x: (x.var(), x.std(axis=0), x.var(1, ddof=1)), (X,)),
    "max, min": (lambda x: (x.max(), x.min(axis=1), x.max(0, keepdims=True)), (X,)),
    "argmax": (lambda x: (x.argmax(), x.argmin(axis=1), x.argmax(0)), (X,)),
    "all, any": (lambda x: ((x > 0).all(), (x > 2).any(axis=0)), (X,)),
    "prod": (lambda x: (x.prod(), x.cumprod(axis=1), x.cumsum(0), x.cumsum()), (X,)),
    "clip": (lambda x: (x.clip(-1, 1), x.clip(min=0), x.clip(max=x[0])), (X,)),
    "round": (lambda x: (x.round(), x.round(1), round(x[0, 0] * 1.0, 1)), (X,)),
    "reshape": (lambda x: (x.reshape(3, 2), x.reshape((-1,)), x.reshape(2, -1, order="F")), (X,)),
    "ravel": (lambda x: (x.ravel(), x.flatten(), x.ravel(order="F"), x.flatten("F")), (X,)),
    "transpose": (lambda x: (x.transpose(), x.transpose(1, 0), x.transpose((0, 1))), (X,)),
    "swapaxes": (lambda x: (x.swapaxes(0, 1), x[None].squeeze(), x[:, None].squeeze(1)), (X,)),
    "repeat, take": (lambda x: (x.repeat(2, axis=0), x.take([0, 4]), x.take(I, axis=1)), (X,)),
    "diagonal": (lambda x: (x.diagonal(), x.trace(), x.diagonal(1)), (X,)),
    "dot": (lambda x, v: (x.dot(v), v.dot(v), x @ v), (X, V)),
    "argsort": (lambda x: (x.argsort(), x.argsort(axis=0), x.argpartition(1)), (X,)),
    "searchsorted": (lambda v, x: np.sort(v).searchsorted(x), (V, X)),
    "astype": (lambda x: (x.astype(int), x.astype(np.float32), x.astype(bool)), (X,)),
    "copy": (lambda x: x.copy() + 1, (X,)),
    "comparisons": (lambda x, v: (x < v, x >= 0, x == v, x != 0.5, ~(x > v) | (x < 1)), (X, V)),
    "operators": (lambda x, v: (-x, +x, abs(x), x**2, 2**x, x // v, x % v, divmod(x, v)), (X, V)),
    "of integers": (lambda i: (i << 1, i & 1, i | 4, i ^ 3, -i, i / 2, i // 2, ~i), (I,)),
    "in place": (added_to, (X,)),
    "filled": (filled, (X,)),
    "sort": (sorted_in_place, (X,)),
    "partition": (partitioned_in_place, (X,)),
    "an index": (lambda x, i: (x[:, i], x[..., i[0]], x[i[1], 1:]), (X, I)),
    "put_along_axis": (written_by(np.put_along_axis, np.array([[0], [2]]), 9.0, 1), (X,)),
    "put": (written_by(np.put, [0, 5], [1.0, 2.0]), (X,)),
    "method put": (lambda x: written_by(lambda y: y.put([1], [4.0]))(x), (X,)),
    "putmask": (lambda x: written_by(np.putmask, x > 0, [1.0, 2.0])(x), (X,)),
    "place": (lambda x: written_by(np.place, x > 0, [1.0, 2.0])(x), (X,)),
    "copyto": (lambda x: written_by(np.copyto, 5.0, where=x > 0)(x), (X,)),
    "fill_diagonal": (written_by(np.fill_diagonal, 4.0), (X,)),
    "add.at": (lambda v, i: written_by(np.add.at, i, 1.5)(v), (V, I)),
    "negative.at": (written_by(np.negative.at, [0, 0, 2]), (V,)),
    "out": (into, (X,)),
    "a mask": (lambda x: x[np.array([True, False])], (X,)),
    "list of arrays": (lambda x: np.concatenate(x) + np.hstack(x) + np.vstack(x).ravel(), (X,)),
    "broadcast_arrays": (lambda x, v: np.broadcast_arrays(x, v), (X, V)),
    "atleast": (lambda v: (np.atleast_2d(v), np.atleast_3d(v), np.atleast_1d(v[0], v)), (V,)),
    "array_equal": (lambda x: (np.array_equal(x, x + 0), np.allclose(x, 2 * x)), (X,)),
    "types": (lambda x: x.astype(np.result_type(x, np.float32)) * np.iscomplexobj(x), (X,)),
    "isscalar": (lambda a: (a * 2, np.isscalar(a)), (1.5,)),
    "bincount": (lambda w: np.bincount(I, w, 4), (V,)),
    "delete": (lambda v: np.delete(v, np.array([True, False, False])), (V,)),
    "compress": (lambda x: np.compress(np.array([False, True, True]), x, axis=1), (X,)),
}


@pytest.mark.parametrize(("function", "operands"), METHODS.values(), ids=METHODS)
def test_an_array_does_what_numpy_does(
    function: Callable[..., Any], operands: tuple[Any, ...]
) -> None:
    agree(function, operands)


REFUSALS: dict[str, tuple[Callable[..., Any], str]] = {
    "if": (lambda x: 1 if x[0, 0] > 0 else 2, r"a condition .*Use np\.where"),
    "while": (lambda x: [0 for _ in range(1) if x.sum()], r"a condition .*Use np\.where"),
    "float": (lambda x: float(x[0, 0]), r"float\(\) asks for a value.*Return it"),
    "int": (lambda x: int(x[0, 0]), r"int\(\) asks for a value"),
    "range": (lambda x: range(x[0, 0].astype(int)), "an index into a plain array, .* a range"),
    "asarray": (lambda x: np.asarray(x), "making a plain array .*as an argument"),
    "plain index": (lambda x: V[x[0].argmax()], r"a plain array .*as an argument, or use np\.take"),
    "tolist": (lambda x: x.tolist(), r"\.tolist\(\) asks for a value"),
    "tobytes": (lambda x: x.tobytes(), r"\.tobytes\(\) asks for a value"),
    "format": (lambda x: f"{x[0, 0]:.3f}", "a formatted number"),
    "text": (lambda x: np.array2string(x), r"np\.array2string asks for a value"),
    "mask": (lambda x: x[x > 0], r"array\[mask\] has a shape that depends on values.*np\.where"),
    "nonzero": (lambda x: x.nonzero(), r"np\.nonzero returns depends on values.*np\.where"),
    "where": (lambda x: np.where(x > 0), r"np\.where returns depends on values"),
    "repeat": (lambda x: np.repeat(x, x[0].astype(int), axis=1), r"np\.repeat returns depends"),
    "bincount": (lambda x: np.bincount(x[0].astype(int)), r"np\.bincount returns .*fixed number"),
    "roots": (lambda x: np.roots(x[0]), r"np\.roots returns depends on values"),
    "eig": (lambda x: np.linalg.eig(x.T @ x), r"np\.linalg\.eig returns complex .*astype"),
    "emath": (lambda x: np.emath.sqrt(x), r"np\.emath returns complex .*astype\(complex\)"),
    "real_if_close": (lambda x: np.real_if_close(x + 0j), r"np\.real_if_close .*Use np\.real"),
    "view": (lambda x: x.view(np.int64), r"\.view\(dtype\) reads memory"),
}  # fmt: skip


@pytest.mark.parametrize(("function", "message"), REFUSALS.values(), ids=REFUSALS)
def test_what_asks_for_values_is_refused(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(TraceError, match=message):
        ag.compile(function)(X)


def shown(y: Any) -> Any:
    row = y[0]
    y += 1
    return row


WRITES: dict[str, Callable[..., Any]] = {
    "in place": lambda x: x.__iadd__(1),
    "an entry": lambda x: x.__setitem__(0, 1.0),
    "out": lambda x: np.add(x, 1, out=x),
    "an array with a view": lambda x: shown(2 * x),
    "a transpose": lambda x: (2 * x).T.__setitem__(0, 1.0),
    "a view of an argument": lambda x: x[0].__iadd__(1.0),
    "add.at": lambda x: np.add.at(x, 0, 1.0),
    "put": lambda x: np.put(x, 0, 1.0),
    "fill_diagonal": lambda x: np.fill_diagonal(x, 1.0),
    "sort": lambda x: x.sort(),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_what_others_share_is_not_written_into(write: Callable[..., Any]) -> None:
    with pytest.raises(ImmutableError, match=r"would change .*Write into a copy"):
        ag.compile(write)(X)


def test_a_plain_array_gets_no_unknown_value() -> None:
    array = np.zeros(3)
    for write in (np.add.at, np.put):
        with pytest.raises(TraceError, match="a plain array of shape .3,. would get a value"):
            ag.compile(lambda x, write=write: write(array, [0], x[0, 0]))(X)
    assert not array.any()


def test_a_mask_is_read_at_every_call() -> None:
    mask = np.array([True, False, True])
    chosen = ag.compile(lambda v: 2 * v[mask])
    np.testing.assert_array_equal(chosen(V), 2 * V[mask])
    mask[:] = [False, True, True]
    np.testing.assert_array_equal(chosen(V), 2 * V[mask])
    mask[:] = True
    with pytest.raises(ValueError, match=r"holds for 3 entries; when .* it held for 2"):
        chosen(V)


def test_bins_are_counted_at_every_call() -> None:
    labels = np.array([0, 2, 1])
    binned = ag.compile(lambda v: np.bincount(labels, v))
    np.testing.assert_array_equal(binned(V), [2.0, 0.5, -1.0])
    labels[:] = [2, 0, 2]
    np.testing.assert_array_equal(binned(V), [-1.0, 0.0, 2.5])
    labels[0] = 5
    with pytest.raises(ValueError, match="bincount: the largest entry is 5; .* 3 bins"):
        binned(V)


def test_residuals_need_full_rank() -> None:
    b = np.array([1.0, 2.0, 4.0])
    residuals = ag.compile(ag.grad(lambda a: np.sum(np.linalg.lstsq(a, b)[1])))
    full = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    eager = ag.grad(lambda a: np.sum(np.linalg.lstsq(a, b)[1]))
    np.testing.assert_allclose(residuals(full), eager(full), atol=1e-12)
    with pytest.raises(ValueError, match="lstsq: the matrix has not full rank"):
        residuals(np.ones((3, 2)))


def test_checks_are_made_when_the_program_runs() -> None:
    chosen = ag.compile(ag.grad(lambda x, i: np.sum(np.choose(i, [x, 2 * x]))))
    np.testing.assert_array_equal(chosen(V, np.array([0, 1, 1])), [1.0, 2.0, 2.0])
    with pytest.raises(ValueError, match="choose: an entry is not the number of one of the 2"):
        chosen(V, np.array([0, 2, 1]))
