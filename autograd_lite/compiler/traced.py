"""The arrays and numbers of a function that is being recorded, which write down what is done.

A `Traced` stands where an array would: among the arguments, in a tensor, in a state. NumPy hands
it every call (NEP 13 and NEP 18), so the engine, its rules and its optimizers run as they are, and
know nothing of it.
"""

import functools
import numbers
import operator
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from autograd_lite.compiler.program import Value
from autograd_lite.core.tensor import Tensor
from autograd_lite.errors import ImmutableError, TraceError

# Functions that ask an array for what is known of it beforehand.
ASKING = {
    np.shape, np.ndim, np.size, np.iscomplexobj, np.isrealobj, np.result_type, np.can_cast,
    np.min_scalar_type, np.common_type, np.einsum_path,
}  # fmt: skip

# Functions that show an array's values.
SHOWING = {
    np.array2string, np.array_repr, np.array_str, np.save, np.savez, np.savez_compressed,
    np.savetxt,
}  # fmt: skip

# What `x ** exponent` is for arrays of floats.
SHORTER = {-1: np.reciprocal, 0.5: np.sqrt, 1: np.positive, 2: np.square}

SCALARS = (int, float, complex, bool)


class Traced(NDArrayOperatorsMixin):
    """An array of which the shape and dtype are known, and how it comes about.

    `own` says that its memory is its own, so that writing into it is harmless while none of its
    `views` is alive. A view knows its `base`, and the `index` if it was taken by one.
    """

    __slots__ = ("__weakref__", "base", "index", "own", "recorder", "value", "views")

    def __init__(self, recorder: Any, value: Value, own: bool = False) -> None:
        self.recorder = recorder
        self.value = value
        self.own = own
        self.base: Traced | None = None
        self.index: Any = None
        self.views: list[weakref.ref[Traced]] = []

    def shows(self, views: Any, index: Any) -> None:
        """Take note of what shows this array's memory; `index` is None where none says how."""
        for view in views if isinstance(views, tuple | list) else (views,):
            view.base, view.index = self, index
            self.views = [each for each in self.views if each() is not None]
            self.views.append(weakref.ref(view))

    def becomes(self, value: Value) -> None:
        """Take a new value, which the array that this one shows a part of gets too."""
        self.value = value
        if self.base is not None:
            self.base.becomes(self.recorder.call(written, (self.base, self.index, self), {}).value)

    shape = property(lambda self: self.value.shape)
    dtype = property(lambda self: self.value.dtype)
    ndim = property(lambda self: len(self.value.shape))
    size = property(lambda self: self.value.size)
    nbytes = property(lambda self: self.value.nbytes)
    itemsize = property(lambda self: self.value.dtype.itemsize)

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

    @property
    def flat(self) -> Any:
        return np.ravel(self)

    # NumPy's protocols

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if has_turn_first(inputs) or (kwargs and has_turn_first(kwargs.values())):
            return NotImplemented
        if method == "at":
            return updated_by(ufunc, *inputs)
        outs = kwargs.pop("out", None) if kwargs else None
        if outs is None:
            return self.recorder.call(called_as(ufunc, method), inputs, kwargs)
        where = kwargs.pop("where", True) if method == "__call__" else True
        if method != "__call__":
            kwargs.setdefault("dtype", outs[0].dtype)
        result = self.recorder.call(called_as(ufunc, method), inputs, kwargs)
        results = result if isinstance(result, tuple) else (result,)
        written = [written_into(o, r, where) for o, r in zip(outs, results, strict=True)]
        return written[0] if len(written) == 1 else tuple(written)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if any(issubclass(kind, Tensor) or comes_first(kind) for kind in types):
            return NotImplemented
        if function in ASKING:
            return function(*known(args), **known(kwargs))
        if function in SHOWING:
            raise unknown(f"np.{function.__name__}", "Return the array.")
        if kwargs.get("out") is not None:
            given = {key: value for key, value in kwargs.items() if key != "out"}
            return written_into(kwargs["out"], self.recorder.call(function, args, given))
        return self.recorder.call(function, args, kwargs)

    def __pow__(self, exponent: Any) -> Any:
        """As NumPy's own operator, which has shorter ways for some exponents."""
        ufunc = SHORTER.get(exponent) if type(exponent) in (int, float) else None
        if ufunc is None or self.dtype.kind not in "fc":
            return np.power(self, exponent)
        return ufunc(self)

    # What would ask for a value

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        raise unknown("making a plain array of it (np.asarray, or an index into a plain array)",
                      "Use NumPy's functions on it; give the array that it is to index as an "
                      "argument, or use np.take_along_axis.")  # fmt: skip

    def __bool__(self) -> bool:
        raise unknown("a condition (if, while, and, or)",
                      "Use np.where, or compile the parts before and after.")  # fmt: skip

    def __float__(self) -> float:
        raise unknown("float()", "Return it, or use NumPy's functions (np.exp, not math.exp).")

    def __int__(self) -> int:
        raise unknown("int()", "Return it, or use NumPy's functions.")

    def __complex__(self) -> complex:
        raise unknown("complex()", "Return it, or use NumPy's functions.")

    def __index__(self) -> int:
        raise unknown("an index into a plain array, a list or a range",
                      "Give the array as an argument too, or use np.take_along_axis.")  # fmt: skip

    def __format__(self, spec: str) -> str:
        if not spec:
            return repr(self)
        raise unknown("a formatted number", "Return it and print the result.")

    def item(self) -> Any:
        """The value of one entry, as a number that is known when the program runs."""
        if self.value.number:
            return self
        return self.recorder.number(operator.methodcaller("item"), "item", self)

    def tolist(self) -> Any:
        raise unknown(".tolist()", "Return it.")

    def tobytes(self, *args: Any) -> Any:
        raise unknown(".tobytes()", "Return it.")

    def __reduce__(self) -> Any:
        raise unknown("a pickle", "Return it.")

    def __copy__(self) -> Any:
        return np.copy(self)

    def __deepcopy__(self, memo: Any) -> Any:
        return np.copy(self)

    def __hash__(self) -> int:
        return id(self)

    # Indexing

    def __getitem__(self, index: Any) -> Any:
        return self.recorder.call(operator.getitem, (self, index), {})

    def __setitem__(self, index: Any, new: Any) -> None:
        if type(new) is Traced and new.base is self and new.index is index:
            return  # the end of `x[index] += y`: the view has been written into
        require_own(self, "writing into it")
        self.becomes(self.recorder.call(written, (self, index, new), {}).value)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of an array of no dimensions.")
        return int(self.shape[0])

    def __iter__(self) -> Iterator[Any]:
        if not self.shape:
            raise TypeError("an array of no dimensions cannot be iterated over.")
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        kind = self.value.number.__name__ if self.value.number else f"{self.dtype} {self.shape}"
        return f"<traced {kind}: known when the compiled function runs>"

    # Methods: NumPy's functions

    def reshape(self, *shape: Any, order: str = "C", copy: Any = None) -> Any:
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, order=order)  # type: ignore[call-overload]

    def transpose(self, *axes: Any) -> Any:
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def flatten(self, order: str = "C") -> Any:
        return np.copy(np.ravel(self, order))  # type: ignore[call-overload]

    def __round__(self, digits: int | None = None) -> Any:
        rounded = np.round(self, digits or 0)
        return rounded.astype(int) if digits is None else rounded

    def astype(self, dtype: Any, copy: bool = True, **kwargs: Any) -> Any:
        if np.dtype(dtype) == self.dtype and not self.value.number:
            return self
        return self.recorder.call(converted, (self,), {"dtype": np.dtype(dtype)})

    def view(self, *args: Any) -> Any:
        if args:
            raise TraceError("compile: .view(dtype) reads memory, which a program does not have.")
        return self

    def fill(self, number: Any) -> None:
        self[...] = number

    def sort(self, axis: int = -1, **kwargs: Any) -> None:
        self[...] = np.sort(self, axis, **kwargs)

    def partition(self, kth: Any, axis: int = -1, **kwargs: Any) -> None:
        self[...] = np.partition(self, kth, axis, **kwargs)


