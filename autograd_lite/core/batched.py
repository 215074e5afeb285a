"""Many arrays of one shape, worked on at once: the array behind `vmap`.

NumPy hands every call on a `Batched` to this file, which passes it on as one call on an array
with a leading axis more. How a function does that is a row of `BATCHED` (filled by
`ops/batching.py`); a function that tensors know and that is written in terms of others finds its
way by itself; any other is called once for each array.
"""

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from autograd_lite.core.tensor import Tensor, meaning_of
from autograd_lite.errors import GraphError, OneExampleError

# How a NumPy function works on batched arrays: a function of the innermost level's number, its
# size, and the arguments.
BATCHED: dict[Any, Callable[..., Any]] = {}

# The functions being written in terms of others right now: met again, one is looped over.
UNDER_WAY: ContextVar[frozenset[Any]] = ContextVar("under_way", default=frozenset())


class Batched(NDArrayOperatorsMixin):
    """`entries[i]` for every i, as if it were one array of the shape that they share.

    `level` tells nested batches apart: of two, the inner has the higher number, and its entries
    may be batches of the outer.
    """

    __slots__ = ("entries", "level")

    def __init__(self, entries: Any, level: int) -> None:
        self.entries = entries
        self.level = level

    @property
    def shape(self) -> tuple[int, ...]:
        shape: tuple[int, ...] = self.entries.shape
        return shape[1:]

    @property
    def dtype(self) -> np.dtype[Any]:
        dtype: np.dtype[Any] = self.entries.dtype
        return dtype

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.intp))

    @property
    def nbytes(self) -> int:
        return int(self.entries.nbytes)

    @property
    def T(self) -> Any:  # noqa: N802 (NumPy's name)
        return np.transpose(self)

    @property
    def mT(self) -> Any:  # noqa: N802 (NumPy's name)
        return np.matrix_transpose(self)

    @property
    def real(self) -> Any:
        return np.real(self)

    @property
    def imag(self) -> Any:
        return np.imag(self)

    # NumPy's protocols

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if any(type(x) is Tensor for x in inputs):
            return NotImplemented  # the tensor records, and comes back with its value
        if kwargs and method == "__call__":
            meaning = meaning_of("ufunc")
            assert meaning is not None
            return meaning(ufunc, method, *inputs, **kwargs)
        level, size = innermost(inputs, kwargs)
        how = BATCHED.get(ufunc if method == "__call__" else (ufunc, method))
        how = how or BATCHED.get(method)
        if how is None or kwargs.get("out") is not None:
            return looped(getattr(ufunc, method), level, size, inputs, kwargs)
        return how(level, size, ufunc, *inputs, **kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if any(issubclass(kind, Tensor) for kind in types):
            return NotImplemented
        level, size = innermost(args, kwargs)
        how = BATCHED.get(function)
        if how is not None:
            return how(level, size, *args, **kwargs)
        meaning = meaning_of(function)
        under_way = UNDER_WAY.get()
        if meaning is None or hasattr(meaning, "primitive") or function in under_way:
            return looped(function, level, size, args, kwargs)
        token = UNDER_WAY.set(under_way | {function})
        try:
            return meaning(*args, **kwargs)
        except OneExampleError:
            return looped(function, level, size, args, kwargs)
        finally:
            UNDER_WAY.reset(token)

    # What would ask for one array where there are many

    def _refuse(self, asked: str) -> OneExampleError:
        return OneExampleError(
            f"vmap: {asked} asks for the value of one example, but the function runs once for "
            "all of them. Use np.where for a condition and NumPy's functions for the rest."
        )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        raise self._refuse("making a plain array")

    def __bool__(self) -> bool:
        raise self._refuse("a condition (if, while, and, or)")

    def __float__(self) -> float:
        raise self._refuse("float()")

    def __int__(self) -> int:
        raise self._refuse("int()")

    def __complex__(self) -> complex:
        raise self._refuse("complex()")

    def __index__(self) -> int:
        raise self._refuse("an index into a list or range")

    def item(self) -> Any:
        raise self._refuse(".item()")

    def tolist(self) -> Any:
        raise self._refuse(".tolist()")

    # Indexing

    def __getitem__(self, index: Any) -> Any:
        level, size = innermost((self,), {"index": index})
        return BATCHED["getitem"](level, size, self, index)

    def __setitem__(self, index: Any, new: Any) -> None:
        meaning = meaning_of("setitem")
        assert meaning is not None
        self.entries = meaning(self, new, index=index).entries

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of an array of no dimensions.")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return f"Batched({len(self.entries)} of {self.dtype} {self.shape})"

    # Methods: NumPy's functions

    def reshape(self, *shape: Any, order: str = "C") -> Any:
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, order=order)  # type: ignore[call-overload]

    def transpose(self, *axes: Any) -> Any:
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def flatten(self) -> Any:
        return np.ravel(self)

    def astype(self, dtype: Any, copy: bool = True) -> Any:
        return np.astype(self, dtype)  # type: ignore[call-overload]


