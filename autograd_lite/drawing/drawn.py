"""A drawing: what a picture looks like in a notebook, in a terminal and in a file."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograd_lite.drawing.dot import Direction, to_digraph
from autograd_lite.drawing.picture import Picture
from autograd_lite.drawing.rendering import render
from autograd_lite.drawing.stepping import Step, page
from autograd_lite.drawing.svg import tidied
from autograd_lite.drawing.terminal import tree
from autograd_lite.drawing.theme import LIGHT, Theme
from autograd_lite.errors import RenderError

LONGEST_IN_A_LINE = 11  # boxes from left to right
FORMAT = 1  # of the JSON form; one more when a reader of the old one would not understand the new


class Drawing:
    """A picture of a computation graph; shows itself in a notebook and prints as a tree."""

    def __init__(
        self,
        picture: Picture,
        direction: Direction | None = None,
        theme: Theme = LIGHT,
        steps: tuple[Step, ...] = (),
    ) -> None:
        self.picture = picture
        self.direction: Direction = direction or best_direction(picture)
        self.theme = theme
        self.steps = steps
        self._digraph: Any = None

    @property
    def digraph(self) -> Any:
        """The `graphviz.Digraph`, to change at will: `dot`, `svg`, `png` and `save` follow it."""
        if self._digraph is None:
            self._digraph = to_digraph(self.picture, self.direction, self.theme)
        return self._digraph

    @property
    def dot(self) -> str:
        """The graph in Graphviz's language; needs no renderer."""
        source: str = self.digraph.source
        return source

    @property
    def json(self) -> str:
        """The picture as JSON: its boxes with what flows into each, and the groups around them."""
        content = {"format": FORMAT, "direction": self.direction, **asdict(self.picture)}
        return json.dumps(finite(content), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def svg(self) -> str:
        """The picture as one `<svg>` element: text stays text, nothing is loaded from elsewhere.

        Unless the theme was changed, it turns dark where its reader prefers the dark.
        """
        titles = {box.key: f"{box.name or box.title} {box.facts}" for box in self.picture.boxes}
        rendered = render(self.dot, "svg").decode()
        return tidied(rendered, self.picture.title, titles, dark=self.theme == LIGHT)

    def png(self) -> bytes:
        """The picture in pixels, two per point."""
        return render(self.dot, "png")

    def html(self) -> str:
        """One page, in which one steps through the computation; it loads nothing from elsewhere."""
        return page(self.picture, self.steps, self.svg())

    def save(self, path: str | Path) -> Path:
        """Write the drawing into a file, in the form that the suffix names; its path."""
        path = Path(path)
        makers: dict[str, Callable[[], bytes]] = {
            ".svg": lambda: self.svg().encode(),
            ".png": self.png,
            ".pdf": lambda: render(self.dot, "pdf"),
            ".dot": lambda: self.dot.encode(),
            ".html": lambda: self.html().encode(),
            ".json": lambda: self.json.encode(),
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


def best_direction(picture: Picture) -> Direction:
    """From left to right for what fits on a slide, from top to bottom for a long way."""
    height: dict[str, int] = {}
    for box in picture.boxes:
        before = (height.get(flow.source, 0) for flow in box.operands)
        height[box.key] = 1 + max(before, default=0)
    return "LR" if max(height.values()) <= LONGEST_IN_A_LINE else "TB"


def finite(content: Any) -> Any:
    """The content with numbers that JSON lacks as text: "inf", "nan"."""
    if isinstance(content, dict):
        return {key: finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [finite(value) for value in content]
    if isinstance(content, float) and not abs(content) < float("inf"):
        return str(content)
    return content
