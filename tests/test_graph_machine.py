"""The engine raced against a naive one: any sequence of operations, the same gradients."""

from collections.abc import Callable
from typing import Any

import numpy as np
import oracles
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from oracles import Plain

import autograd_lite as ag

Pair = tuple[ag.Tensor, Plain]

UNARY: list[tuple[Callable[[Any], Any], Callable[[Plain], Plain]]] = [
    (np.tanh, oracles.tanh),
    (np.sin, oracles.sine),
    (np.transpose, oracles.transpose),
    (lambda x: -x, lambda x: oracles.multiply(x, oracles.Constant(-1.0))),
    (lambda x: 0.5 * x, lambda x: oracles.multiply(x, oracles.Constant(0.5))),
]
BINARY: list[tuple[Callable[[Any, Any], Any], Callable[[Plain, Plain], Plain]]] = [
    (np.add, oracles.add),
    (np.subtract, oracles.subtract),
    (np.multiply, oracles.multiply),
    (lambda x, y: x * y + x, lambda x, y: oracles.add(oracles.multiply(x, y), x)),
]
SHAPES = [(), (1,), (3,), (2, 1), (2, 3), (1, 3), (0, 3)]
STEPS = [
    "apply_one", "apply_two", "apply_two", "reduce", "take", "write", "detach",
    "apply_under_no_grad",
]  # fmt: skip


def broadcasts(x: Plain, y: Plain) -> bool:
    try:
        np.broadcast_shapes(x.value.shape, y.value.shape)
    except ValueError:
        return False
    return True


