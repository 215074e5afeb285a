"""From whatever can be drawn to its drawing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from autograd_lite.core.tensor import Tensor
from autograd_lite.drawing.building import build
from autograd_lite.drawing.details import Wanted
from autograd_lite.drawing.dot import Direction
from autograd_lite.drawing.drawn import Drawing
from autograd_lite.drawing.folding import LIMIT, Limits
from autograd_lite.drawing.passes import Passes
from autograd_lite.drawing.reading import Constant, Item, read
from autograd_lite.drawing.rerunning import Run, gradients_of, recorded_gradients, run_again
from autograd_lite.drawing.stepping import Step, steps_of
from autograd_lite.drawing.theme import Theme, themed


def draw(
    target: Tensor | Sequence[Tensor] | Callable[..., Any],
    *args: Any,
    names: Mapping[str, Any] | None = None,
    direction: Direction | None = None,
    depth: int | None = None,
    max_nodes: int = LIMIT,
    expand: Iterable[str] = (),
    values: bool = False,
    gradients: bool = False,
    memory: bool = False,
    time: bool = False,
    constants: bool = True,
    backward: bool = False,
    theme: Theme | None = None,
) -> Drawing:
    """Draw the computation graph behind a tensor or several, or of a function or module.

    A function or a module comes with example arguments: `draw(net, images)`. It is run once more,
    every value kept; its states and random generators are put back. If it knows of no tensor,
    its floating arguments become variables. The graph of a tensor holds its structure; values, and
    the gradients inside of it, need `with ag.keep_values():` around forward and backward.

    `names` names tensors and arrays, for example `locals()`; `direction` is "LR" (from left to
    right) or "TB" (from top to bottom), by default LR for a short way and TB for a long one.
    A graph of more than `max_nodes` nodes is folded: repeats are drawn once, modules closed, then
    a run of operations becomes one box; the picture says so. `depth` closes the modules below a
    level; `expand` lists paths of modules that stay open.

    `values`, `memory` and `time` add what a node holds, its bytes and seconds; `gradients` the
    local derivatives, and on every edge the norm of the gradient of what it carries. With
    `backward` the computation of the gradients is drawn beside that of the outputs. `constants`
    that are numbers are left out if False. `theme` changes colors. The drawing holds no tensor and
    no array, and does not keep the graph alive.

    >>> import numpy as np
    >>> x = Tensor(2.0, name="x")
    >>> print(draw(np.sin(x) * 3.0))
    ● multiply(·, 3.0)  scalar f64  output
    ● sin(x)            scalar f64
    ╰─x                 scalar f64  variable
    """
    check_options(direction, depth, max_nodes)
    colors = themed(theme)
    if hasattr(type(target), "__picture__"):
        return Drawing(target.__picture__(), direction, colors)  # type: ignore[union-attr]
    run = outputs_from(target, args)
    known: dict[str, Any] = {**run.names, **(names or {})}
    whole = values or gradients or backward
    remark = remark_on(run.outputs) if whole and (run.is_own or backward) else ""
    found = gradients_of(run.outputs, run.made) if run.is_own and (values or gradients) else {}
    roots: list[Item] = [tensor.node or Constant(tensor.value) for tensor in run.outputs]
    passes = None
    if backward:
        called, leaf_of = recorded_gradients(run.outputs, known)
        known |= called
        passes = Passes(list(roots), leaf_of)
        roots += leaf_of
    reading = read(roots, found)
    wanted = Wanted(values, gradients, memory, time, constants)
    limits = Limits(depth, max_nodes, tuple(expand))
    built = build(reading, known, limits, wanted, passes, remark)
    steps: tuple[Step, ...] = ()
    if values:
        steps = steps_of(reading, built.key_of)
    return Drawing(built.picture, direction, colors, steps)


def remark_on(outputs: Sequence[Tensor]) -> str:
    """Of what the gradients are, where there is not one number at the end."""
    if sum(tensor.size for tensor in outputs) == 1:
        return ""
    return "Gradients are those of the sum of all that comes out."


def check_options(direction: str | None, depth: int | None, max_nodes: int) -> None:
    if direction not in ("LR", "TB", None):
        raise ValueError(f'draw: direction is "LR" or "TB", not {direction!r}.')
    if depth is not None and depth < 0:
        raise ValueError(f"draw: depth is a number of levels, 0 or more, not {depth}.")
    if max_nodes < 3:
        raise ValueError(f"draw: max_nodes is 3 or more, not {max_nodes}.")


def outputs_from(target: Any, args: tuple[Any, ...]) -> Run:
    """The tensors whose graph is to be drawn."""
    if callable(target) and not isinstance(target, Tensor):
        return run_again(target, args)
    if args:
        raise TypeError(
            "draw: example arguments go with a function or a module; found a "
            f"{type(target).__name__} before them."
        )
    tensors = [target] if isinstance(target, Tensor) else target
    if not isinstance(tensors, (list, tuple)) or not tensors:
        raise TypeError(
            "draw: expected a Tensor, a list of them, or a function or module with example "
            f"arguments, found {target!r:.60}."
        )
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"draw: expected Tensors, found {type(tensor).__name__} in the list.")
    return Run(list(tensors))
