"""How each kind of box looks, and what the legend calls it.

The tints are of Okabe and Ito's palette, which the color-blind can tell apart; from top to bottom
they also darken, so that a grey print keeps them apart.
"""

from typing import NamedTuple

from autograd_lite.drawing.picture import Role

# Graphviz measures with the first font that is there; a browser goes down the same list (Verdana
# has DejaVu's widths), so that text and boxes fit in both.
FONT = "DejaVu Sans,Verdana,Geneva,sans-serif"

TEXT = "#1f2933"
QUIET = "#4f5b67"  # shapes, metadata, captions
EDGE = "#7b8794"
LEAF_EDGE = "#b4bcc5"  # quieter: the way of the computation stands out
GROUP_FILL = "#1f293308"  # translucent: a group inside a group is a shade darker
GROUP_LINE = "#cfd6dc"


class Look(NamedTuple):
    """Fill, line and text color of a box, its legend if it needs one, its line's style."""

    fill: str
    line: str
    legend: str
    text: str = TEXT
    style: str = "rounded,filled"


LOOKS: dict[Role, Look] = {
    "operation": Look("#ffffff", "#9aa5b1", "operation"),
    "constant": Look("#f3f4f6", "#f3f4f6", "constant", text="#6b7280"),
    "more": Look("#f3f4f6", "#9aa5b1", "", style="rounded,filled,dashed"),
    "data": Look("#dbeffb", "#4a9fd0", "data"),
    "module": Look("#f3d9e8", "#b0628f", "module"),
    "variable": Look("#fbdc9a", "#c98a00", "variable (has a gradient)"),
    "output": Look("#aee0cf", "#00795a", "output"),
}
