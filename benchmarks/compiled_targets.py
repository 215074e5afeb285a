"""What autograd_lite's compiled mode is to reach: how large, at most, its share of a rival's time,
memory or compilation may be.

A rival may be several engines, of which the best counts.
"""

from collections.abc import Callable
from typing import NamedTuple

from engines import COMPILED, ENGINES, HAND, HIPS, INDUCTOR, JAX, MYGRAD, TORCH
from results import Results, middle

PEERS = (TORCH, INDUCTOR, *JAX, HIPS, MYGRAD)
RIVALS = {
    "NumPy by hand": (HAND,),
    "PyTorch eager": (TORCH,),
    "torch.compile": (INDUCTOR,),
    "jax.jit": JAX,
    "the fastest peer": PEERS,
    "the fastest of all": (HAND, *PEERS),
}
TIME_LIMITS = {
    "tanh_mlp": {"NumPy by hand": 0.9, "jax.jit": 0.8, "PyTorch eager": 0.15},
    "small_relu_mlp": {"NumPy by hand": 0.75, "jax.jit": 0.75, "torch.compile": 0.45},
    "relu_mlp": {"the fastest of all": 1.0},
    "gelu": {"torch.compile": 1.0, "jax.jit": 0.5, "PyTorch eager": 0.12},
    "cross_entropy": {"the fastest of all": 1.0},
    "chain": {"NumPy by hand": 0.6, "PyTorch eager": 0.08},
    "rnn": {"NumPy by hand": 0.85, "the fastest peer": 1.0},
    "transformer": {"the fastest of all": 1.0},
    "lenet": {"PyTorch eager": 1.2},
    "logistic": {"the fastest of all": 1.0},
    "hessian": {"jax.jit": 1.5},
}
MEMORY_LIMITS = {"PyTorch eager": 0.3, "jax.jit": 0.3}
COMPILING_LIMITS = {"jax.jit": 0.2, "torch.compile": 0.02}


class Found(NamedTuple):
    """The ratios to the best engine of a rival, one for each round; no engine, no ratios."""

    engine: str | None
    ratios: list[float]


class Target(NamedTuple):
    workload: str
    quantity: str
    rival: str
    limit: float
    ratios_to: Callable[[Results, str, str], list[float]]  # of a workload, to an engine

    def against(self, results: Results) -> Found:
        every = [
            Found(engine, self.ratios_to(results, self.workload, engine))
            for engine in RIVALS[self.rival]
        ]
        return max(every, key=lambda found: middle(found.ratios) or 0.0)

    def rival_in(self, found: Found) -> str:
        """The rival's name, and which engine it was where that is not known beforehand."""
        fastest = self.rival.startswith("the fastest") and found.ratios
        return f"{self.rival}, {ENGINES[str(found.engine)]}" if fastest else self.rival

    def verdict(self, found: Found, results: Results) -> str:
        """Speed does not count where the result is wrong."""
        ratio = middle(found.ratios)
        if ratio is None:
            return "not measured"
        if results.agrees(self.workload, COMPILED, HAND) is False:
            return "WRONG"
        return "reached" if ratio <= self.limit else "missed"


def time_to(results: Results, workload: str, engine: str) -> list[float]:
    return results.times(workload, COMPILED, engine)


def memory_to(results: Results, workload: str, engine: str) -> list[float]:
    return results.memory(workload, COMPILED, engine, results.interpreter)


def compiling_to(results: Results, workload: str, engine: str) -> list[float]:
    """torch.compile keeps what it compiled on the disk: only in the first round it begins anew."""
    ratios = results.compiling(workload, COMPILED, engine)
    return ratios[:1] if engine == INDUCTOR else ratios


def targets() -> list[Target]:
    found = []
    for quantity, limits, ratios_to in (
        ("time", TIME_LIMITS, time_to),
        ("memory over the interpreter", dict.fromkeys(TIME_LIMITS, MEMORY_LIMITS), memory_to),
        ("compilation", dict.fromkeys(TIME_LIMITS, COMPILING_LIMITS), compiling_to),
    ):
        for workload, rivals in limits.items():
            for rival, limit in rivals.items():
                found.append(Target(workload, quantity, rival, limit, ratios_to))
    return found


TARGETS = targets()
