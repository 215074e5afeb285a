"""Tensor: an array and its place in the graph. Its operators and methods are NumPy's functions."""

import importlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_lite.core.backward import pull_back
from autograd_lite.core.graph import RECORDING, Kept, Node, leaf
from autograd_lite.core.refusal import caller, instead_of
from autograd_lite.core.state import array_of
from autograd_lite.errors import (
    GraphError,
    ImmutableError,
    LostGradientError,
    NotDifferentiableError,
    OneExampleError,
    ShapeError,
)

# What a NumPy function does on tensors: filled by `declare`, one entry per row of `ops/`.
DISPATCH: dict[Any, Callable[..., Any]] = {}

# Rows that are declared only when a function of their package is met on a tensor, so that the
# package need not be there: from its name to the module of ours.
LATE: dict[str, str] = {}


def meaning_of(key: Any) -> Callable[..., Any] | None:
    """What a function does on tensors, or None if no row says it."""
    call = DISPATCH.get(key)
    if call is None:
        for package in LATE.keys() & sys.modules.keys():
            importlib.import_module(LATE[package])
            LATE.pop(package, None)
            call = DISPATCH.get(key)
    return call


def operator(function: Any) -> Callable[..., Any]:
    def method(self: "Tensor", other: Any) -> Any:
        return DISPATCH[function](self, other)

    return method


def reflected(function: Any) -> Callable[..., Any]:
    def method(self: "Tensor", other: Any) -> Any:
        return DISPATCH[function](other, self)

    return method


def method_of(function: Any) -> Callable[..., Any]:
    def method(self: "Tensor", *args: Any, **kwargs: Any) -> Any:
        return DISPATCH[function](self, *args, **kwargs)

    method.__name__ = function.__name__
    method.__doc__ = f"`np.{function.__name__}` of this tensor."
    return method


def in_place(function: Any) -> Callable[..., Any]:
    """`t += v`: a new tensor; under `no_grad` a leaf keeps its place and gets the new value."""

    def method(self: "Tensor", other: Any) -> Any:
        if not RECORDING.get().on and self.is_leaf:
            self.assign(function(self._value, value_of(other)))
            return self
        return DISPATCH[function](self, other)

    return method


