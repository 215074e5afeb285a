"""A computation graph drawn: `draw(loss)` is a picture, a tree in the terminal, a file."""

from autograd_lite.drawing.drawing_of import draw
from autograd_lite.drawing.drawn import Drawing
from autograd_lite.drawing.theme import DARK

__all__ = ["DARK", "Drawing", "draw"]
