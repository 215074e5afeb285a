"""The HTML form of a drawing: one file, in which one steps through a computation op by op."""

from autograd_lite.drawing.stepping.html_page import page
from autograd_lite.drawing.stepping.steps import Step, steps_of

__all__ = ["Step", "page", "steps_of"]
