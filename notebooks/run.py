"""Run notebooks from top to bottom and write them with small, clean outputs.

    python notebooks/run.py                     all of them, in place
    python notebooks/run.py 03 05 --into DIR    those whose names start so, into another folder

Needs nbformat, nbclient, ipykernel and matplotlib (the `test` extra brings them).
"""

import argparse
import os
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
SECONDS = 300  # for one cell, on a slow machine
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def executed(path: Path) -> Any:
    """The notebook with fresh outputs; a cell that fails raises."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small products only wait for threads
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(HERE)}},
        coalesce_streams=True,  # one output for what a cell prints, however it was cut on its way
    ).execute()
    return cleaned(notebook)


def cleaned(notebook: Any) -> Any:
    """Without what changes from run to run (times, ids, versions) and without doubled pictures."""
    notebook.metadata = nbformat.from_dict(KERNEL)
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number:02}"
        cell.metadata = nbformat.from_dict({})
        for output in cell.get("outputs", ()):
            output.pop("execution_count", None)
            if output.output_type == "execute_result":
                output["execution_count"] = cell.execution_count
            data = output.get("data", {})
            if "image/svg+xml" in data:
                data.pop("image/png", None)  # the same drawing, in pixels
    return notebook


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="how their names start; all without")
    parser.add_argument("--into", type=Path, default=HERE, help="the folder to write into")
    arguments = parser.parse_args()
    for path in sorted(HERE.glob("*.ipynb")):
        if not arguments.names or path.name.startswith(tuple(arguments.names)):
            nbformat.write(executed(path), arguments.into / path.name)
            print(path.name)


if __name__ == "__main__":
    main()
