"""A computation graph drawn: `draw(loss)` is a picture, a tree in the terminal, a file."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograd_lite.core.tensor import Tensor
from autograd_lite.drawing.building import picture_of
from autograd_lite.drawing.dot import Direction, to_digraph
from autograd_lite.drawing.picture import Picture
from autograd_lite.drawing.reading import Constant
from autograd_lite.drawing.rendering import render
from autograd_lite.drawing.svg import tidied
from autograd_lite.drawing.terminal import tree
from autograd_lite.errors import RenderError

__all__ = ["Drawing", "draw"]


def draw(
    target: Tensor | Sequence[Tensor],
    *,
    names: Mapping[str, Any] | None = None,
    direction: Direction = "LR",
) -> "Drawing":
    """Draw the computation graph behind a tensor, or behind several.

    `names` names the tensors and arrays in it, for example `locals()`; `direction` is "LR" (from
    left to right) or "TB" (from top to bottom). A graph of more nodes than one can read is folded:
    modules into one box each, then a run of operations; the picture says so. The drawing holds
    no tensor and no array, and does not keep the graph alive.

    >>> import numpy as np
    >>> x = Tensor(2.0, name="x")
    >>> print(draw(np.sin(x) * 3.0))
    ● multiply(·, 3.0)  scalar f64  output
    ● sin(x)            scalar f64
    ╰─x                 scalar f64  variable
    """
    if direction not in ("LR", "TB"):
        raise ValueError(f'draw: direction is "LR" or "TB", not {direction!r}.')
    tensors = [target] if isinstance(target, Tensor) else target
    if not isinstance(tensors, (list, tuple)) or not tensors:
        raise TypeError(f"draw: expected a Tensor or a list of them, found {target!r:.60}.")
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"draw: expected Tensors, found {type(tensor).__name__} in the list.")
    outputs = [tensor.node or Constant(tensor.value) for tensor in tensors]
    return Drawing(picture_of(outputs, names), direction)


class Drawing:
    """A picture of a computation graph; shows itself in a notebook and prints as a tree."""

    def __init__(self, picture: Picture, direction: Direction = "LR") -> None:
        self.picture = picture
        self.direction = direction
        self._digraph: Any = None

    @property
    def digraph(self) -> Any:
        """The `graphviz.Digraph`, to change at will: `dot`, `svg`, `png` and `save` follow it."""
        if self._digraph is None:
            self._digraph = to_digraph(self.picture, self.direction)
        return self._digraph

    @property
    def dot(self) -> str:
        """The graph in Graphviz's language; needs no renderer."""
        source: str = self.digraph.source
        return source

    def svg(self) -> str:
        """The picture as one `<svg>` element: text stays text, nothing is loaded from elsewhere."""
        titles = {box.key: f"{box.name or box.title} {box.facts}" for box in self.picture.boxes}
        return tidied(render(self.dot, "svg").decode(), self.picture.title, titles)

    def png(self) -> bytes:
        """The picture in pixels, two per point."""
        return render(self.dot, "png")

    def save(self, path: str | Path) -> Path:
        """Write the drawing into a file, in the form that the suffix names; its path."""
        path = Path(path)
        makers: dict[str, Callable[[], bytes]] = {
            ".svg": lambda: self.svg().encode(),
            ".png": self.png,
            ".pdf": lambda: render(self.dot, "pdf"),
            ".dot": lambda: self.dot.encode(),
        }
        if path.suffix.lower() not in makers:
            raise ValueError(
                f"save: {path.name!r} does not end in a known suffix; known are "
                f"{', '.join(makers)}."
            )
        path.write_bytes(makers[path.suffix.lower()]())
        return path

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """SVG and PNG for a notebook; without a renderer the tree, and what is missing."""
        try:
            return {"text/plain": str(self), "image/svg+xml": self.svg(), "image/png": self.png()}
        except RenderError as error:
            return {"text/plain": f"{self}\n\n{error}"}

    def __str__(self) -> str:
        return tree(self.picture)

    def __repr__(self) -> str:
        return f"<Drawing: {self.picture.title}, {len(self.picture.boxes)} boxes>"
