"""The page: one file that holds the picture, the numbers, and the script that steps through them.

Nothing is loaded from elsewhere, and the page's own policy forbids it: no network, and no script
but the one whose hash the policy names. Strings of users stand in the markup escaped, and in the
data as JSON in which nothing can end the script element.
"""

import base64
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from html import escape
from importlib.resources import files
from typing import Any

from autograd_lite.drawing.picture import Box, Picture
from autograd_lite.drawing.stepping.numbers import Numbers
from autograd_lite.drawing.stepping.steps import Operand, Step

WEB = files("autograd_lite.drawing.stepping") / "web"

# In the order in which they stand in the page: each uses only what stands before it.
SCRIPTS = (
    "elements", "numbers", "moments", "panel", "drawing", "lighting", "layout", "arranging",
    "modules", "viewport", "search", "player", "main",
)  # fmt: skip
STYLES = ("colors", "basics", "header", "drawing", "lighting", "panel", "footer", "adapting")

POLICY = (
    "default-src 'none'; script-src 'sha256-{}'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'"
)

NO_VALUES = (
    "This drawing has no numbers. To step through values and gradients, compute and call "
    "`backward()` inside `with ag.keep_values():` and draw with `values=True`."
)
NO_GRADIENTS = (
    "This drawing has no gradients: call `backward()` inside `with ag.keep_values():` as well."
)

PLACE = re.compile(r"{{(\w+)}}")


def page(picture: Picture, steps: tuple[Step, ...], svg: str) -> str:
    """The page of a picture, of the steps through its graph, and of the picture drawn as SVG.

    In the SVG the element of a box has the box's key as its id, an edge `source-target-place`, and
    a group `group0` by its number. Without steps one moves through the boxes, without numbers.
    """
    script = joined(SCRIPTS, "js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    parts = {
        "policy": POLICY.format(digest),
        "title": escape(picture.title),
        "caption": escape(picture.caption),
        "style": joined(STYLES, "css"),
        "svg": svg,
        "data": embedded(payload(picture, steps)),
        "script": script,
    }
    template = (WEB / "page.html").read_text("utf-8")
    return PLACE.sub(lambda place: parts[place[1]], template)


def joined(names: Iterable[str], suffix: str) -> str:
    return "\n".join((WEB / f"{name}.{suffix}").read_text("utf-8") for name in names)


def payload(picture: Picture, steps: tuple[Step, ...]) -> dict[str, Any]:
    """All that the script needs to know; every array is there once."""
    arrays: dict[str, int] = {}
    listed: list[Any] = []

    def plain(thing: Any) -> Any:
        if isinstance(thing, Numbers):
            written = repr(thing)  # by which 0.0 and -0.0 differ, and a NaN equals itself
            if written not in arrays:
                arrays[written] = len(listed)
                listed.append(record(thing, plain))
            return arrays[written]
        return record(thing, plain)

    shown = named(steps, picture.boxes) if steps else structure(picture.boxes)
    return {
        "steps": plain(shown),
        "hasValues": bool(steps),
        "note": note_on(steps),
        "boxes": [box_data(box) for box in picture.boxes],
        "groups": plain(picture.groups),
        "arrays": listed,
    }


def note_on(steps: tuple[Step, ...]) -> str:
    """What the reader of the page is to know about its numbers, or how to get any."""
    if not steps:
        return NO_VALUES
    gap = steps[-1].number - len(steps)
    notes = [] if any(step.gradient is not None for step in steps) else [NO_GRADIENTS]
    notes += [f"{gap:,} steps in the middle are left out."] if gap else []
    return " ".join(notes)


def record(thing: Any, plain: Any) -> Any:
    """A thing as JSON has it: objects by their fields, what JSON cannot say in words."""
    if is_dataclass(thing):
        return {field.name: plain(getattr(thing, field.name)) for field in fields(thing)}
    if isinstance(thing, tuple):
        return [plain(each) for each in thing]
    if isinstance(thing, bytes):
        return base64.b64encode(thing).decode()
    if isinstance(thing, complex):
        return [plain(thing.real), plain(thing.imag)]
    if isinstance(thing, float) and not math.isfinite(thing):
        return "NaN" if math.isnan(thing) else "Infinity" if thing > 0 else "-Infinity"
    return thing


def box_data(box: Box) -> dict[str, Any]:
    return {
        "key": box.key,
        "title": box.title,
        "name": box.name,
        "role": box.role,
        "facts": box.facts,
        "group": box.group,
    }


def named(steps: Iterable[Step], boxes: Iterable[Box]) -> tuple[Step, ...]:
    """The steps with the names of their boxes, where a box stands for one of them alone."""
    steps = tuple(steps)
    counts = Counter(step.key for step in steps)
    by_key = {box.key: box for box in boxes if box.role not in ("module", "more")}
    return tuple(
        with_name_of(by_key[step.key], step)
        if counts[step.key] == 1 and step.key in by_key
        else step
        for step in steps
    )


def with_name_of(box: Box, step: Step) -> Step:
    if step.kind == "operation":
        return replace(step, name=box.name or step.name)
    return replace(step, title=box.name or box.title, name=box.name or box.title)


def structure(boxes: tuple[Box, ...]) -> tuple[Step, ...]:
    """A step for every box but the numbers, without values."""
    stepped = [box for box in boxes if box.role != "constant"]
    number = {box.key: i + 1 for i, box in enumerate(stepped)}
    title = {box.key: box.title for box in boxes}
    return tuple(box_step(box, number, title) for box in stepped)


def box_step(box: Box, number: Mapping[str, int], title: Mapping[str, str]) -> Step:
    is_leaf = box.role in ("variable", "data")
    operands = tuple(
        Operand(flow.source, number.get(flow.source), title[flow.source], None)
        for flow in box.operands
    )
    return Step(
        number=number[box.key],
        key=box.key,
        kind="variable" if box.role == "variable" else "data" if is_leaf else "operation",
        title=box.title,
        name=box.name or (box.title if is_leaf else None),
        path="",
        facts=box.facts,
        notes=box.notes,
        operands=operands,
        value=None,
        gradient=None,
    )


def embedded(data: Any) -> str:
    """JSON that can stand in a script element whatever strings are in it."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
