"""Learning rates as functions of the number of steps done, with PyTorch's formulas.

Each function here makes one, to be given as the rate of an optimizer, which asks it before every
step, or of a group of its own:

    optimizer = ag.optim.SGD(net.parameters(), lr=schedules.cosine(0.1, T_max=1000))

It can be plotted, `plt.plot(schedule(np.arange(1000)))`; a function of your own does as well. To
count epochs instead: `lr=lambda step: schedule(step // steps_per_epoch)`, or set the rate at each,
`optimizer.lr = schedule(epoch)`. Only rates are scheduled: `one_cycle` leaves the momentum alone.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Schedule = Callable[[Any], Any]  # from a number of steps, or an array of them, to the rates


def constant(lr: float) -> Schedule:
    """Always lr."""
    return lambda step: np.full(np.shape(step), lr)


def step(lr: float, step_size: int, gamma: float = 0.1) -> Schedule:
    """lr * gamma**k after k * step_size steps (StepLR)."""
    require_positive("step: step_size", step_size)
    return lambda step: lr * np.power(gamma, np.floor_divide(step, step_size), dtype=float)


def multistep(lr: float, milestones: Sequence[int], gamma: float = 0.1) -> Schedule:
    """lr * gamma**k after k of the milestones (MultiStepLR)."""
    ordered = np.sort(milestones)

    def rate(step: Any) -> Any:
        passed = np.searchsorted(ordered, step, side="right")
        return lr * np.power(gamma, passed, dtype=float)

    return rate


def exponential(lr: float, gamma: float) -> Schedule:
    """lr * gamma**step (ExponentialLR)."""
    return lambda step: lr * np.power(gamma, step, dtype=float)


def linear(
    lr: float, start_factor: float = 1 / 3, end_factor: float = 1.0, total_iters: int = 5
) -> Schedule:
    """From lr * start_factor in a straight line to lr * end_factor, and on there (LinearLR).

    Warm-up, as it stands; Goyal et al.: Accurate, Large Minibatch SGD (2017).
    """
    require_positive("linear: total_iters", total_iters)
    return lambda step: lr * between(start_factor, end_factor, np.minimum(step / total_iters, 1))


def cosine(lr: float, T_max: int, eta_min: float = 0.0) -> Schedule:
    """From lr along half a cosine to eta_min at step T_max, and then back (CosineAnnealingLR).

    Loshchilov and Hutter: SGDR, Stochastic Gradient Descent with Warm Restarts (2017).
    """
    require_positive("cosine: T_max", T_max)
    return lambda step: half_cosine(lr, eta_min, step / T_max)


def one_cycle(
    max_lr: float,
    total_steps: int,
    pct_start: float = 0.3,
    anneal_strategy: str = "cos",
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
    three_phase: bool = False,
) -> Schedule:
    """Up from max_lr / div_factor to max_lr, then down to almost nothing (OneCycleLR).

    The way up takes the share `pct_start` of the steps; the end is the start / final_div_factor.
    With `three_phase` the way down to the start takes as long as the way up, and the rest leads
    from there to the end. `anneal_strategy` is "cos" or "linear". After `total_steps` the rate
    stays what it is at the end.

    Smith and Topin: Super-Convergence (2019).
    """
    if anneal_strategy not in ("cos", "linear"):
        raise ValueError(
            f"one_cycle: anneal_strategy is 'cos' or 'linear'; found {anneal_strategy!r}."
        )
    require_positive("one_cycle: total_steps", total_steps)
    way = half_cosine if anneal_strategy == "cos" else between
    low = max_lr / div_factor
    top, end = pct_start * total_steps - 1, total_steps - 1
    rates, times = [low, max_lr, low / final_div_factor], [0.0, top, end]
    if three_phase:
        rates, times = [low, max_lr, low, rates[-1]], [0.0, top, 2 * top, end]

    def rate(step: Any) -> Any:
        found = np.full(np.shape(step), low)
        for i in range(1, len(times)):
            done = (step - times[i - 1]) / (times[i] - times[i - 1])
            found = np.where(
                step > times[i - 1], way(rates[i - 1], rates[i], np.minimum(done, 1)), found
            )
        return found

    return rate


def sequential(schedules: Sequence[Schedule], milestones: Sequence[int]) -> Schedule:
    """One schedule after the other, each from its own step 0 at its milestone (SequentialLR).

    >>> warm_up = sequential([linear(0.1, total_iters=100), cosine(0.1, 900)], [100])
    >>> float(warm_up(0)), float(warm_up(100)), float(warm_up(1000))
    (0.03333333333333333, 0.1, 0.0)
    """
    if len(milestones) != len(schedules) - 1:
        raise ValueError(
            f"sequential: {len(schedules)} schedules need {len(schedules) - 1} milestones between "
            f"them; found {len(milestones)}."
        )

    def rate(step: Any) -> Any:
        found = schedules[0](step)
        for schedule, start in zip(schedules[1:], milestones, strict=True):
            found = np.where(step < start, found, schedule(np.maximum(step - start, 0)))
        return found

    return rate


def chained(*schedules: Schedule) -> Schedule:
    """The product of schedules (ChainedScheduler): one with the rate, the others made for rate 1.

    >>> both = chained(linear(0.1, total_iters=5), exponential(1.0, gamma=0.9))
    """

    def rate(step: Any) -> Any:
        product = 1.0
        for schedule in schedules:
            product = product * schedule(step)
        return product

    return rate


def require_positive(what: str, number: float) -> None:
    if not number > 0:
        raise ValueError(f"{what} must be positive; found {number}.")


def between(start: float, end: float, done: Any) -> Any:
    """The point on a straight line of which the share `done` is done."""
    return start + (end - start) * done


def half_cosine(start: float, end: float, done: Any) -> Any:
    """The point on half a cosine of which the share `done` is done."""
    return end + (start - end) * (1 + np.cos(np.pi * done)) / 2
