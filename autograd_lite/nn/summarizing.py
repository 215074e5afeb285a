"""A table of a network's layers: what comes out of each, and what it costs."""

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from autograd_lite import tree
from autograd_lite.core.graph import RECORDING, Node, Recording
from autograd_lite.core.tensor import Tensor
from autograd_lite.nn.calls import LISTENER, Call

HEADER = ("layer", "output shape", "parameters", "multiply-adds")

# How many products of numbers an operation adds up, given its operands and its result.
PRODUCTS: dict[str, Callable[..., int]] = {
    "matmul": lambda out, x, y: out.size * x.shape[-1],
    "affine": lambda out, x, weight, *bias: out.size * x.shape[-1],
    "convolution": lambda out, x, weight, *bias: out.size * weight[0].size,
    "transposed_convolution": lambda out, x, weight: x.size * weight[0].size,
    "rnn": lambda out, x, weight, start: x.size * weight.shape[1],
    "lstm": lambda out, x, weight, start: x.size * weight.shape[1],
    "gru": lambda out, x, weight, start: x.size * (weight.shape[1] - 1),
}


class Row(NamedTuple):
    """One module: its path, its class, the shape of its last result, and what is its own."""

    path: str
    kind: str
    shape: str
    parameters: int
    multiply_adds: int


class Summary:
    """What `summary` found; printed, a table."""

    def __init__(self, rows: list[Row], trainable: int) -> None:
        self.rows = rows
        self.trainable = trainable

    @property
    def parameters(self) -> int:
        """How many numbers are trained or could be."""
        return sum(row.parameters for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        """How many products of numbers are added up in one call."""
        return sum(row.multiply_adds for row in self.rows)

    def __repr__(self) -> str:
        paths = {row.path for row in self.rows}
        lines = [HEADER, *(cells(row, paths) for row in self.rows)]
        lines.append(("total", "", f"{self.parameters:,}", f"{self.multiply_adds:,}"))
        if self.trainable != self.parameters:
            lines.append(("of which trainable", "", f"{self.trainable:,}", ""))
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        texts = [
            f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}  {d:>{widths[3]}}".rstrip()
            for a, b, c, d in lines
        ]
        rule = "-" * (sum(widths) + 6)
        body = len(self.rows) + 1
        return "\n".join([texts[0], rule, *texts[1:body], rule, *texts[body:]])


def cells(row: Row, modules: set[str]) -> tuple[str, str, str, str]:
    """A row as text: its path from the module around it, indented by how many are around it."""
    above, depth, name = row.path, 0, row.path
    while above:
        above = owner(above.rpartition(".")[0], modules)
        name = row.path.removeprefix(f"{above}.") if not depth else name
        depth += 1
    layer = f"{'  ' * depth}{name}: {row.kind}" if row.path else row.kind
    parameters, multiply_adds = (f"{n:,}" if n else "" for n in (row.parameters, row.multiply_adds))
    return layer, row.shape, parameters, multiply_adds


def summary(model: Any, *inputs: Any) -> Summary:
    """Call the model once, as in evaluation, and list its modules with what they gave and cost.

    Parameters are counted where they are held, shared ones once; multiply-adds (the products in
    matrix products and convolutions, forward) in the innermost module that computes them.

    >>> from autograd_lite import nn
    >>> nn.MLP([64, 32, 10]).summary(np.zeros((1, 64), np.float32))
    layer        output shape  parameters  multiply-adds
    ----------------------------------------------------
    MLP          (1, 10)
      0: Linear  (1, 32)            2,080          2,048
      1: ReLU    (1, 32)
      2: Linear  (1, 10)              330            320
    ----------------------------------------------------
    total                           2,410          2,368
    """
    paths = {id(module): path for path, module in model.named_modules()}
    results, products = observed(model, inputs)
    sizes: Counter[str] = Counter()
    for path, tensor in model.named_parameters():
        sizes[owner(path, set(paths.values()))] += tensor.size
    rows = [
        Row(
            path, type(module).__name__, shape_of(results.get(id(module), "not called")),
            sizes[path], products[id(module)],
        )
        for path, module in model.named_modules()
    ]  # fmt: skip
    trainable = sum(tensor.size for tensor in model.parameters() if tensor.requires_grad)
    return Summary(rows, trainable)


def observed(model: Any, inputs: tuple[Any, ...]) -> tuple[dict[int, Any], Counter[int]]:
    """The last result of each module, and the products that each computed itself."""
    results: dict[int, Any] = {}
    products: Counter[int] = Counter()

    def listen(call: Call) -> None:
        results[id(call.module)] = call.result

    def watch(node: Node, values: tuple[Any, ...], value: Any) -> None:
        count = PRODUCTS.get(node.primitive.name if node.primitive else "")
        if count is not None and node.scope is not None:
            products[id(node.scope.module)] += count(value, *values)

    modes = [(module, module.training) for module in model.modules()]
    frozen = [tensor for tensor in model.parameters() if not tensor.requires_grad]
    listening = LISTENER.set(listen)
    recording = RECORDING.set(Recording(True, None, watch, RECORDING.get()))
    try:
        model.eval().requires_grad_()  # what is not recorded would not be counted
        model(*tree.map(as_operand, inputs))
    finally:
        RECORDING.reset(recording)
        LISTENER.reset(listening)
        for module, training in modes:
            module.training = training
        for tensor in frozen:
            tensor.requires_grad = False
    return results, products


def as_operand(leaf: Any) -> Any:
    """An array of floating numbers as a tensor, so that all that is done with it is recorded."""
    if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "fc":
        return Tensor(leaf)
    return leaf


def owner(path: str, modules: set[str]) -> str:
    """The path of the innermost module that holds a parameter."""
    while path not in modules:
        path = path.rpartition(".")[0]
    return path


def shape_of(result: Any) -> str:
    """The shape of a result; of several, each."""
    if isinstance(result, str) or result is None:
        return result or ""
    if isinstance(result, tuple | list):
        return ", ".join(filter(None, map(shape_of, result)))
    return str(getattr(result, "shape", ""))
