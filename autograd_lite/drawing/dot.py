"""From the description of a picture to DOT, by the graphviz package."""

from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Literal

from autograd_lite.drawing.picture import Box, Flow, Group, Picture
from autograd_lite.drawing.streams import strength, width
from autograd_lite.drawing.text import number
from autograd_lite.drawing.theme import FONT, LEGEND, LIGHT, Theme, line_of

NOTE_WIDTH = 24  # characters of metadata on one line of a box

Direction = Literal["LR", "TB"]


def to_digraph(picture: Picture, direction: Direction, theme: Theme = LIGHT) -> Any:
    """The picture as a `graphviz.Digraph`; every string of a user's is escaped in it.

    Boxes have their keys as identifiers, and an edge those of its ends and its number at the box
    that it leads to: "n1-n4-0".
    """
    import graphviz

    digraph = graphviz.Digraph(
        "computation",
        graph_attr={
            "rankdir": direction,
            "label": graph_label(picture, theme),
            "labelloc": "b",
            "labeljust": "l",
            "bgcolor": theme["background"],
            "pad": "0.25",
            "nodesep": "0.22",
            "ranksep": "0.32",
            "newrank": "true",  # ranks across groups: no edge runs backwards
            "fontname": FONT,
            "fontsize": "9",
        },
        node_attr={"shape": "box", "fontname": FONT, "fontsize": "11"},
        edge_attr={
            "color": theme["edge"],
            "penwidth": "0.9",
            "arrowsize": "0.6",
            "fontname": FONT,
            "fontsize": "8",
            "fontcolor": theme["quiet"],
        },
    )
    for box in picture.boxes:
        digraph.node(box.key, box_label(box, theme), id=box.key, **box_style(box, theme))
    add_edges(digraph, picture, theme)
    add_groups(digraph, picture, theme)
    return digraph


def add_edges(digraph: Any, picture: Picture, theme: Theme) -> None:
    """The edges, and which boxes stand beside each other.

    What is computed goes straight on; the leaves that an operation alone uses stand on either
    side of it, so that modules that follow one another stand in one line.
    """
    boxes = {box.key: box for box in picture.boxes}
    users = Counter(
        flow.source for box in picture.boxes if not box.is_backward for flow in box.operands
    )
    for box in picture.boxes:
        beside: list[str] = []
        for i, flow in enumerate(box.operands):
            source, name = boxes[flow.source], f"{flow.source}-{box.key}-{i}"
            style = edge_style(flow, box, picture, theme)
            if is_beside(source, box) and users[source.key] <= 1:
                beside.append(source.key)
                add_flat_edge(digraph, name, source.key, box.key, style, len(beside) % 2 == 0)
            else:
                add_edge(digraph, name, source, box, style)
        if beside:
            with digraph.subgraph(graph_attr={"rank": "same"}) as rank:
                for key in (*beside, box.key):
                    rank.node(key)


def is_beside(source: Box, box: Box) -> bool:
    """Whether a leaf belongs to an operation rather than to what comes into it."""
    if source.operands or source.group != box.group:
        return False
    return source.role == "constant" or (box.group is not None and source.role == "variable")


def add_flat_edge(
    digraph: Any, name: str, leaf: str, box: str, style: Mapping[str, str], turned: bool
) -> None:
    """An edge between neighbors; the first end comes first, so a turned one is on the far side."""
    if turned:
        digraph.edge(box, leaf, id=name, dir="back", **style)
    else:
        digraph.edge(leaf, box, id=name, **style)


def add_edge(digraph: Any, name: str, source: Box, box: Box, style: Mapping[str, str]) -> None:
    """One edge. The way back is laid out as a mirror of the way there, so its edges are turned."""
    if source.is_backward and box.is_backward and "constraint" not in style:
        digraph.edge(box.key, source.key, id=name, dir="back", **style)
    elif box.is_backward and not source.is_backward:
        digraph.edge(source.key, box.key, id=name, **{**style, "constraint": "false"})
    else:
        digraph.edge(source.key, box.key, id=name, **style)


def edge_style(flow: Flow, box: Box, picture: Picture, theme: Theme) -> dict[str, str]:
    is_from_leaf = flow.source in picture.leaves
    # What is computed goes straight on; its leaves stand where there is room.
    style = {"color": theme["faint"]} if is_from_leaf else {"weight": "6"}
    if flow.again:
        style = {"constraint": "false", "style": "dashed"}
    if flow.count > 1 and box.role == "more":
        style["label"] = f"×{flow.count:,}"
    if flow.gradient is not None and not flow.again:
        found = strength(flow.gradient, picture.gradient)
        style |= {
            "label": number(flow.gradient),
            "penwidth": width(flow.gradient, picture.gradient),
        }
        if found is not None:
            color = theme[found]
            style |= {"color": color, "fontcolor": color}
            style |= {"style": "dashed"} if found == "vanishing" else {}
    return style


def add_groups(digraph: Any, picture: Picture, theme: Theme) -> None:
    """The groups as clusters in clusters; inner ones have higher numbers, so they come first."""
    clusters = [cluster(digraph, i, group, theme) for i, group in enumerate(picture.groups)]
    for box in picture.boxes:
        if box.group is not None:
            clusters[box.group].node(box.key)
    for inner, group in reversed(list(zip(clusters, picture.groups, strict=True))):
        (digraph if group.parent is None else clusters[group.parent]).subgraph(inner)