def fits(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    """Whether an array of `shape` can be written into a place of shape `target`."""
    try:
        return np.broadcast_shapes(shape, target) == target
    except ValueError:
        return False


class Race(RuleBasedStateMachine):
    """Both engines do the same; `leaves` stay, `results` live until a backward frees them."""

    def __init__(self) -> None:
        super().__init__()
        self.leaves: list[Pair] = []
        self.results: list[Pair] = []

    def draw(
        self, data: st.DataObject, suitable: Callable[[Plain], bool] = lambda plain: True
    ) -> Pair | None:
        """One of the pairs whose plain half is suitable, the newest being the simplest choice."""
        choices = [pair for pair in self.leaves + self.results if suitable(pair[1])][::-1]
        return choices[data.draw(st.integers(0, len(choices) - 1))] if choices else None

    def keep(self, tensor: Any, plain: Plain) -> None:
        assert isinstance(tensor, ag.Tensor)
        assert tensor.requires_grad == plain.differentiable()
        if np.max(np.abs(plain.value), initial=0.0) < 1e6:
            self.results.append((tensor, plain))

    @initialize(shapes=st.lists(st.sampled_from(SHAPES), min_size=2, max_size=4))
    def begin(self, shapes: list[tuple[int, ...]]) -> None:
        for seed, shape in enumerate(shapes):
            value = np.random.default_rng(seed).uniform(-2, 2, shape)
            self.leaves.append((ag.Tensor(value), Plain(value)))

    def compute(self, data: st.DataObject) -> None:
        """Several operations: every rule begins with some, so that there is a graph to walk."""
        for step in data.draw(st.lists(st.sampled_from(STEPS), min_size=2, max_size=8)):
            getattr(self, step)(data)

    @rule(data=st.data())
    def compute_only(self, data: st.DataObject) -> None:
        self.compute(data)

    def apply_one(self, data: st.DataObject) -> None:
        pair = self.draw(data)
        assert pair is not None
        ours, plain = UNARY[data.draw(st.integers(0, len(UNARY) - 1))]
        self.keep(ours(pair[0]), plain(pair[1]))

    def apply_two(self, data: st.DataObject) -> None:
        first = self.draw(data)
        assert first is not None
        second = self.draw(data, lambda plain: broadcasts(first[1], plain))
        assert second is not None
        ours, plain = BINARY[data.draw(st.integers(0, len(BINARY) - 1))]
        self.keep(ours(first[0], second[0]), plain(first[1], second[1]))

    def reduce(self, data: st.DataObject) -> None:
        pair = self.draw(data)
        assert pair is not None
        ndim, keepdims = pair[0].ndim, data.draw(st.booleans())
        axis = data.draw(st.none() | st.integers(-ndim, ndim - 1)) if ndim else None
        ours = np.sum(pair[0], axis=axis, keepdims=keepdims)
        self.keep(ours, oracles.total(pair[1], axis, keepdims))

    def take(self, data: st.DataObject) -> None:
        pair = self.draw(data, lambda plain: plain.value.ndim > 0)
        if pair is None:
            return
        shape = pair[0].shape
        index = data.draw(hnp.basic_indices(shape, allow_newaxis=True) | hnp.arrays(bool, shape))
        if 0 not in shape and data.draw(st.booleans()):
            result = hnp.array_shapes(max_dims=2)
            index = data.draw(hnp.integer_array_indices(shape, result_shape=result))
        self.keep(pair[0][index], oracles.take(pair[1], index))

    def write(self, data: st.DataObject) -> None:
        """`t[index] = v`: the tensor of this name becomes another, results made of it do not."""
        targets = [i for i, (t, _) in enumerate(self.results) if t.ndim > 0][::-1]
        if not targets:
            return
        tensor, plain = self.results[targets[data.draw(st.integers(0, len(targets) - 1))]]
        index = data.draw(hnp.basic_indices(tensor.shape))
        part = plain.value[index].shape
        source = self.draw(data, lambda p: fits(p.value.shape, part))
        value = source if source is not None else (ag.Tensor(0.5).detach(), oracles.Constant(0.5))
        updated = oracles.put(plain, index, value[1])
        tensor[index] = value[0]
        self.results = [(t, updated if t is tensor else p) for t, p in self.results]

    def detach(self, data: st.DataObject) -> None:
        pair = self.draw(data)
        assert pair is not None
        self.keep(pair[0].detach(), pair[1].detached())

    def apply_under_no_grad(self, data: st.DataObject) -> None:
        pair = self.draw(data)
        assert pair is not None
        with ag.no_grad():
            sine, product = np.sin(pair[0]), pair[0] * pair[0]
        self.keep(sine, oracles.sine(pair[1]).detached())
        self.keep(product, oracles.multiply(pair[1], pair[1]).detached())

    @rule(data=st.data())
    def backward(self, data: st.DataObject) -> None:
        """Differentiate one result; what an earlier walk has freed is not used again."""
        self.compute(data)
        chosen = [pair for pair in self.results if pair[1].differentiable()][::-1]
        if not chosen:
            return
        tensor, plain = chosen[data.draw(st.integers(0, len(chosen) - 1))]
        seed = np.random.default_rng(len(chosen)).uniform(-1, 1, tensor.shape)
        tensor.backward(seed)
        plain.backward(seed)
        self.results = [pair for pair in self.results if not pair[1].differentiable()]

    @rule(data=st.data())
    def update(self, data: st.DataObject) -> None:
        """A step of descent in the middle of everything: recorded values stay as they were."""
        self.compute(data)
        for tensor, plain in self.leaves:
            if tensor.grad is not None:
                with ag.no_grad():
                    tensor -= 0.01 * tensor.grad
                plain.value = plain.value - 0.01 * plain.grad

    @rule(data=st.data())
    def clear_gradients(self, data: st.DataObject) -> None:
        self.compute(data)
        for tensor, plain in self.leaves:
            tensor.grad = plain.grad = None

    @invariant()
    def values_agree(self) -> None:
        for tensor, plain in self.leaves + self.results:
            np.testing.assert_allclose(tensor.value, plain.value, rtol=1e-10, atol=1e-10)

    @invariant()
    def gradients_agree(self) -> None:
        for tensor, plain in self.leaves:
            if plain.grad is None:
                assert tensor.grad is None
                continue
            assert tensor.grad.flags.writeable
            scale = max(1.0, float(np.max(np.abs(plain.grad), initial=0.0)))
            np.testing.assert_allclose(tensor.grad, plain.grad, rtol=1e-9, atol=1e-9 * scale)

    def teardown(self) -> None:
        """Whatever is left is differentiated all at once."""
        left = [pair for pair in self.results if pair[1].differentiable()]
        ours: Any = sum((np.sum(tensor) for tensor, _ in left), start=0.0)
        plain = oracles.Constant(0.0)
        for _, result in left:
            plain = oracles.add(plain, oracles.total(result, None, False))
        if left:
            ours.backward()
            plain.backward(np.ones(()))
        self.gradients_agree()


TestRace = Race.TestCase
TestRace.settings = settings(stateful_step_count=6)