def method_of(function: Any) -> Callable[..., Any]:
    def method(self: Traced, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    return method


for named in (
    np.sum, np.mean, np.prod, np.max, np.min, np.var, np.std, np.cumsum, np.cumprod, np.argmax,
    np.argmin, np.argsort, np.all, np.any, np.clip, np.round, np.dot, np.ravel, np.squeeze,
    np.swapaxes, np.repeat, np.take, np.diagonal, np.trace, np.copy, np.nonzero, np.put,
    np.argpartition, np.choose, np.compress, np.searchsorted, np.conjugate,
):  # fmt: skip
    setattr(Traced, named.__name__, method_of(named))
Traced.conj = method_of(np.conjugate)  # type: ignore[attr-defined]


class TracedNumber(Traced):
    """A Python number of the program: an argument, or a state's value read with `.item()`.

    With numbers it makes numbers, as in Python; with arrays it is weak, as NumPy promotes.
    """

    __slots__ = ()

    def __round__(self, digits: int | None = None) -> Any:
        return self.recorder.number(round, "round", self, digits)


numbers.Number.register(TracedNumber)  # for np.isscalar


def numeric(function: Any) -> tuple[Any, Any]:
    """The method of an operator between numbers, and the reflected one."""
    ufunc = UFUNC_OF[function]

    def method(self: TracedNumber, other: Any) -> Any:
        if type(other) in SCALARS or type(other) is TracedNumber:
            return self.recorder.number(function, function.__name__, self, other)
        return ufunc(self, other) if can_meet(other) else NotImplemented

    def reflected(self: TracedNumber, other: Any) -> Any:
        if type(other) in SCALARS or type(other) is TracedNumber:
            return self.recorder.number(function, function.__name__, other, self)
        return ufunc(other, self) if can_meet(other) else NotImplemented

    return method, reflected


def can_meet(other: Any) -> bool:
    return isinstance(other, np.ndarray | np.generic | Traced | list)


UFUNC_OF = {
    operator.add: np.add, operator.sub: np.subtract, operator.mul: np.multiply,
    operator.truediv: np.true_divide, operator.floordiv: np.floor_divide,
    operator.mod: np.remainder, operator.pow: np.power,
}  # fmt: skip
COMPARED = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)