def cluster(digraph: Any, number: int, group: Group, theme: Theme) -> Any:
    is_repeat = group.times > 1
    return type(digraph)(
        f"cluster_{number}",
        graph_attr={
            "id": f"group{number}",
            "label": f"<{group_label(group, theme)}>",
            "labelloc": "t",
            "labeljust": "l",
            "style": "rounded,filled,dashed" if is_repeat else "rounded,filled",
            "fillcolor": theme["group"],
            "color": line_of(theme["operation"]) if is_repeat else theme["group line"],
            "fontcolor": theme["text"],
            "penwidth": "1.4" if is_repeat else "0.8",
            "margin": "9",
            "fontsize": "10",
        },
    )


def group_label(group: Group, theme: Theme) -> str:
    times = f"×{group.times:,}" if group.times > 1 else ""
    kind = " ".join(filter(None, [group.kind, times]))
    return named(kind, group.path, theme)


def box_style(box: Box, theme: Theme) -> dict[str, str]:
    fill = theme[box.role]
    style = {
        "style": "rounded,filled,dashed" if box.role == "more" else "rounded,filled",
        "fillcolor": fill,
        "color": fill if box.role == "constant" else line_of(fill),
        "fontcolor": theme["quiet"] if box.role == "constant" else theme["text"],
        "penwidth": "2" if box.is_output else "1",
        "margin": "0.11,0.04",
        "height": "0.3",
        "width": "0.3",
    }
    if box.role == "constant":
        style |= {"fontsize": "9", "margin": "0.06,0.03", "height": "0.2", "width": "0.2"}
    return style


def box_label(box: Box, theme: Theme) -> str:
    if box.role == "constant":
        return f"<{html(box.title)}>"
    said = (box.facts, *wrapped(box.notes), *box.details)
    lines = [box_title(box, theme), *(small(line, theme) for line in said if line)]
    return f"<{table(''.join(f'<TR><TD>{line}</TD></TR>' for line in lines), spacing=0)}>"


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


def box_title(box: Box, theme: Theme) -> str:
    if box.role == "module":
        return named(box.title, box.name, theme)
    if box.role in ("operation", "output") and box.name is not None:
        return f"{bold(box.name)} = {html(box.title)}"
    return bold(box.title)


def graph_label(picture: Picture, theme: Theme) -> str:
    """The legend, and above it what was folded: a small table in the corner."""
    present = {box.role for box in picture.boxes}
    entries = [
        f'<TD FIXEDSIZE="TRUE" WIDTH="14" HEIGHT="10" STYLE="ROUNDED" BORDER="1" '
        f'BGCOLOR="{theme[role]}" COLOR="{line_of(theme[role])}"></TD>'
        f'<TD ALIGN="LEFT">{meaning}&#160; </TD>'
        for role, meaning in LEGEND.items()
        if role in present and role != "constant"
    ]
    entries += gradient_entries(picture, theme)
    lines = [line for line in folded_lines(picture.caption) if line]
    rows = [f'<TR><TD ALIGN="LEFT">{html(line)}</TD></TR>' for line in lines]
    if entries:
        legend = table(f"<TR>{''.join(entries)}</TR>", spacing=3)
        rows.append(f'<TR><TD ALIGN="LEFT">{legend}</TD></TR>')
    above = f'<TR><TD HEIGHT="{12 if lines else 4}"></TD></TR>'
    return f'<<FONT COLOR="{theme["quiet"]}">{table("".join([above, *rows]), spacing=0)}</FONT>>'


def table(rows: str, spacing: int) -> str:
    look = f'BORDER="0" CELLBORDER="0" CELLSPACING="{spacing}" CELLPADDING="1"'
    return f"<TABLE {look}>{rows}</TABLE>"


def gradient_entries(picture: Picture, theme: Theme) -> list[str]:
    """What the widths and colors of edges mean, where they mean something."""
    norms = [f.gradient for box in picture.boxes for f in box.operands if f.gradient is not None]
    if not norms:
        return []
    found = {strength(norm, picture.gradient) for norm in norms}
    entries = ['<TD></TD><TD ALIGN="LEFT">on edges: norm of the gradient&#160; </TD>']
    for name, line in (("vanishing", "- -"), ("exploding", "━")):
        if name in found:
            entries.append(
                f'<TD><FONT COLOR="{theme[name]}"><B>{line}</B></FONT></TD>'
                f'<TD ALIGN="LEFT">{name}&#160; </TD>'
            )
    return entries


def folded_lines(caption: str) -> list[str]:
    """The caption, a sentence on a line."""
    return [f"{part}." for part in caption.rstrip(".").split(". ")] if caption else [""]


def html(text: str) -> str:
    """Text that Graphviz shows as it is: no markup, no `\\N` that it would replace."""
    return escape(text).replace("\\", "\\\\")


def named(kind: str, path: str | None, theme: Theme) -> str:
    """A module: its class, and its path if it is not the whole."""
    return f"{bold(kind)} {small(path, theme)}" if path else bold(kind)


def bold(text: str) -> str:
    return f"<B>{html(text)}</B>"


def small(text: str, theme: Theme) -> str:
    return f'<FONT POINT-SIZE="9" COLOR="{theme["quiet"]}">{html(text)}</FONT>'
