"""`autograd-lite export`: a trained network as programs that run with NumPy alone."""

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import cli
from autograd_lite.app.exporting import built, export, optimizer_of, settings_of
from autograd_lite.app.run import run
from autograd_lite.app.settings import Settings

ALONE = """
import pickle, sys
from pathlib import Path
sys.modules["autograd_lite"] = None  # to import it is an error
folder = Path(sys.argv[1])
sys.path.insert(0, str(folder))
from predict import predict
from train_step import train_step
x, y = pickle.loads((folder / "rows").read_bytes())
found = predict(x), [train_step(x, y) for _ in range(20)]
(folder / "found").write_bytes(pickle.dumps(found))
"""


def run_alone(folder: Path, x: Any, y: Any) -> tuple[Any, list[Any]]:
    """What both programs give in an interpreter that has only NumPy."""
    (folder / "rows").write_bytes(pickle.dumps((x, y)))
    command = [sys.executable, "-I", "-W", "error", "-c", ALONE, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    predicted, losses = pickle.loads((folder / "found").read_bytes())
    return predicted, losses


@pytest.fixture(scope="module")
def circle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on points in the plane, with rmsprop."""
    folder = tmp_path_factory.mktemp("runs") / "circle"
    assert run(Settings("circle", None, (6, 5), "tanh", "rmsprop", 0.01, 2, 16, 0, folder))
    return folder


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on a table, a regression with adam."""
    place = tmp_path_factory.mktemp("runs")
    rows = "".join(f"{k},{(7 * k) % 40},{2 * k + 0.5}\n" for k in range(40))
    (place / "line.csv").write_text("a,b,y\n" + rows)
    data = str(place / "line.csv")
    assert run(Settings(data, "y", (4,), "relu", "adam", 0.01, 2, 8, 0, place / "line"))
    return place / "line"


@pytest.mark.parametrize("name", ["circle", "line"])
def test_both_programs_do_what_the_network_does(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = request.getfixturevalue(name)
    found = export(folder, None, tmp_path)
    assert found.inputs == ((16, 2) if name == "circle" else (8, 2))
    names = ["predict.npz", "predict.py", "train_step.npz", "train_step.py"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names

    rng = np.random.default_rng(0)
    x = rng.normal(size=found.inputs).astype(np.float32)
    is_regression = name == "line"
    y = x[:, :1] * 2 if is_regression else rng.integers(0, 2, len(x))
    predicted, losses = run_alone(tmp_path, x, y)

    net = built(ag.load(folder / "weights.safetensors"))
    np.testing.assert_allclose(predicted, net(x).value, rtol=1e-5, atol=1e-6)
    optimizer = optimizer_of(net, settings_of(folder), folder / "checkpoint.safetensors")
    assert optimizer.lr == 0.01
    assert optimizer.cells()["state.0.step"].item() > 0
    loss_of = ag.mse if is_regression else ag.cross_entropy
    for loss in losses:
        expected = loss_of(net(x), y)
        expected.backward()
        optimizer.step()
        optimizer.zero_grad()
        np.testing.assert_allclose(loss, expected.value, rtol=1e-4)
    assert losses[-1] < losses[0]


def test_weights_alone_are_enough(circle: Path, tmp_path: Path) -> None:
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes((circle / "weights.safetensors").read_bytes())
    found = export(weights, 3)
    assert found.folder == tmp_path
    assert found.inputs == (3, 2)
    predicted, losses = run_alone(tmp_path, np.ones((3, 2), np.float32), np.zeros(3, np.int64))
    assert predicted.shape == (3, 2)
    assert losses[-1] < losses[0]


def test_the_command_says_what_it_wrote(
    circle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["export", str(circle), "--batch", "4", "-o", str(tmp_path / "new")]) == 0
    out, err = capsys.readouterr()
    assert not err
    assert f"{tmp_path / 'new' / 'predict.py'}: predict(x), for x float32 (4, 2)" in out
    assert "train_step(x, y), y int64 (4,)" in out
    assert (tmp_path / "new" / "train_step.npz").is_file()


def test_what_is_no_network_is_refused(
    circle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*arguments: object) -> str:
        assert cli.main(["export", *map(str, arguments)]) == 2
        out, err = capsys.readouterr()
        assert not out
        assert err.count("\n") == 1
        return err

    assert "cannot load" in refused(tmp_path)
    ag.save(tmp_path / "other.npz", {"a": 1})
    assert "holds no network that `autograd-lite train` saved" in refused(tmp_path / "other.npz")
    for batch in (0, -3, "many"):
        with pytest.raises(SystemExit):
            cli.main(["export", str(circle), "--batch", str(batch)])
        assert "--batch: a number of rows, 1 or more, not" in capsys.readouterr().err
    (tmp_path / "weights.safetensors").write_bytes((circle / "weights.safetensors").read_bytes())
    (tmp_path / "summary.json").write_text("{}")
    assert "is not what a run wrote" in refused(tmp_path)