for function in UFUNC_OF:
    name = function.__name__
    direct, reflected = numeric(function)
    setattr(TracedNumber, f"__{name}__", direct)
    setattr(TracedNumber, f"__r{name}__", reflected)
    setattr(TracedNumber, f"__i{name}__", direct)  # a number never changes: the name does


def compared(function: Any) -> Any:
    ufunc = getattr(np, {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal",
                         "eq": "equal", "ne": "not_equal"}[function.__name__])  # fmt: skip

    def method(self: TracedNumber, other: Any) -> Any:
        if type(other) in SCALARS or type(other) is TracedNumber:
            return self.recorder.number(function, function.__name__, self, other)
        return ufunc(self, other) if can_meet(other) else NotImplemented

    return method


for function in COMPARED:
    setattr(TracedNumber, f"__{function.__name__}__", compared(function))
TracedNumber.__hash__ = Traced.__hash__  # type: ignore[method-assign]


def signed(function: Any) -> Any:
    return lambda self: self.recorder.number(function, function.__name__, self)


for one in (operator.neg, operator.pos, operator.abs):
    setattr(TracedNumber, f"__{one.__name__}__", signed(one))


# What the program writes down by these names


def written(array: Any, index: Any, new: Any) -> Any:
    """A copy of `array` with `new` at `index`."""
    result = array.copy()
    result[index] = new
    return result


def put_along(array: Any, indices: Any, values: Any, axis: int) -> Any:
    """A copy of `array` with `values` at `indices` along an axis."""
    result = array.copy()
    np.put_along_axis(result, indices, values, axis)
    return result


COPYING = {written, put_along}  # they begin with a copy of their first argument


def updated_at(ufunc: np.ufunc, array: Any, index: Any, *operands: Any) -> Any:
    """A copy of `array` with a ufunc carried out at `index`, once for each time it is named."""
    result = array.copy()
    ufunc.at(result, index, *operands)
    return result


