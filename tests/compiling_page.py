"""The source and the table that docs/compiling.md shows: those of the step in its first example.

python tests/compiling_page.py        writes them; test_compiler_readable.py holds them up to date
"""

import doctest
import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "compiling.md"
BLOCK = r"(<!-- {} -->\n```\w+\n).*?(```\n<!-- end -->)"


def first_example(page: str) -> Any:
    """The compiled step of the page's first example, which is run for it."""
    names: dict[str, Any] = {}
    first = page.split("<!-- source -->")[0]
    for example in doctest.DocTestParser().get_examples(first):
        # Comments in the program name the file and the line.
        source = "\n" * example.lineno + example.source
        exec(compile(source, "compiling.md", "exec"), names)
    return names["step"]


def updated(page: str) -> str:
    """The page with the source and the table as they are now."""
    step = first_example(page)
    for name, text in (("source", step.source), ("table", str(step))):
        body = text.rstrip("\n") + "\n"
        page = re.sub(
            BLOCK.format(name), lambda m, body=body: m[1] + body + m[2], page, flags=re.DOTALL
        )
    return page


def main() -> None:
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print("wrote docs/compiling.md")


if __name__ == "__main__":
    main()