def method_of(function: Any) -> Callable[..., Any]:
    def method(self: Batched, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    return method


for named in (
    np.sum, np.mean, np.prod, np.max, np.min, np.var, np.std, np.cumsum, np.cumprod, np.argmax,
    np.argmin, np.argsort, np.all, np.any, np.clip, np.round, np.dot, np.ravel, np.squeeze,
    np.swapaxes, np.repeat, np.take, np.diagonal, np.trace, np.copy,
):  # fmt: skip
    setattr(Batched, named.__name__, method_of(named))
Batched.conj = method_of(np.conjugate)  # type: ignore[attr-defined]


def batches(thing: Any) -> Iterator[Batched]:
    """The batched arrays in an argument, also inside lists, tuples and dicts."""
    if isinstance(thing, Batched):
        yield thing
    elif isinstance(thing, list | tuple):
        for item in thing:
            yield from batches(item)
    elif isinstance(thing, dict):
        yield from batches(list(thing.values()))


def innermost(args: Any, kwargs: Any) -> tuple[int, int]:
    """The highest level among the arguments, and how many examples it has."""
    found = max((*batches(args), *batches(kwargs)), key=lambda batch: batch.level)
    return found.level, found.entries.shape[0]


def entries_of(thing: Any, level: int) -> Any:
    """What a function of this level's examples works on: the entries, or a constant as it is."""
    return thing.entries if isinstance(thing, Batched) and thing.level == level else thing


def example(thing: Any, level: int, i: int) -> Any:
    """An argument as example `i` sees it."""
    if isinstance(thing, Batched):
        return thing.entries[i] if thing.level == level else thing
    if isinstance(thing, list | tuple) and any(True for _ in batches(thing)):
        return type(thing)([example(item, level, i) for item in thing])
    return thing


def looped(
    function: Callable[..., Any], level: int, size: int, args: Any, kwargs: dict[str, Any]
) -> Any:
    """`function` called once for each example."""
    if not size:
        raise GraphError(
            f"vmap: {getattr(function, '__name__', function)} has no batched form and there are "
            "no examples to call it on."
        )
    results = [
        function(
            *(example(arg, level, i) for arg in args),
            **{key: example(arg, level, i) for key, arg in kwargs.items()},
        )
        for i in range(size)
    ]
    return joined(results, level)


def joined(results: list[Any], level: int) -> Any:
    """The results of all examples as one; of several outputs, each."""
    first = results[0]
    if isinstance(first, list | tuple):
        parts = [joined(list(part), level) for part in zip(*results, strict=True)]
        return type(first)(*parts) if hasattr(first, "_fields") else type(first)(parts)
    if first is None or isinstance(first, str | type | np.dtype):
        return first
    return Batched(np.stack(results), level)


def sizes_of(value: Any) -> dict[int, int]:
    """The levels at which a value is batched, each with its number of examples."""
    found = {}
    while isinstance(value, Batched):
        found[value.level] = value.entries.shape[0]
        value = value.entries
    return found


def spread_over(value: Any, sizes: Mapping[int, int]) -> Any:
    """`value` repeated, without copying, over the levels of `sizes` that it does not have."""
    for level, n in sorted(sizes.items()):
        value = spread_level(value, level, n)
    return value


def spread_level(value: Any, level: int, n: int) -> Any:
    if not isinstance(value, Batched) or value.level < level:
        return Batched(np.broadcast_to(value, (n, *value.shape)), level)
    if value.level == level:
        return value
    return Batched(spread_level(value.entries, level, n), value.level)


def summed_over(value: Any, sizes: Mapping[int, int]) -> Any:
    """The sum over all examples of these levels: the transpose of `spread_over`."""
    for level, n in sizes.items():
        value = sum_level(value, level, n)
    return value


def sum_level(value: Any, level: int, n: int) -> Any:
    if not isinstance(value, Batched) or value.level < level:
        return value * n  # the same for every example
    if value.level == level:
        return np.add.reduce(value.entries, axis=0)
    return Batched(sum_level(value.entries, level, n), value.level)
