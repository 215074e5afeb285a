"""Learning rates: as functions of the step, and lowered on a plateau; by PyTorch 2.13's figures."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite import optim
from autograd_lite.optim import schedules

# What torch.optim.lr_scheduler sets from a rate of 0.5, from step 0 on.
# fmt: off
RECORDED: dict[str, tuple[schedules.Schedule, list[float]]] = {
    "step": (schedules.step(0.5, 3),
             [0.5, 0.5, 0.5, 0.05, 0.05, 0.05, 0.005, 0.005]),
    "multistep": (schedules.multistep(0.5, [5, 2, 5], gamma=0.5),
                  [0.5, 0.5, 0.25, 0.25, 0.25, 0.0625, 0.0625, 0.0625]),
    "exponential": (schedules.exponential(0.5, 0.9),
                    [0.5, 0.45, 0.405, 0.3645, 0.32805, 0.295245, 0.2657205, 0.23914845]),
    "linear": (schedules.linear(0.5),
               [1 / 6, 0.7 / 3, 0.3, 1.1 / 3, 1.3 / 3, 0.5, 0.5, 0.5]),
    "linear to a half": (schedules.linear(0.5, 0.1, 0.5, total_iters=4),
                         [0.05, 0.1, 0.15, 0.2, 0.25, 0.25, 0.25, 0.25]),
    "cosine": (schedules.cosine(0.5, 4, eta_min=0.1),
               [0.5, 0.4414213562373095, 0.3, 0.15857864376269054, 0.1, 0.15857864376269049, 0.3,
                0.4414213562373096]),
    "one cycle": (schedules.one_cycle(0.5, 10),
                  [0.02, 0.26, 0.5, 0.47524231600673683, 0.40587282697488153, 0.30563101096814466,
                   0.19437098903185537, 0.09412917302511849, 0.024759683993263143, 2e-06]),
    "one cycle in three phases": (
        schedules.one_cycle(0.5, 10, pct_start=0.4, anneal_strategy="linear", div_factor=10,
                            final_div_factor=100, three_phase=True),
        [0.05, 0.2, 0.35, 0.5, 0.35, 0.2, 0.05, 0.0335, 0.017, 0.0005]),
    "sequential": (
        schedules.sequential([schedules.linear(0.5, total_iters=3), schedules.cosine(0.5, 5)], [3]),
        [1 / 6, 2.5 / 9, 3.5 / 9, 0.5, 0.45225424859373686, 0.32725424859373686,
         0.17274575140626314, 0.04774575140626316]),
    "chained": (
        schedules.chained(schedules.linear(0.5, total_iters=3), schedules.exponential(1.0, 0.9)),
        [1 / 6, 0.25, 0.315, 0.3645, 0.32805, 0.295245, 0.2657205, 0.23914845]),
    "constant": (schedules.constant(0.5), [0.5, 0.5, 0.5]),
}
# fmt: on


@pytest.mark.parametrize("name", RECORDED)
def test_rates_equal_the_recorded_ones(name: str) -> None:
    schedule, expected = RECORDED[name]
    found = [float(schedule(step)) for step in range(len(expected))]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("name", RECORDED)
def test_a_schedule_takes_an_array_of_steps(name: str) -> None:
    schedule, expected = RECORDED[name]
    found = schedule(np.arange(len(expected)))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("name", RECORDED)
def test_an_optimizer_follows_a_schedule(name: str) -> None:
    schedule, expected = RECORDED[name]
    p = ag.Tensor([0.0])
    optimizer = optim.SGD([p], lr=schedule)
    for _ in expected:
        p.grad = np.array([-1.0])
        optimizer.step()
    np.testing.assert_allclose(p.value, [sum(expected)], rtol=1e-12)


@given(
    total=st.integers(5, 200),
    share=st.floats(0.25, 0.45),
    way=st.sampled_from(["cos", "linear"]),
    three=st.booleans(),
)
def test_one_cycle_equals_pytorchs(total: int, share: float, way: Any, three: bool) -> None:
    torch = pytest.importorskip("torch")
    options = {"pct_start": share, "anneal_strategy": way, "three_phase": three}
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    theirs = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 0.5, total, cycle_momentum=False, **options
    )
    expected = []
    for _ in range(total):
        expected.append(theirs.get_last_lr()[0])
        optimizer.step()
        theirs.step()
    found = schedules.one_cycle(0.5, total, **options)(np.arange(total))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@given(
    milestones=st.lists(st.integers(1, 30), min_size=1, max_size=4, unique=True).map(sorted),
    period=st.integers(1, 10),
)
def test_sequences_equal_pytorchs(milestones: list[int], period: int) -> None:
    torch = pytest.importorskip("torch")
    rates = torch.optim.lr_scheduler
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    theirs = rates.SequentialLR(
        optimizer,
        [rates.LinearLR(optimizer, total_iters=period)]
        + [rates.StepLR(optimizer, period, 0.5) for _ in milestones],
        milestones,
    )
    expected = []
    for _ in range(40):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        theirs.step()
    parts = [schedules.linear(0.5, total_iters=period)]
    parts += [schedules.step(0.5, period, 0.5) for _ in milestones]
    found = schedules.sequential(parts, milestones)(np.arange(40))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_after_its_last_step_one_cycle_stays() -> None:
    schedule = schedules.one_cycle(0.5, 10)
    assert schedule(9) == schedule(10) == schedule(1000)


def test_refusals_of_schedules() -> None:
    with pytest.raises(ValueError, match="one_cycle: anneal_strategy is 'cos' or 'linear'; found"):
        schedules.one_cycle(0.1, 10, anneal_strategy="cosine")
    with pytest.raises(ValueError, match="2 schedules need 1 milestones between them; found 2"):
        schedules.sequential([schedules.constant(1.0)] * 2, [1, 2])
    refused: list[tuple[Any, str]] = [
        (lambda: schedules.step(0.1, 0), "step: step_size must be positive; found 0"),
        (lambda: schedules.linear(0.1, total_iters=0), "linear: total_iters must be positive"),
        (lambda: schedules.cosine(0.1, 0), "cosine: T_max must be positive; found 0"),
        (lambda: schedules.one_cycle(0.1, 0), "one_cycle: total_steps must be positive"),
    ]
    for make, text in refused:
        with pytest.raises(ValueError, match=text):
            make()


# On a plateau

METRICS = [1.0, 0.9, 0.95, 0.9, 0.91, 0.8, 0.8, 0.8, 0.8, 0.7999, 0.8, 0.1, 0.2, np.nan, 0.2, 0.2]


def after_each(scheduler: Any, optimizer: Any, metrics: list[float]) -> list[float]:
    rates = []
    for metric in metrics:
        scheduler.step(metric)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def test_the_rate_falls_on_a_plateau() -> None:
    optimizer = optim.SGD([ag.Tensor([1.0])], lr=0.5)
    scheduler = optim.ReduceLROnPlateau(optimizer, patience=2)
    rates = after_each(scheduler, optimizer, METRICS)
    expected = [0.5] * 4 + [0.05] * 3 + [0.05, 0.005, 0.005, 0.005, 0.005, 0.005, 0.005]
    np.testing.assert_allclose(rates, [*expected, 0.0005, 0.0005], rtol=1e-12)


@given(
    metrics=st.lists(st.sampled_from([0.0, 0.5, 0.4999, 0.9, 1.0, 1.1, -1.0, np.nan]), max_size=30),
    options=st.fixed_dictionaries(
        {
            "mode": st.sampled_from(["min", "max"]),
            "factor": st.sampled_from([0.1, 0.9]),
            "patience": st.integers(0, 3),
            "threshold": st.sampled_from([0.0, 1e-4, 0.2]),
            "threshold_mode": st.sampled_from(["rel", "abs"]),
            "cooldown": st.integers(0, 3),
            "min_lr": st.sampled_from([0.0, 0.1]),
            "eps": st.sampled_from([1e-8, 0.03]),
        }
    ),
)
def test_plateaus_are_found_as_by_pytorch(metrics: list[float], options: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    theirs_optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs_optimizer, **options)
    optimizer = optim.SGD([ag.Tensor([1.0])], lr=0.5)
    found = after_each(optim.ReduceLROnPlateau(optimizer, **options), optimizer, metrics)
    np.testing.assert_allclose(found, after_each(theirs, theirs_optimizer, metrics), rtol=1e-12)


@pytest.mark.parametrize("cut", range(len(METRICS)))
def test_a_plateau_is_remembered_over_a_restart(cut: int, tmp_path: Path) -> None:
    def made() -> tuple[Any, Any]:
        optimizer = optim.SGD([ag.Tensor([1.0])], lr=0.5)
        return optimizer, optim.ReduceLROnPlateau(optimizer, patience=1, cooldown=2)

    optimizer, scheduler = made()
    after_each(scheduler, optimizer, METRICS[:cut])
    other_optimizer, other = made()
    ag.save(tmp_path / "state.npz", {"o": optimizer.state_dict(), "s": scheduler.state_dict()})
    loaded = ag.load(tmp_path / "state.npz")
    other_optimizer.load_state_dict(loaded["o"])
    other.load_state_dict(loaded["s"])
    found = after_each(other, other_optimizer, METRICS[cut:])
    assert found == after_each(scheduler, optimizer, METRICS[cut:])


def test_refusals_of_the_plateau() -> None:
    optimizer = optim.SGD([ag.Tensor([1.0])], lr=schedules.constant(0.1))
    with pytest.raises(ValueError, match="the optimizer's rate is a schedule, which would undo"):
        optim.ReduceLROnPlateau(optimizer)
    optimizer.lr = 0.1
    with pytest.raises(ValueError, match="factor must be below 1; found 1.5"):
        optim.ReduceLROnPlateau(optimizer, factor=1.5)
    with pytest.raises(ValueError, match="mode is 'min' or 'max' .* found 'least' and 'rel'"):
        optim.ReduceLROnPlateau(optimizer, mode="least")