def positions(mask: Any, count: int) -> Any:
    """Where a mask holds: at `count` entries, for which the program was made."""
    found = np.nonzero(mask)
    if len(found[0]) != count:
        raise ValueError(
            f"a mask of shape {mask.shape} holds for {len(found[0])} entries; when the function "
            f"was compiled it held for {count}, and all shapes follow from that. Compile it again, "
            "or use np.where."
        )
    return found


def binned(x: Any, weights: Any, bins: int) -> Any:
    """The number of each entry, or the sum of its weights; for `bins` the program was made."""
    found = np.bincount(x, weights, bins)
    if len(found) != bins:
        raise ValueError(
            f"bincount: the largest entry is {len(found) - 1}; when the function was compiled "
            f"there were {bins} bins, and all shapes follow from that. Compile it again, with "
            "minlength."
        )
    return found


def converted(x: Any, dtype: Any) -> Any:
    """`x` in another dtype."""
    return np.asarray(x).astype(dtype)


# Writing


def require_own(array: Any, asked: str) -> None:
    if not isinstance(array, Traced):
        raise TraceError(
            f"compile: a plain array of shape {np.shape(array)} would get a value that is known "
            "only when the program runs. Let the function return it."
        )
    view: Traced | None = None
    while True:
        others = [each() for each in array.views]
        alive = any(other is not None and other is not view for other in others)
        if alive or (array.base is not None and array.index is None):
            break
        if array.base is None:
            if array.own:
                return
            break
        view, array = array, array.base
    raise ImmutableError(
        f"compile: {asked} would change an argument, a parameter or an array that another one "
        "shares its memory with. Write into a copy (array.copy()), or return a new array."
    )


def written_into(target: Any, result: Any, where: Any = True) -> Any:
    """`target` with the value of `result`, for out= and the in-place operators."""
    require_own(target, "out= (or an in-place operator)")
    if target.shape != result.shape:
        raise ValueError(f"out= of shape {target.shape} for a result of shape {result.shape}.")
    if not np.can_cast(result.dtype, target.dtype, "same_kind"):
        raise TypeError(f"out= of {target.dtype} cannot hold a result of {result.dtype}.")
    if where is not True:
        result = np.where(where, result, target)
    same = target.dtype == result.dtype
    target.becomes(result.value if same else result.astype(target.dtype).value)
    return target


def updated_by(ufunc: np.ufunc, target: Any, index: Any, *operands: Any) -> None:
    """What `ufunc.at` does, by a new value for the target."""
    require_own(target, f"np.{ufunc.__name__}.at")
    new = target.recorder.call(updated_at, (ufunc, target, index, *operands), {})
    target.becomes(new.value)


def called_as(ufunc: np.ufunc, method: str) -> Any:
    return ufunc if method == "__call__" else getattr(ufunc, method)


# Who is among the arguments


@functools.cache
def comes_first(kind: Any) -> bool:
    """Whether a kind of array works on traced ones: a tensor, a batch of examples."""
    return kind is Tensor or (
        hasattr(kind, "__array_ufunc__")
        and not issubclass(kind, Traced | np.ndarray | np.generic)
        and kind.__array_ufunc__ is not None
    )


def has_turn_first(things: Any) -> bool:
    for thing in things:
        kind: Any = type(thing)
        if kind is Traced or kind is Value or kind in SCALARS:
            continue
        if comes_first(kind) or (kind in (tuple, list) and has_turn_first(thing)):
            return True
    return False


def known(thing: Any) -> Any:
    """What stands for a traced array where only its shape and dtype are asked for."""
    if isinstance(thing, Traced):
        if thing.value.number:
            return thing.value.number(1)
        return np.broadcast_to(np.zeros((), thing.dtype), thing.shape)
    if isinstance(thing, tuple | list):
        return type(thing)(known(item) for item in thing)
    return {key: known(item) for key, item in thing.items()} if type(thing) is dict else thing


def unknown(asked: str, instead: str) -> TraceError:
    return TraceError(
        f"compile: {asked} asks for a value that is known only when the compiled function runs. "
        f"{instead}"
    )
