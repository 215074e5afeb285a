"""From the description of a picture to DOT, by the graphviz package."""

from collections.abc import Iterable
from html import escape
from typing import Any, Literal

from autograd_lite.drawing.picture import Box, Group, Picture
from autograd_lite.drawing.theme import EDGE, FONT, GROUP_FILL, GROUP_LINE, LEAF_EDGE, LOOKS, QUIET

NOTE_WIDTH = 24  # characters of metadata on one line of a box

Direction = Literal["LR", "TB"]


def to_digraph(picture: Picture, direction: Direction) -> Any:
    """The picture as a `graphviz.Digraph`; every string of a user's is escaped in it."""
    import graphviz

    digraph = graphviz.Digraph(
        "computation",
        graph_attr={
            "rankdir": direction,
            "label": graph_label(picture),
            "labelloc": "b",
            "labeljust": "l",
            "bgcolor": "white",
            "pad": "0.25",
            "nodesep": "0.22",
            "ranksep": "0.32",
            "newrank": "true",  # ranks across groups: no edge runs backwards
            "fontname": FONT,
            "fontsize": "9",
        },
        node_attr={"shape": "box", "fontname": FONT, "fontsize": "11"},
        edge_attr={
            "color": EDGE,
            "penwidth": "0.9",
            "arrowsize": "0.6",
            "fontname": FONT,
            "fontsize": "8",
            "fontcolor": QUIET,
        },
    )
    for box in picture.boxes:
        digraph.node(box.key, box_label(box), **box_style(box))
    leaves = {box.key for box in picture.boxes if not box.operands}
    for box in picture.boxes:
        for flow in box.operands:
            # What is computed goes straight on; its leaves stand where there is room.
            look = {"color": LEAF_EDGE} if flow.source in leaves else {"weight": "6"}
            many = flow.count > 1 and box.role == "more"
            count = {"label": f"×{flow.count:,}"} if many else {}
            digraph.edge(flow.source, box.key, **look, **count)
    add_groups(digraph, picture)
    return digraph


def add_groups(digraph: Any, picture: Picture) -> None:
    """The groups as clusters in clusters; inner ones have higher numbers, so they come first."""
    clusters = [cluster(digraph, i, group) for i, group in enumerate(picture.groups)]
    for box in picture.boxes:
        if box.group is not None:
            clusters[box.group].node(box.key)
    for inner, group in reversed(list(zip(clusters, picture.groups, strict=True))):
        (digraph if group.parent is None else clusters[group.parent]).subgraph(inner)


def cluster(digraph: Any, number: int, group: Group) -> Any:
    return type(digraph)(
        f"cluster_{number}",
        graph_attr={
            "label": f"<{named(group.kind, group.path)}>",
            "labelloc": "t",
            "labeljust": "l",
            "style": "rounded,filled",
            "fillcolor": GROUP_FILL,
            "color": GROUP_LINE,
            "penwidth": "0.8",
            "margin": "9",
            "fontsize": "10",
        },
    )


def box_style(box: Box) -> dict[str, str]:
    look = LOOKS[box.role]
    style = {
        "style": look.style,
        "fillcolor": look.fill,
        "color": look.line,
        "fontcolor": look.text,
        "penwidth": "2" if box.is_output else "1",
        "margin": "0.11,0.04",
        "height": "0.3",
        "width": "0.3",
    }
    if box.role == "constant":
        style |= {"fontsize": "9", "margin": "0.06,0.03", "height": "0.2", "width": "0.2"}
    return style


def box_label(box: Box) -> str:
    if box.role == "constant":
        return f"<{html(box.title)}>"
    lines = [box_title(box), *(small(line) for line in (box.facts, *wrapped(box.notes)) if line)]
    rows = "".join(f"<TR><TD>{line}</TD></TR>" for line in lines)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{rows}</TABLE>>'


def wrapped(notes: Iterable[str]) -> list[str]:
    """The notes on as few short lines as hold them."""
    lines = [""]
    for note in notes:
        longer = f"{lines[-1]}, {note}" if lines[-1] else note
        if len(longer) <= NOTE_WIDTH:
            lines[-1] = longer
        else:
            lines.append(note)
    return lines


def box_title(box: Box) -> str:
    if box.role == "module":
        return named(box.title, box.name)
    if box.role in ("operation", "output") and box.name is not None:
        return f"{bold(box.name)} = {html(box.title)}"
    return bold(box.title)


def graph_label(picture: Picture) -> str:
    """The legend, and above it what was folded: a small table in the corner."""
    present = {box.role for box in picture.boxes}
    entries = "".join(
        f'<TD FIXEDSIZE="TRUE" WIDTH="14" HEIGHT="10" STYLE="ROUNDED" BORDER="1" '
        f'BGCOLOR="{look.fill}" COLOR="{look.line}"></TD><TD ALIGN="LEFT">{look.legend}&#160; </TD>'
        for role, look in LOOKS.items()
        if role in present and look.legend
    )
    height = 20 if picture.caption else 6
    above = f'<TD ALIGN="LEFT" COLSPAN="14" HEIGHT="{height}">{html(picture.caption)}</TD>'
    rows = f"<TR>{above}</TR><TR>{entries}</TR>"
    table = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="3" CELLPADDING="1">{rows}</TABLE>'
    return f'<<FONT COLOR="{QUIET}">{table}</FONT>>'


def html(text: str) -> str:
    """Text that Graphviz shows as it is: no markup, no `\\N` that it would replace."""
    return escape(text).replace("\\", "\\\\")


def named(kind: str, path: str | None) -> str:
    """A module: its class, and its path if it is not the whole."""
    return f"{bold(kind)} {small(path)}" if path else bold(kind)


def bold(text: str) -> str:
    return f"<B>{html(text)}</B>"


def small(text: str) -> str:
    return f'<FONT POINT-SIZE="9" COLOR="{QUIET}">{html(text)}</FONT>'
