"""How each kind of box looks, and what the legend calls it.

A theme is a small dict of colors. The tints are of Okabe and Ito's palette, which the color-blind
can tell apart; from operation to output they also darken, so that a grey print keeps them apart.
"""

import re
from collections.abc import Mapping

from autograd_lite.drawing.picture import Role

# Graphviz measures with the first font that is there; a browser goes down the same list (Verdana
# has DejaVu's widths), so that text and boxes fit in both.
FONT = "DejaVu Sans,Verdana,Geneva,sans-serif"

Theme = Mapping[str, str]

LIGHT: Theme = {
    "background": "#ffffff",
    "text": "#1f2933",
    "quiet": "#4f5b67",  # shapes, metadata, captions
    "edge": "#7b8794",
    "faint": "#b4bcc5",  # the edges from leaves: the way of the computation stands out
    "group": "#1f293308",  # translucent: a group inside a group is a shade darker
    "group line": "#cfd6dc",
    "operation": "#fdfdfd",  # not quite the background, whose color in the dark is another
    "constant": "#f3f4f6",
    "more": "#f3f4f6",
    "data": "#dbeffb",
    "module": "#f3d9e8",
    "variable": "#fbdc9a",
    "output": "#aee0cf",
    "vanishing": "#0072b2",
    "exploding": "#d55e00",
}

DARK: Theme = {
    "background": "#14181d",
    "text": "#f1f4f7",
    "quiet": "#b6c0ca",
    "edge": "#8d99a6",
    "faint": "#5c6772",
    "group": "#ffffff0a",
    "group line": "#3c4650",
    "operation": "#232a32",
    "constant": "#1d2329",
    "more": "#1d2329",
    "data": "#12405c",
    "module": "#5a2846",
    "variable": "#5f4300",
    "output": "#00543e",
    "vanishing": "#56b4e9",
    "exploding": "#ff8f3e",
}

LEGEND: Mapping[Role, str] = {
    "operation": "operation",
    "constant": "constant",
    "data": "data",
    "module": "module",
    "variable": "variable (has a gradient)",
    "output": "output",
}

# The lines around boxes of these tints; around any other, the tint itself, darker.
LINES: Mapping[str, str] = {
    "#fdfdfd": "#9aa5b1",
    "#f3f4f6": "#c3cad1",
    "#dbeffb": "#4a9fd0",
    "#f3d9e8": "#b0628f",
    "#fbdc9a": "#c98a00",
    "#aee0cf": "#00795a",
    "#232a32": "#77838f",
    "#1d2329": "#4a545e",
    "#12405c": "#56b4e9",
    "#5a2846": "#d68cb8",
    "#5f4300": "#e69f00",
    "#00543e": "#1fb58f",
}

COLOR = re.compile(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?")


def themed(changes: Theme | None) -> Theme:
    """The light theme with some of its colors changed.

    >>> themed({"variable": "#ffcc00"})["variable"]
    '#ffcc00'
    """
    for name, color in (changes or {}).items():
        if name not in LIGHT:
            raise ValueError(f"theme: there is no {name!r}; a theme has {', '.join(LIGHT)}.")
        if not isinstance(color, str) or not COLOR.fullmatch(color):
            raise ValueError(f"theme: {name} is a color such as '#ffcc00', not {color!r}.")
    return {**LIGHT, **(changes or {})}


def line_of(fill: str) -> str:
    """The color of the line around a box of this tint.

    >>> line_of("#ffcc00")
    '#8c7000'
    """
    darker = (round(int(fill[i : i + 2], 16) * 0.55) for i in (1, 3, 5))
    return LINES.get(fill) or "#" + "".join(f"{part:02x}" for part in darker)


def in_the_dark() -> dict[str, str]:
    """From each color of the light theme to that of the dark one."""
    tints = {LIGHT[name][:7]: DARK[name][:7] for name in LIGHT}
    lines = {line_of(LIGHT[name]): line_of(DARK[name]) for name in LEGEND}
    return {**lines, line_of(LIGHT["more"]): line_of(DARK["more"]), **tints}
