"""L-BFGS: Newton's method with an inverse Hessian remembered as a few past steps."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_lite.core.state import State
from autograd_lite.optim.group import Group, owning
from autograd_lite.optim.line_search import Trial, strong_wolfe
from autograd_lite.optim.optimizer import Array, Closure, Optimizer
from autograd_lite.optim.parameters import Parameters


class LBFGS(Optimizer):
    """Full-batch optimization of smooth losses; a step asks for loss and gradient many times.

        s = the last step;  y = the change of the gradient over it
        H <- the inverse Hessian that turns each of the last history_size y into its s
        p <- p - t * H g

    t is `lr`, or with line_search_fn="strong_wolfe" a length that is searched for from there. One
    call of `step(closure)` makes up to `max_iter` such steps; `closure` clears the gradients,
    computes the loss, calls `backward` and returns the loss. It ends early when the gradient is
    below `tolerance_grad` or step or loss change by less than `tolerance_change`.

    Nocedal and Wright: Numerical Optimization (2006), algorithms 7.4 and 7.5.
    """

    shared: Mapping[str, float] = {}

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1.0,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        super().__init__(
            params, lr, max_iter=max_iter, max_eval=max_eval, tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change, history_size=history_size,
            line_search_fn=line_search_fn,
        )  # fmt: skip
        values = [p._value for p in self.param_groups[0]["params"]]
        size, dtype = sum(value.size for value in values), np.result_type(*values)
        self.n_iter = State(0)
        self.last_gradient = owning(np.zeros(size, dtype))
        self.last_step = owning(np.zeros(size, dtype))
        self.scale = State(1.0)  # H before the history: a multiple of the identity
        self.held = State(0)  # how many rows of the history are filled; the newest is the last
        self.steps_held = owning(np.zeros((history_size, size), dtype))
        self.changes_held = owning(np.zeros((history_size, size), dtype))
        self.curvatures = owning(np.zeros(history_size, dtype))  # 1 / (y . s)

    def check(self, group: Group) -> None:
        if self.param_groups:
            raise ValueError("LBFGS: there is one group only, since its parameters move together.")
        if group["line_search_fn"] not in (None, "strong_wolfe"):
            raise ValueError(
                "LBFGS: line_search_fn is None or 'strong_wolfe'; found "
                f"{group['line_search_fn']!r}."
            )
        if any(p.dtype.kind == "c" for p in group["params"]):
            raise TypeError("LBFGS: parameters are real; optimize real and imaginary parts.")
        if group["history_size"] < 1:
            raise ValueError("LBFGS: history_size must be at least 1.")

    def step(self, closure: Closure | None = None) -> Any:
        """Up to max_iter steps; the loss, as `closure` gave it, at the point where they began."""
        if closure is None:
            raise TypeError(
                "LBFGS: step needs a closure, a function that clears the gradients, computes the "
                "loss, calls backward and returns the loss."
            )
        group = self.param_groups[0]
        lr = group.rate_at(self.steps)
        self.steps.assign(self.steps.item() + 1)
        most = group["max_eval"] if group["max_eval"] is not None else group["max_iter"] * 5 // 4
        first = closure()
        loss, gradient, evaluations = number(first), self.gradient(), 1
        for left in reversed(range(group["max_iter"])):
            if largest(gradient) <= group["tolerance_grad"]:
                break
            start, direction, t = self.plan(loss, gradient, lr)
            if start.slope > -group["tolerance_change"]:
                break
            limit = most - evaluations
            end, trials = self.advance(closure, start, direction, t, limit, last=not left)
            evaluations += trials
            change = abs(end.loss - loss)
            loss, gradient = end.loss, end.gradient
            least = min(largest(self.last_step._value), change)
            if evaluations >= most or least <= group["tolerance_change"]:
                break
        return first

    def plan(self, loss: float, gradient: Array, lr: float) -> tuple[Trial, Array, float]:
        """Where the next step starts, its direction, and the length to try first."""
        if self.n_iter._value:
            self.remember(self.last_step._value, gradient - self.last_gradient._value)
            t = lr
        else:
            t = min(1.0, 1.0 / float(np.sum(np.abs(gradient)))) * lr
        direction = -self.applied(gradient)
        self.n_iter.assign(self.n_iter._value + 1)
        self.last_gradient.assign(gradient)
        self.last_step.assign(t * direction)
        return Trial(0.0, loss, gradient, float(gradient @ direction)), direction, t

    def advance(
        self, closure: Closure, start: Trial, direction: Array, t: float, limit: int, last: bool
    ) -> tuple[Trial, int]:
        """Move along the direction; what was found there, and the number of evaluations."""
        group = self.param_groups[0]
        origin = self.position()

        def evaluate(t: float) -> Trial:
            self.place(origin + t * direction)
            loss = number(closure())
            gradient = self.gradient()
            return Trial(t, loss, gradient, float(gradient @ direction))

        if group["line_search_fn"] is not None:
            narrow = group["tolerance_change"] / largest(direction)
            end, trials = strong_wolfe(evaluate, start, t, limit, narrow)
            self.last_step.assign(end.t * direction)
        elif last:  # nobody will ask for the gradient there
            end, trials = start._replace(t=t), 0
        else:
            end, trials = evaluate(t), 1
        self.place(origin + end.t * direction)
        return end, trials

    # The inverse Hessian

    def remember(self, step: Array, change: Array) -> None:
        """Add a step and the change of the gradient over it, unless the curvature is not positive.

        A full history forgets its oldest.
        """
        curvature = float(change @ step)
        if curvature <= 1e-10:
            return
        rows = (self.steps_held._value, self.changes_held._value, self.curvatures._value)
        held = int(self.held._value)
        if held == len(rows[0]):
            held -= 1
            for kept in rows:
                kept[:-1] = kept[1:]
        for kept, new in zip(rows, (step, change, 1 / curvature), strict=True):
            kept[held] = new
        self.held.assign(held + 1)
        self.scale.assign(curvature / float(change @ change))

    def applied(self, gradient: Array) -> Array:
        """H @ gradient, from the history."""
        rows = range(int(self.held._value))
        s, y, rho = self.steps_held._value, self.changes_held._value, self.curvatures._value
        q: Array = gradient
        along = np.zeros_like(rho)
        for i in reversed(rows):
            along[i] = rho[i] * (s[i] @ q)
            q = q - along[i] * y[i]
        q = q * self.scale.item()
        for i in rows:
            q = q + (along[i] - rho[i] * (y[i] @ q)) * s[i]
        return q

    # All parameters as one vector

    def gradient(self) -> Array:
        slots = self.param_groups[0].slots
        grads = [np.zeros(s.param.shape) if s.param.grad is None else s.param.grad for s in slots]
        return np.concatenate([grad.ravel() for grad in grads], dtype=self.last_gradient.dtype)

    def position(self) -> Array:
        return np.concatenate([slot.param._value.ravel() for slot in self.param_groups[0].slots])

    def place(self, vector: Array) -> None:
        start = 0
        for slot in self.param_groups[0].slots:
            p = slot.param
            p.assign(vector[start : start + p.size].reshape(p.shape))
            start += p.size

    def cells(self) -> dict[str, State]:
        names = (
            "n_iter", "last_gradient", "last_step", "scale", "held", "steps_held", "changes_held",
            "curvatures",
        )  # fmt: skip
        return super().cells() | {f"state.{name}": getattr(self, name) for name in names}


def number(loss: Any) -> float:
    """The loss that a closure returned, as a number."""
    if loss is None:
        raise TypeError("LBFGS: the closure returned None; it is to return the loss.")
    return float(loss.item() if hasattr(loss, "item") else loss)


def largest(array: Array) -> float:
    return float(np.max(np.abs(array), initial=0.0))
