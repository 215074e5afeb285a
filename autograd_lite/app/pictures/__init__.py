"""The pictures of a run, drawn with matplotlib and without its global state."""

from autograd_lite.app.pictures.boundary import draw_boundary, has_boundary
from autograd_lite.app.pictures.confusion import draw_confusion
from autograd_lite.app.pictures.curves import draw_curves
from autograd_lite.app.pictures.scatter import draw_scatter
from autograd_lite.app.pictures.sheet import draw_sheet

__all__ = [
    "draw_boundary",
    "draw_confusion",
    "draw_curves",
    "draw_scatter",
    "draw_sheet",
    "has_boundary",
]
