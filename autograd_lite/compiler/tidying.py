"""The order of import lines, and the empty lines, that Python's readers are used to."""

import re

THIRD_PARTY = ("import numpy", "import scipy")


def tidied(text: str) -> str:
    """A module's text with its imports in order, and two empty lines after a function or class."""
    docstring, *lines = text.split("\n")
    imports, rest = parted(lines)
    begins = "\n" if rest.startswith(("def ", "class ", "@")) else ""
    found = "\n".join([docstring, "", *arranged(imports), begins, rest])
    return re.sub(r"(\n +\S[^\n]*)\n\n?(?=[A-Za-z_@#])", r"\1\n\n\n", found)


def parted(lines: list[str]) -> tuple[list[str], str]:
    """The import lines with which a text begins, and what follows them."""
    imports: list[str] = []
    for at, line in enumerate(lines):
        if line.startswith(("import ", "from ")):
            imports.append(line)
        elif line:
            return imports, "\n".join(lines[at:])
    return imports, ""


def arranged(imports: list[str]) -> list[str]:
    """Import lines in three groups: from the future, Python's own, those of others."""
    future = [line for line in imports if "__future__" in line]
    others = sorted({line for line in imports if line.startswith(THIRD_PARTY)})
    own = sorted({*imports} - {*future, *others}, key=lambda line: (line.startswith("from"), line))
    groups = ["\n".join(group) for group in (future, own, others) if group]
    return "\n\n".join(groups).split("\n")
