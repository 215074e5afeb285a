"""Long lines of Python broken where a bracket is open, as a person would break them."""

WIDTH = 100
INDENT = "    "
OPENING, CLOSING, QUOTES = "([{", ")]}", "\"'"


def wrapped(line: str, width: int = WIDTH) -> str:
    """The line, as several if it is too long and has a bracket to break it in.

    >>> print(wrapped("y = np.concatenate([one, two, three], axis=0, out=y)", 40))
    y = np.concatenate(
        [one, two, three], axis=0, out=y,
    )
    """
    if len(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    if line.lstrip().startswith("#"):
        return line
    code, mark, comment = line.partition("  # ")
    if mark:
        return f"{indent}# {comment}\n{wrapped(code, width)}"
    ends = outermost(line)
    if ends is None or ends[1] - ends[0] < 2:
        return line
    start, stop = ends
    parts = [part.strip() for part in separated(line[start + 1 : stop])]
    if len(parts) == 1 and line[start] == "(" and line[:start].endswith((" ", "(")):
        return line  # no call: a comma would make it a tuple
    rows = [wrapped(row, width) for row in filled(parts, indent + INDENT, width)]
    return "\n".join([line[: start + 1], *rows, indent + line[stop:]])


def filled(parts: list[str], indent: str, width: int) -> list[str]:
    """The parts, each with its comma, on as few lines as hold them."""
    rows = [indent]
    for part in parts:
        room = width - len(rows[-1])
        if rows[-1] != indent and len(part) + 2 > room:
            rows.append(indent)
        rows[-1] += f"{'' if rows[-1] == indent else ' '}{part},"
    return rows


def outermost(line: str) -> tuple[int, int] | None:
    """Where the last bracket that is in no other opens and closes."""
    found = None
    start = 0
    for at, sign, depth in brackets(line):
        if sign in OPENING and depth == 1:
            start = at
        elif sign in CLOSING and depth == 0:
            found = (start, at)
    return found


def separated(text: str) -> list[str]:
    """The text between the commas that are in no bracket."""
    commas = [at for at, sign, depth in brackets(text) if sign == "," and depth == 0]
    starts = [0, *[at + 1 for at in commas]]
    stops = [*commas, len(text)]
    parts = [text[start:stop] for start, stop in zip(starts, stops, strict=True)]
    return [part for part in parts if part.strip()]


def brackets(text: str) -> list[tuple[int, str, int]]:
    """Every bracket and comma outside of quotes: where it is, and how deep it is from there on."""
    found: list[tuple[int, str, int]] = []
    depth, quote = 0, ""
    for at, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote and text[at - 1] != "\\" else quote
        elif sign in QUOTES:
            quote = sign
        elif sign in OPENING or sign in CLOSING or sign == ",":
            depth += (sign in OPENING) - (sign in CLOSING)
            found.append((at, sign, depth))
    return found
