"""What autograd_lite's eager mode is to reach: a quantity, its limit and a further aim a row."""

from collections.abc import Callable
from typing import NamedTuple

from engines import HAND, HIPS, MYGRAD, OURS, TORCH
from problems import CHAIN_OPERATIONS
from results import Results, middle

# Not those with the largest arrays: what they keep until backward is most of their memory.
MEASURED_FOR_MEMORY = (
    "tanh_mlp",
    "relu_mlp",
    "chain",
    "transformer",
    "lenet",
    "hessian",
    "jacobian",
    "lstm",
)


class Target(NamedTuple):
    workload: str
    quantity: str
    values: Callable[[Results], list[float]]  # one for each round
    limit: float | None
    aim: float | None = None


def time_over(base: str, workload: str) -> Callable[[Results], list[float]]:
    return lambda results: results.times(workload, OURS, base)


def memory_over_torch(workload: str) -> Callable[[Results], list[float]]:
    return lambda results: results.memory(workload, OURS, TORCH, results.interpreter)


def operation_overheads(results: Results, engine: str = OURS) -> list[float]:
    """Microseconds per operation of the chain beyond the NumPy calls, recording and pull."""
    pairs = results.pairs("chain", engine, HAND)
    return [1e6 * (m.step - bare.step) / CHAIN_OPERATIONS for m, bare in pairs]


TARGETS = [
    Target("tanh_mlp", "time / PyTorch eager", time_over(TORCH, "tanh_mlp"), 0.6, 0.45),
    Target("tanh_mlp", "time / NumPy by hand", time_over(HAND, "tanh_mlp"), 3, 2.5),
    Target("tanh_mlp", "time / MyGrad", time_over(MYGRAD, "tanh_mlp"), None, 0.5),
    Target("relu_mlp", "time / NumPy by hand", time_over(HAND, "relu_mlp"), 1.05),
    Target("relu_mlp", "time / PyTorch eager", time_over(TORCH, "relu_mlp"), 1.3),
    Target("chain", "µs per operation over bare NumPy", operation_overheads, 2.5),
    Target("chain", "time / PyTorch eager", time_over(TORCH, "chain"), 0.5),
    Target("lenet", "time / PyTorch eager", time_over(TORCH, "lenet"), None, 2),
    Target("transformer", "time / PyTorch eager", time_over(TORCH, "transformer"), None, 1.5),
    Target("lstm", "time / PyTorch eager", time_over(TORCH, "lstm"), None, 1),
    Target("hessian", "time / HIPS autograd", time_over(HIPS, "hessian"), 1, 0.2),
    Target("jacobian", "time / HIPS autograd", time_over(HIPS, "jacobian"), 1, 0.2),
] + [
    Target(name, "memory over the interpreter / PyTorch eager", memory_over_torch(name), 0.3)
    for name in MEASURED_FOR_MEMORY
]


def verdict(target: Target, results: Results) -> str:
    value = middle(target.values(results))
    if value is None:
        return "not measured"
    if target.limit is not None and value > target.limit:
        return "fell short"
    if target.aim is not None and value > target.aim:
        return "reached, the aim not" if target.limit is not None else "fell short"
    return "reached"
