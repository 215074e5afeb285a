"""The picture as a tree of text, for a terminal.

    ● mse(·, y)            scalar f64   output
    ├─ y                   (8, 1) f64   data
    ● matmul(·, w2)        (8, 1) f64
    ├─ w2                  (3, 1) f64   variable
    ● tanh(·)              (8, 3) f64

One line per box, from the outputs back to the leaves. An operation names its operands in the
order of the call; a dot is what comes next in the same column, the longest way back, so that a
deep graph stays narrow. The others branch off. A result that is used more than once has a number
and comes after the last line that names it; ↻ is what a repeat gets from the one before.
"""

from collections import Counter
from collections.abc import Mapping

from autograd_lite.drawing.picture import Box, Flow, Picture
from autograd_lite.drawing.text import number

LEAVES = ("variable", "data")
MOST_OPERANDS = 6  # named in one line
WIDEST = 48  # the column of shapes starts here at the latest


def tree(picture: Picture) -> str:
    """The tree, and under it what was folded."""
    lines = Tree(picture).lines()
    width = min(max((len(left) for left, *_ in lines), default=0), WIDEST)
    facts_width = max((len(facts) for _, facts, _ in lines), default=0)
    text = [
        f"{left:{width}}  {facts:{facts_width}}  {words}".rstrip() for left, facts, words in lines
    ]
    return "\n".join([*text, *(["", picture.caption] if picture.caption else [])])


class Tree:
    """The walk: a box is ready once all that use it have been shown."""

    def __init__(self, picture: Picture) -> None:
        self.boxes: Mapping[str, Box] = {box.key: box for box in picture.boxes}
        self.groups = picture.groups
        self.users = Counter(source for box in picture.boxes for source in sources(box))
        self.waiting = Counter(self.users)
        self.height: dict[str, int] = {}
        for box in picture.boxes:
            self.height[box.key] = 1 + max((self.height.get(s, 0) for s in sources(box)), default=0)
        self.titles = Counter(leaf_name(box) for box in picture.boxes if box.role in LEAVES)
        self.numbers: dict[str, int] = {}

    def lines(self) -> list[tuple[str, str, str]]:
        """Left, middle and right column of every line."""
        lines: list[tuple[str, str, str]] = []
        roots = [key for key in self.boxes if not self.users[key]] or list(self.boxes)[-1:]
        for root in reversed(roots):
            lines += [("", "", "")] if lines else []
            stack = [(root, "", "")]
            while stack:
                key, head, rest = stack.pop()
                box = self.boxes[key]
                next_up = self.ready(box)
                dot = next_up[-1] if next_up and not self.is_leaf(next_up[-1]) else None
                lines.append((head + self.line(box, dot), box.facts, self.words(box)))
                stack += reversed(placed(next_up, dot, rest))
        return lines

    def ready(self, box: Box) -> list[str]:
        """The operands that no later line will name: leaves first, the longest way back last."""
        found = []
        for source in sources(box):
            self.waiting[source] -= 1
            if not self.waiting[source] and self.boxes[source].role != "constant":
                found.append(source)
        leaves = [key for key in found if self.is_leaf(key)]
        computed = [key for key in reversed(found) if not self.is_leaf(key)]
        return leaves + sorted(computed, key=self.height.__getitem__)

    def is_leaf(self, key: str) -> bool:
        return self.boxes[key].role in LEAVES

    def line(self, box: Box, dot: str | None) -> str:
        if box.role in LEAVES:
            number = self.number(box.key) if self.titles[leaf_name(box)] > 1 else ""
            return number + leaf_name(box)
        number = self.number(box.key) if self.users[box.key] > 1 else ""
        name = f"{box.name} = " if box.name and box.role != "module" else ""
        operands = [self.token(flow, box, dot) for flow in box.operands[:MOST_OPERANDS]]
        operands += ["…"] if len(box.operands) > MOST_OPERANDS else []
        notes = box.notes if box.role in ("operation", "output") else ()
        mark = "⋮" if box.role == "more" else "●"
        return f"{mark} {number}{name}{box.title}({', '.join([*operands, *notes])})"

    def token(self, flow: Flow, user: Box, dot: str | None) -> str:
        """How the line of `user` names an operand."""
        box = self.boxes[flow.source]
        if flow.again:
            return f"↻ {box.title}"
        times = f"×{flow.count:,}" if flow.count > 1 and user.role == "more" else ""
        if box.role == "constant":
            return box.title
        if box.role in LEAVES and self.titles[leaf_name(box)] == 1:
            return (box.title if box.group == user.group else leaf_name(box)) + times
        if self.users[box.key] > 1 or box.role in LEAVES:
            return self.number(box.key).strip() + times
        return ("·" if box.key == dot else box.title) + times

    def number(self, key: str) -> str:
        return f"#{self.numbers.setdefault(key, len(self.numbers) + 1)} "

    def words(self, box: Box) -> str:
        """What else there is to say: the role, the module, what a box of many holds."""
        said: list[str] = [] if box.role == "operation" else [box.role]
        said += ["output"] if box.is_output and box.role != "output" else []
        said += [box.name] if box.role == "module" and box.name else []
        said += [", ".join(box.notes)] if box.role in ("module", "more") and box.notes else []
        said += box.details
        said += [f"|∇| = {number(box.gradient)}"] if box.gradient is not None else []
        return "  ".join([*said, *self.place(box)])

    def place(self, box: Box) -> list[str]:
        """The module around a box that has a path, and how many times all around is repeated."""
        path, times, at = "", 1, box.group
        while at is not None:
            group = self.groups[at]
            path, times, at = path or group.path, times * group.times, group.parent
        is_leaf = box.role in LEAVES  # whose name has the path in it
        return ([f"in {path}"] if path and not is_leaf else []) + (
            [f"×{times:,}"] if times > 1 else []
        )


def leaf_name(box: Box) -> str:
    return box.name or box.title


def sources(box: Box) -> dict[str, None]:
    """The keys of a box's operands, each once, but for what a repeat hands to the next."""
    return dict.fromkeys(flow.source for flow in box.operands if not flow.again)


def placed(keys: list[str], dot: str | None, rest: str) -> list[tuple[str, str, str]]:
    """Each box with what stands before its line, and before the lines that follow from it."""
    places = []
    for key in keys:
        if key == dot:
            places.append((key, rest, rest))
        elif key == keys[-1]:
            places.append((key, f"{rest}╰─", f"{rest}  "))
        else:
            places.append((key, f"{rest}├─", f"{rest}│ "))
    return places