class Tensor:
    """An array that one differentiates by, and its place in the computation graph.

    `value` may be an array, a number or a list of numbers; it is copied. Python integers become
    float64; integer and boolean arrays are refused, since they are data and stay arrays.
    `name` is shown in drawings and messages. With `requires_grad=False` the tensor is a constant.
    An array of another library that speaks NumPy's protocols is held as it is; so is one that
    writes down the calls made on it, which records a program through the engine as it stands.

    >>> import numpy as np
    >>> w = Tensor([1.0, 2.0, 3.0], name="w")
    >>> loss = np.sum(w * w)
    >>> loss.backward()
    >>> w.grad
    array([2., 4., 6.])
    """

    __slots__ = ("__weakref__", "_value", "node")

    def __init_subclass__(cls) -> None:
        raise TypeError(
            "Tensor cannot be subclassed: what it computes would be plain Tensors again. Keep a "
            "Tensor in an object of your own, e.g. in an nn.Module."
        )

    _value: Any
    node: Node | None  # None: a constant, whose operations are not recorded

    def __init__(self, value: Any, name: str | None = None, requires_grad: bool = True) -> None:
        self._value = own_value(value)
        self.node = leaf(self._value.shape, self._value.dtype, requires_grad)
        if name is not None:
            self.node.name = name

    # What it is

    @property
    def value(self) -> Any:
        """The value, as an array that cannot be written into (`assign` gives a new one)."""
        value = self._value
        if isinstance(value, np.ndarray | np.generic):
            value = np.asarray(value).view()
            value.flags.writeable = False
        return value

    @value.setter
    def value(self, new: Any) -> None:
        raise ImmutableError("values never change in place: write t.assign(new_value).")

    @property
    def shape(self) -> tuple[int, ...]:
        shape: tuple[int, ...] = self._value.shape
        return shape

    @property
    def dtype(self) -> np.dtype[Any]:
        dtype: np.dtype[Any] = self._value.dtype
        return dtype

    @property
    def ndim(self) -> int:
        return len(self._value.shape)

    @property
    def size(self) -> int:
        return int(self._value.size)

    @property
    def nbytes(self) -> int:
        return int(self._value.nbytes)

    @property
    def itemsize(self) -> int:
        return int(self._value.dtype.itemsize)

    @property
    def name(self) -> str | None:
        return self.node.name if self.node is not None else None

    @name.setter
    def name(self, name: str | None) -> None:
        self._own_node().name = name

    # Its place in the graph

    @property
    def is_leaf(self) -> bool:
        """Whether nothing recorded made this tensor."""
        return self.node is None or self.node.primitive is None

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded; set it to False to freeze a leaf."""
        return self.node is not None and self.node.requires_grad

    @requires_grad.setter
    def requires_grad(self, flag: bool) -> None:
        if not self.is_leaf:
            raise GraphError(
                f"requires_grad can be set on leaves only; {self._label()} is a result. "
                "Use .detach() to go on without its gradient."
            )
        self._own_node().requires_grad = bool(flag)

    @property
    def grad(self) -> Any:
        """What `backward` has added up for this leaf (or after `retain_grad`); None before."""
        return self.node.grad if self.node is not None else None

    @grad.setter
    def grad(self, grad: Any) -> None:
        if grad is not None and np.shape(grad) != self.shape:
            raise ShapeError(f"grad of shape {np.shape(grad)} for a tensor of shape {self.shape}.")
        self._own_node().grad = grad

    def retain_grad(self) -> None:
        """Keep the gradient of this intermediate result when `backward` passes it."""
        if self.node is None:
            raise GraphError(f"{self._label()} was not recorded: it has no gradient to retain.")
        if self.node.primitive is not None:
            if self.node.kept is None:
                self.node.kept = Kept()
            self.node.kept.retains_grad = True

    def backward(self, gradient: Any = None) -> None:
        """Add the gradient of this tensor by every leaf it was made from to the leaf's `grad`.

        `gradient` is the cotangent to start from, of this tensor's shape; it may be left out
        for a tensor of one entry, where it is 1. The values kept for this are freed.
        """
        if self.node is None or not self.node.requires_grad:
            raise GraphError(
                f"backward: {self._label()} depends on no tensor that requires a gradient, or "
                "was computed under no_grad(), so there is nothing to differentiate."
            )
        found = pull_back(self.node, conjugated(self._seed(gradient)), free=True)
        for node, g in found.items():
            if node.requires_grad:
                if type(g) is not np.ndarray or g.dtype.kind == "c":
                    g = as_array(conjugated(g))
                node.grad = g if node.grad is None else as_array(node.grad + g)

    def _seed(self, gradient: Any) -> Any:
        if gradient is None:
            if self.size != 1:
                raise GraphError(
                    f"backward needs a scalar; {self._label()} has shape {self.shape}. Reduce it "
                    "first, e.g. .sum().backward(), or pass backward(gradient) of that shape."
                )
            if self.dtype.kind == "c":
                raise GraphError(
                    f"backward needs a real scalar; {self._label()} is complex. Take its np.real "
                    "or np.abs first, or pass backward(gradient)."
                )
            return self.dtype.type(1) if not self.shape else np.ones(self.shape, self.dtype)
        seed = array_of(value_of(gradient)).astype(self.dtype, copy=False)
        if seed.shape != self.shape:
            raise ShapeError(
                f"backward: the gradient has shape {seed.shape}, the tensor {self.shape}; "
                "they must be equal."
            )
        return seed

    def detach(self) -> "Tensor":
        """The same value as a constant, cut off from the graph."""
        return constant(self._value)

    def assign(self, new: Any) -> "Tensor":
        """Give this leaf a new value (copied) of the same shape and dtype; the tensor itself."""
        if not self.is_leaf:
            raise GraphError(f"assign is for leaves; {self._label()} is a result: make a new one.")
        value = array_of(value_of(new)).astype(self.dtype, copy=False)
        if value.shape != self.shape:
            raise ShapeError(f"assign: new value {value.shape}, tensor {self.shape}: not equal.")
        self._value = value
        return self

    # Out of the graph

    def item(self) -> Any:
        """The value of a tensor of one entry, as a Python number."""
        return self._value.item()

    def numpy(self) -> Any:
        """A copy of the value, as an array of its own."""
        return np.array(self._value)

    def tolist(self) -> Any:
        """The value as nested lists of Python numbers."""
        return self._value.tolist()

    def astype(self, dtype: DTypeLike, copy: bool = True) -> Any:
        """This tensor in another floating dtype; for integers and booleans a plain array."""
        return DISPATCH[np.astype](self, dtype)

    def copy(self) -> "Tensor":
        """A tensor of the same value that is a result of this one, or a constant as it is."""
        return DISPATCH[np.copy](self)  # type: ignore[no-any-return]

    def _refuse(self, asked: str, instead: str) -> None:
        if self.requires_grad and RECORDING.get().on:
            raise LostGradientError(
                f"{asked} would lose the gradient of {self._label()}. {instead} "
                "Use .item(), .numpy() or .detach() to leave the graph on purpose."
            )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        if self.requires_grad and RECORDING.get().on:
            asked = caller()
            what = f"{asked}: making" if asked else "Making"
            self._refuse(f"{what} a plain array", instead_of(asked))
        return np.array(self._value, dtype=dtype) if copy is not False else self.value

    def __float__(self) -> float:
        self._refuse("float()", "NumPy's functions (np.exp, not math.exp) keep it.")
        return float(self._value)

    def __int__(self) -> int:
        self._refuse("int()", "An index or a count is integer data, not a tensor.")
        return int(self._value)

    def __complex__(self) -> complex:
        self._refuse("complex()", "")
        return complex(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec and self.size == 1 else format(str(self), spec)

    def __round__(self, digits: int | None = None) -> Any:
        return round(self.item(), digits) if self.size == 1 else np.round(self._value, digits or 0)

    def __repr__(self) -> str:
        body = np.array2string(np.asarray(self._value), separator=", ", prefix="Tensor(")
        if np.size(self._value) == 0:
            body += f", shape={self.shape}"
        if self.dtype != np.float64:
            body += f", dtype={self.dtype}"
        if self.node is None or not self.node.requires_grad:
            body += ", constant"
        elif self.node.primitive is not None:
            body += f", from {self.node.primitive.name}"
        return f"Tensor({body}{f', name={self.name!r}' if self.name else ''})"

    def __str__(self) -> str:
        return str(np.asarray(self._value))

    def _label(self) -> str:
        return f"tensor {self.name!r}" if self.name else f"a tensor of shape {self.shape}"

    def _own_node(self) -> Node:
        if self.node is None:
            self.node = leaf(self.shape, self.dtype, requires_grad=False)
        return self.node

    # Copies and pickles carry the value, never the graph

    def __reduce__(self) -> Any:
        if not self.is_leaf:
            raise GraphError(
                f"{self._label()} is a recorded result; a copy or pickle would carry its whole "
                "graph. Copy t.detach() instead."
            )
        return rebuild, (np.array(self._value), self.name, self.requires_grad)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Tensor":
        function, args = self.__reduce__()
        copy: Tensor = function(*args)
        memo[id(self)] = copy
        return copy

    def __copy__(self) -> "Tensor":
        return self.__deepcopy__({})

    # NumPy's protocols

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if not kwargs and method == "__call__":
            call = meaning_of(ufunc)
            if call is None:
                raise NotDifferentiableError(no_rule(ufunc, method))
            return call(*inputs)
        if kwargs.get("out") is not None:
            raise ImmutableError(
                f"np.{ufunc.__name__}: the result of an operation on tensors cannot be written "
                "into an existing array (out=, or `array += tensor`), which would lose its "
                "gradient. Write `array = array + tensor`."
            )
        return called(DISPATCH["ufunc"], (ufunc, method, *inputs), kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        call = meaning_of(function)
        if call is None:
            raise NotDifferentiableError(no_rule(function, "__call__"))
        for name in ("out", "dtype"):  # NumPy's defaults, spelled out
            if name in kwargs and kwargs[name] is None:
                kwargs = {key: value for key, value in kwargs.items() if key != name}
        return called(call, args, kwargs)

    # Operators: NumPy's functions, without the detour through NumPy's dispatch

    __add__ = operator(np.add)
    __radd__ = reflected(np.add)  # other + self
    __sub__ = operator(np.subtract)
    __rsub__ = reflected(np.subtract)  # other - self
    __mul__ = operator(np.multiply)
    __rmul__ = reflected(np.multiply)  # other * self
    __truediv__ = operator(np.true_divide)
    __rtruediv__ = reflected(np.true_divide)  # other / self
    __floordiv__ = operator(np.floor_divide)
    __rfloordiv__ = reflected(np.floor_divide)  # other // self
    __mod__ = operator(np.remainder)
    __rmod__ = reflected(np.remainder)  # other % self
    __divmod__ = operator(np.divmod)
    __rdivmod__ = reflected(np.divmod)  # divmod(other, self)
    __matmul__ = operator(np.matmul)
    __rmatmul__ = reflected(np.matmul)  # other @ self
    __rpow__ = reflected(np.power)  # other ** self

    __iadd__ = in_place(np.add)
    __isub__ = in_place(np.subtract)
    __imul__ = in_place(np.multiply)
    __itruediv__ = in_place(np.true_divide)
    __ifloordiv__ = in_place(np.floor_divide)
    __imod__ = in_place(np.remainder)
    __ipow__ = in_place(np.power)

    def __pow__(self, exponent: Any) -> Any:
        if isinstance(exponent, int | float) and exponent == 2:
            return DISPATCH[np.square](self)
        return DISPATCH[np.power](self, exponent)

    def __neg__(self) -> Any:
        return DISPATCH[np.negative](self)

    def __pos__(self) -> Any:
        return DISPATCH[np.positive](self)

    def __abs__(self) -> Any:
        return DISPATCH[np.absolute](self)

    # Comparisons are plain boolean arrays, so a tensor is hashed by identity

    __hash__ = object.__hash__
    __lt__ = operator(np.less)
    __le__ = operator(np.less_equal)
    __gt__ = operator(np.greater)
    __ge__ = operator(np.greater_equal)
    __eq__ = operator(np.equal)
    __ne__ = operator(np.not_equal)

    # Indexing

    def __getitem__(self, index: Any) -> Any:
        return DISPATCH["getitem"](self, index=index)

    def __setitem__(self, index: Any, new: Any) -> None:
        """`t[index] = new`: this name's tensor becomes an updated copy; other names keep theirs.

        A view does not exist here: after `row = t[0]`, `row[:] = 0` leaves `t` as it is.
        """
        if self.is_leaf and self.requires_grad and RECORDING.get().on:
            raise ImmutableError(
                f"writing into the leaf {self._label()} would cut it off from its gradient. Use "
                "t.assign(new_value), or write under no_grad(), or into a copy (t.copy())."
            )
        updated = DISPATCH["setitem"](self, new, index=index)
        if self.is_leaf and not updated.requires_grad:
            self._value = updated._value
        else:
            self._value, self.node = updated._value, updated.node

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a tensor of no dimensions.")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        if not self.shape:
            raise TypeError("a tensor of no dimensions cannot be iterated over.")
        return iter(DISPATCH[np.unstack](self))

    def __contains__(self, item: Any) -> bool:
        return bool(np.any(np.equal(self._value, value_of(item))))

    # Methods: NumPy's functions

    @property
    def T(self) -> Any:  # noqa: N802 (NumPy's name)
        return DISPATCH[np.transpose](self)

    @property
    def mT(self) -> Any:  # noqa: N802 (NumPy's name)
        return DISPATCH[np.matrix_transpose](self)

    @property
    def real(self) -> Any:
        return DISPATCH[np.real](self)

    @property
    def imag(self) -> Any:
        return DISPATCH[np.imag](self)

    def reshape(self, *shape: Any, order: str = "C") -> Any:
        """The same entries in another shape."""
        shape = shape[0] if len(shape) == 1 else shape
        return DISPATCH[np.reshape](self, shape=shape, order=order)

    def transpose(self, *axes: Any) -> Any:
        """The axes reversed, or in the order given."""
        return DISPATCH[np.transpose](self, axes[0] if len(axes) == 1 else axes or None)

    def flatten(self) -> Any:
        """All entries along one axis."""
        return DISPATCH[np.ravel](self)

    sum = method_of(np.sum)
    mean = method_of(np.mean)
    prod = method_of(np.prod)
    max = method_of(np.max)
    min = method_of(np.min)
    var = method_of(np.var)
    std = method_of(np.std)
    cumsum = method_of(np.cumsum)
    cumprod = method_of(np.cumprod)
    argmax = method_of(np.argmax)
    argmin = method_of(np.argmin)
    argsort = method_of(np.argsort)
    all = method_of(np.all)
    any = method_of(np.any)
    nonzero = method_of(np.nonzero)
    clip = method_of(np.clip)
    round = method_of(np.round)
    conj = method_of(np.conjugate)
    dot = method_of(np.dot)
    ravel = method_of(np.ravel)
    squeeze = method_of(np.squeeze)
    swapaxes = method_of(np.swapaxes)
    repeat = method_of(np.repeat)
    take = method_of(np.take)
    diagonal = method_of(np.diagonal)
    trace = method_of(np.trace)


def called(call: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
    """The result of a function; for one that must see the value of an example, one by one."""
    try:
        return call(*args, **kwargs)
    except OneExampleError:
        return DISPATCH["one by one"](call, args, kwargs)


def conjugated(g: Any) -> Any:
    """The cotangent as it enters and leaves a walk.

    Inside, a cotangent g of a complex x stands for Re(g dx), so that every rule reads as for real
    numbers. Outside it is the direction of steepest ascent of a real loss, its conjugate.
    """
    return np.conjugate(g) if g.dtype.kind == "c" else g


def as_array(value: Any) -> Any:
    """NumPy's scalars, which its reductions return, as arrays; anything else as it is."""
    return np.asarray(value) if isinstance(value, np.generic) else value


