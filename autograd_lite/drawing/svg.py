"""Graphviz's SVG made fit to stand in a page: self-contained, with titles that say something."""

import re
from collections.abc import Mapping
from html import escape

COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
TITLE = re.compile(r"<title>([^<]*)</title>\n?")


def tidied(svg: str, title: str, titles: Mapping[str, str]) -> str:
    """The `<svg>` element alone, with `title`; `titles` replaces the keys of boxes.

    What Graphviz writes before the element names a file on the network, and its comments and
    other titles (of edges, of groups) only repeat the DOT text's keys.
    """
    body = COMMENT.sub("", svg[svg.index("<svg") :])
    body = TITLE.sub(lambda match: titled(titles.get(match[1])), body)
    head, rest = body.split(">", 1)
    return f'{head} role="img">\n{titled(title)}{rest.lstrip()}'


def titled(text: str | None) -> str:
    return "" if text is None else f"<title>{escape(text)}</title>\n"
