"""Graphviz's SVG made fit to stand in a page: self-contained, with titles that say something.

Colors for a dark page come with it. They are chosen by the color that an element has, so that no
other picture in the page is touched and a theme of the user's stays as it is.
"""

import re
from collections.abc import Mapping
from html import escape

from autograd_lite.drawing.theme import in_the_dark

COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
TITLE = re.compile(r"<title>([^<]*)</title>\n?")


DRAWING = "autograd-lite-drawing"  # the class of the whole picture


def tidied(svg: str, title: str, titles: Mapping[str, str], dark: bool) -> str:
    """The `<svg>` element alone, with `title`; `titles` replaces the keys of boxes.

    What Graphviz writes before the element names a file on the network, and its comments and
    other titles (of edges, of groups) only repeat the DOT text's keys. With `dark`, the picture
    follows the page into the dark.
    """
    body = COMMENT.sub("", svg[svg.index("<svg") :])
    body = TITLE.sub(lambda match: titled(titles.get(match[1])), body)
    head, rest = body.split(">", 1)
    style = f"<style>{dark_style(rest)}</style>\n" if dark else ""
    return f'{head} role="img" class="{DRAWING}">\n{titled(title)}{style}{rest.lstrip()}'


def dark_style(drawn: str) -> str:
    """The rules for a reader who prefers the dark, and for JupyterLab's dark themes."""
    by_system = rules(f'.{DRAWING}:not([data-jp-theme-light="true"] *)', drawn)
    by_notebook = rules(f'[data-jp-theme-light="false"] .{DRAWING}', drawn)
    return f"@media (prefers-color-scheme: dark) {{{by_system}}} {by_notebook}"


def rules(where: str, drawn: str) -> str:
    """A rule for each color in the picture."""
    return " ".join(
        f'{where} [{kind}="{light}"]{{{kind}:{dark}}}'
        for light, dark in in_the_dark().items()
        for kind in ("fill", "stroke")
        if f'{kind}="{light}"' in drawn
    )


def titled(text: str | None) -> str:
    return "" if text is None else f"<title>{escape(text)}</title>\n"