def constant(value: Any) -> Tensor:
    """A tensor that is not differentiated and shares its value."""
    tensor = Tensor.__new__(Tensor)
    tensor._value = value
    tensor.node = None
    return tensor


def tensor_of(value: Any, node: Node) -> Tensor:
    """The tensor with this value and this place in the graph."""
    tensor = Tensor.__new__(Tensor)
    tensor._value = value
    tensor.node = node
    return tensor


def rebuild(value: Any, name: str | None, requires_grad: bool) -> Tensor:
    return Tensor(value, name, requires_grad)


def value_of(thing: Any) -> Any:
    """A tensor's value; anything else as it is."""
    return thing._value if type(thing) is Tensor else thing


def own_value(value: Any) -> Any:
    """A copy of `value` as the array of a leaf."""
    if isinstance(value, Tensor):
        value._refuse("Tensor(tensor)", "The tensor itself can be used as it is.")
        value = value._value
    if not isinstance(value, np.ndarray | np.generic) and hasattr(value, "__array_ufunc__"):
        return value  # an array of another library, which speaks NumPy's protocols
    array = np.array(value, order="C")
    if array.dtype.kind in "biu":
        if isinstance(value, np.ndarray | np.generic) or array.dtype.kind == "b":
            raise TypeError(
                f"a Tensor is something one differentiates by; {array.dtype} data of shape "
                f"{array.shape} cannot be. Keep it as an array, or convert it: .astype(float)."
            )
        array = array.astype(np.float64)
    if array.dtype.kind not in "fc":
        raise TypeError(f"a Tensor holds numbers; found {array.dtype} in {value!r:.60}.")
    return array


def no_rule(function: Any, method: str) -> str:
    is_numpy = getattr(np, function.__name__, None) is function
    module = getattr(function, "__module__", None) or ("numpy" if is_numpy else "")
    name = f"{module.replace('numpy', 'np')}.{function.__name__}".replace("np.np.", "np.")
    name = name.lstrip(".")  # a ufunc of another package does not say whose it is
    if method != "__call__":
        name += f".{method}"
    return (
        f"{name} has no gradient rule here, so it cannot be used on a Tensor. Declare one with "
        "autograd_lite.declare, or use .numpy() if no gradient is needed."
    )
