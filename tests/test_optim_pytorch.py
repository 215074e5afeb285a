"""The update rules beside PyTorch's own: random options, groups, dtypes, missing gradients."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite import optim

torch = pytest.importorskip("torch")

SHAPES = [(3,), (), (2, 4), (5, 1)]
fraction = st.sampled_from([0.0, 0.1, 0.5, 0.9])
small = st.sampled_from([0.0, 0.01, 0.3])
betas = st.tuples(fraction, st.sampled_from([0.5, 0.6, 0.9, 0.999]))
eps = st.sampled_from([1e-8, 1e-3])

OPTIONS: dict[str, dict[str, Any]] = {
    "SGD": {"momentum": fraction, "dampening": small, "weight_decay": small},
    "Adagrad": {"lr_decay": small, "weight_decay": small, "initial_accumulator_value": small,
                "eps": eps},
    "RMSprop": {"alpha": fraction, "eps": eps, "weight_decay": small, "momentum": fraction},
    "Adadelta": {"rho": fraction, "eps": eps, "weight_decay": small},
    "Adam": {"betas": betas, "eps": eps, "weight_decay": small, "amsgrad": st.booleans()},
    "AdamW": {"betas": betas, "eps": eps, "weight_decay": small, "amsgrad": st.booleans()},
    "NAdam": {"betas": betas, "eps": eps, "weight_decay": small, "momentum_decay": small},
    "RAdam": {"betas": betas, "eps": eps, "weight_decay": small},
}  # fmt: skip


@st.composite
def problems(draw: Any) -> tuple[str, dict[str, Any], list[dict[str, Any]], list[list[bool]]]:
    """An optimizer's name and options, two groups' own options, and who has a gradient when."""
    name = draw(st.sampled_from(sorted(OPTIONS)))
    rate = st.sampled_from([0.0, 0.01, 0.1])
    options = draw(st.fixed_dictionaries({"lr": rate, **OPTIONS[name]}))
    if name == "SGD" and options["momentum"] and draw(st.booleans()):
        options |= {"nesterov": True, "dampening": 0.0}
    own = [
        draw(st.fixed_dictionaries({}, optional={"lr": rate, "weight_decay": small})) for _ in "ab"
    ]
    present = draw(
        st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=8)
    )
    return name, options, own, present


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@settings(max_examples=150, deadline=None)
@given(problem=problems(), seed=st.integers(0, 2**32 - 1))
def test_any_run_equals_pytorchs(dtype: Any, problem: Any, seed: int) -> None:
    name, options, own, present = problem
    rng = np.random.default_rng(seed)
    starts = [rng.normal(size=shape).astype(dtype) for shape in SHAPES]
    ours = [ag.Tensor(start) for start in starts]
    theirs = [torch.tensor(start, requires_grad=True) for start in starts]
    groups: Any = [
        [{"params": ps[:2], **own[0]}, {"params": ps[2:], **own[1]}] for ps in (ours, theirs)
    ]
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)  # in which it then keeps NAdam's product
    try:
        optimizer = getattr(optim, name)(groups[0], **options)
        theirs_optimizer = getattr(torch.optim, name)(groups[1], **options)
        for row in present:
            for p, q, has_gradient in zip(ours, theirs, row, strict=True):
                g = rng.normal(size=p.shape).astype(dtype)
                p.grad = g if has_gradient else None
                q.grad = torch.tensor(g) if has_gradient else None
            optimizer.step()
            theirs_optimizer.step()
    finally:
        torch.set_default_dtype(default)
    tolerance = 2e-4 if dtype == np.float32 else 1e-10
    for p, q in zip(ours, theirs, strict=True):
        assert p.dtype == dtype
        np.testing.assert_allclose(p.value, q.detach().numpy(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "RAdam"])
def test_complex_parameters_move_as_pytorchs(name: str) -> None:
    rng = np.random.default_rng(0)
    start = rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3))
    p, q = ag.Tensor(start), torch.tensor(start, requires_grad=True)
    optimizer = getattr(optim, name)([p], lr=0.1)
    theirs = getattr(torch.optim, name)([q], lr=0.1)
    for _ in range(7):
        g = rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3))
        p.grad, q.grad = g, torch.tensor(g)
        optimizer.step()
        theirs.step()
    np.testing.assert_allclose(p.value, q.detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize("search", [None, "strong_wolfe"])
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_lbfgs_fits_a_network_as_pytorchs(search: str | None, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 1))
    starts = [rng.normal(size=shape) * 0.5 for shape in ((3, 4), (4,), (4, 1))]
    ours = [ag.Tensor(start) for start in starts]
    theirs = [torch.tensor(start, requires_grad=True) for start in starts]
    options: dict[str, Any] = {
        "lr": 0.1 if search is None else 1.0,
        "max_iter": 4,
        "history_size": 3,
    }
    optimizer = optim.LBFGS(ours, line_search_fn=search, **options)
    theirs_optimizer = torch.optim.LBFGS(theirs, line_search_fn=search, **options)

    def closure() -> Any:
        optimizer.zero_grad()
        loss: Any = np.mean((np.tanh(x @ ours[0] + ours[1]) @ ours[2] - y) ** 2)
        loss.backward()
        return loss

    def their_closure() -> Any:
        theirs_optimizer.zero_grad()
        hidden = torch.tanh(torch.tensor(x) @ theirs[0] + theirs[1])
        loss = ((hidden @ theirs[2] - torch.tensor(y)) ** 2).mean()
        loss.backward()
        return loss

    for _ in range(3):
        found, expected = optimizer.step(closure), theirs_optimizer.step(their_closure)
        np.testing.assert_allclose(found.item(), expected.item(), rtol=1e-6)
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.value, q.detach().numpy(), rtol=1e-5, atol=1e-6)
