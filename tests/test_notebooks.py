"""Every notebook runs from top to bottom, says nothing on standard error, and is stored clean."""

import base64
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
NEEDED = ("nbformat", "nbclient", "ipykernel", "matplotlib", "hypothesis", "graphviz")
LARGEST_PICTURE = 60_000  # bytes

notebooks = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def outputs(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [output for cell in notebook["cells"] for output in cell.get("outputs", ())]


def test_there_are_nine() -> None:
    assert [path.name[:2] for path in NOTEBOOKS] == [f"0{n}" for n in range(1, 10)]


@notebooks
def test_runs(path: Path, tmp_path: Path) -> None:
    if "RUN_NOTEBOOKS" not in os.environ:
        pytest.skip("notebooks take a minute or two: set RUN_NOTEBOOKS=1 to run them")
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"notebooks need {', '.join(missing)}")
    command = [sys.executable, str(FOLDER / "run.py"), path.stem, "--into", str(tmp_path)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    fresh = read(tmp_path / path.name)
    complaints = [output["text"] for output in outputs(fresh) if output.get("name") == "stderr"]
    assert complaints == []
    assert [kinds(cell) for cell in fresh["cells"]] == [
        kinds(cell) for cell in read(path)["cells"]
    ], "run notebooks/run.py: the stored outputs are of another version of the notebook"


def kinds(cell: dict[str, Any]) -> list[str]:
    """What the outputs of a cell are: a picture, a text."""
    return [output.get("name", output["output_type"]) for output in cell.get("outputs", ())]


@notebooks
def test_is_stored_with_small_outputs_and_nothing_of_the_machine(path: Path) -> None:
    notebook = read(path)
    cells = notebook["cells"]
    assert [cell["id"] for cell in cells] == [f"cell-{n:02}" for n in range(1, len(cells) + 1)]
    assert list(notebook["metadata"]) == ["kernelspec"]
    assert cells[0]["cell_type"] == "markdown" and "".join(cells[0]["source"]).startswith("# ")
    assert not any(cell["metadata"] for cell in cells)
    pictures = [output["data"] for output in outputs(notebook) if "data" in output]
    assert pictures
    for data in pictures:
        assert len(base64.b64decode(data.get("image/png", ""))) < LARGEST_PICTURE
        assert len("".join(data.get("image/svg+xml", ""))) < LARGEST_PICTURE
