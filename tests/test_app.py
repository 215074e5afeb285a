"""Training as the command does it: the run, what it leaves, and what it says."""

import csv
import json
import math
import signal
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_lite.app.pictures import (
    draw_boundary,
    draw_confusion,
    draw_curves,
    draw_scatter,
    has_boundary,
)
from autograd_lite.app.pictures.boundary import COLORS, tints
from autograd_lite.app.plain_text import SPELLED
from autograd_lite.app.playground import SETS, playground_problem
from autograd_lite.app.problem import Problem, digits_problem, table_problem
from autograd_lite.app.resuming import resumed_settings
from autograd_lite.app.run import load as load_problem
from autograd_lite.app.run import run
from autograd_lite.app.run_folder import RunFolder, next_free
from autograd_lite.app.scores import Classified, Measure, Regressed, outcome, outputs_of
from autograd_lite.app.settings import RATES, Settings
from autograd_lite.app.shading import shaded
from autograd_lite.app.training import Epoch, epochs_of, train
from autograd_lite.app.words import label, number, score
from autograd_lite.errors import StorageError
from autograd_lite.nn import MLP
from autograd_lite.optim import OPTIMIZERS
from autograd_lite.storage import load
from autograd_lite.training import History, fit

PNG = b"\x89PNG\r\n"
DIGITS = Settings("digits", None, (16,), "relu", "adam", 0.01, 2, 64, 0, None)


def write_table(path: Path, header: list[str], rows: list[list[Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def price_table(path: Path, count: int = 60, seed: int = 0) -> Path:
    """A regression: two columns of numbers, one of text."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        size, city = float(rng.uniform(30, 200)), str(rng.choice(["Oslo", "Rome"]))
        price = 3000 * size * (2 if city == "Oslo" else 1) + float(rng.normal(0, 9000))
        rows.append([size, int(rng.integers(1900, 2020)), city, price])
    return write_table(path, ["size", "year", "city", "price"], rows)


def hostile_table(path: Path) -> Path:
    """A classification whose names a terminal or a picture could stumble over."""
    rng = np.random.default_rng(0)
    names = ["[red]$a$[/red]", "two\nlines :smile:", "日本 \x1b[31m", "x" * 300]
    rows = [[float(rng.normal(k)), float(rng.normal(-k)), names[k]] for k in [0, 1, 2, 3] * 12]
    return write_table(path, ["a", "b", "$cl[bold]ass$"], rows)


def problem_of(path: Path, target: str, seed: int = 0) -> Problem:
    return table_problem(str(path), target, np.random.default_rng(seed))


def summary_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return found


# The main job


@pytest.fixture(scope="module")
def digits_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with the command's defaults."""
    folder = tmp_path_factory.mktemp("runs") / "digits"
    assert run(replace(DIGITS, hidden=(128, 64), epochs=40, batch_size=32, out=folder))
    return folder


def test_digits_are_learned(digits_run: Path) -> None:
    summary = summary_of(digits_run)
    held_out = summary["results"]["held_out"]
    assert held_out["accuracy"] >= 0.97
    assert summary["rows"] == {"train": 1438, "held_out": 359}
    assert len(summary["history"]) == 40
    assert not summary["interrupted"]
    confusion = np.array(held_out["confusion"])
    assert confusion.sum() == 359
    assert np.trace(confusion) == held_out["right"] == round(359 * held_out["accuracy"])
    # A fifth of each digit.
    assert set(confusion.sum(axis=1)) <= {35, 36, 37}


def test_a_run_folder_holds_what_is_promised(digits_run: Path) -> None:
    files = {path.name: path.read_bytes() for path in digits_run.iterdir()}
    pictures = {"graph.png", "curves.png", "confusion.png", "worst.png"}
    others = {"graph.svg", "weights.safetensors", "checkpoint.safetensors", "summary.json"}
    assert set(files) == pictures | others
    assert all(files[name].startswith(PNG) and len(files[name]) > 10_000 for name in pictures)
    assert files["graph.svg"].startswith(b"<svg")
    assert b"cross_entropy" in files["graph.svg"]
    assert b"weight" in files["graph.svg"]


def test_the_weights_are_a_state_that_reproduces_the_results(digits_run: Path) -> None:
    saved, problem = load(digits_run / "weights.safetensors"), digits_of_seed(0)
    assert saved["sizes"] == [64, 128, 64, 10]
    net = MLP([64, 128, 64, 10], saved["activation"])
    net.load_state_dict({name: saved[name] for name in net.state_dict()})
    found = outcome(net, problem)
    assert isinstance(found, Classified)
    assert found.right == summary_of(digits_run)["results"]["held_out"]["right"]
    worst = summary_of(digits_run)["worst"]
    assert [row["row"] for row in worst] == problem.held_out.numbers[found.worst[:24]].tolist()


def digits_of_seed(seed: int) -> Problem:
    return digits_problem(np.random.default_rng(seed).spawn(3)[0])


def test_the_same_seed_gives_the_same_run_to_the_last_bit(tmp_path: Path) -> None:
    places = [tmp_path / name for name in ("one", "two")]
    for place in places:
        run(replace(DIGITS, out=place, seed=3))
    one, two = ({p.name: p.read_bytes() for p in place.iterdir()} for place in places)
    del one["summary.json"], two["summary.json"]  # they hold the time that was taken
    assert one == two
    first, second = summary_of(places[0]), summary_of(places[1])
    del first["seconds"], second["seconds"]
    assert first == second


# Data


def test_held_out_digits_do_not_depend_on_anything_but_the_seed() -> None:
    same, other = digits_of_seed(5), digits_of_seed(6)
    assert same.held_out.numbers.tolist() == digits_of_seed(5).held_out.numbers.tolist()
    assert same.held_out.numbers.tolist() != other.held_out.numbers.tolist()
    together = np.concatenate([same.train.numbers, same.held_out.numbers])
    assert sorted(together.tolist()) == list(range(1, 1798))
    assert same.train.inputs.min() == 0
    assert same.train.inputs.max() == 1


def test_nothing_of_the_held_out_rows_leaks_into_the_statistics(tmp_path: Path) -> None:
    path = price_table(tmp_path / "prices.csv")
    before = problem_of(path, "price")
    lines = path.read_text(encoding="utf-8").splitlines()
    for row in before.held_out.numbers.tolist():
        size, year, city, price = lines[row].split(",")
        lines[row] = ",".join([str(float(size) * 1e6), year, city, str(float(price) - 1e9)])
    path.write_text("\n".join(lines), encoding="utf-8")
    after = problem_of(path, "price")
    assert after.held_out.numbers.tolist() == before.held_out.numbers.tolist()
    for name in ("features", "target"):
        for old, new in zip(getattr(before, name), getattr(after, name), strict=True):
            assert old.tolist() == new.tolist()
    assert after.train.inputs.tolist() == before.train.inputs.tolist()
    assert after.held_out.inputs.tolist() != before.held_out.inputs.tolist()


def test_training_rows_are_standardized(tmp_path: Path) -> None:
    problem = problem_of(price_table(tmp_path / "prices.csv"), "price")
    assert problem.task == "regression"
    assert problem.feature_names == ("size", "year", "city=Oslo", "city=Rome")
    for values in (problem.train.inputs, problem.train.targets):
        assert values.dtype == np.float32
        np.testing.assert_allclose(values.mean(axis=0), 0, atol=1e-5)
        np.testing.assert_allclose(values.std(axis=0), 1, atol=1e-5)


# A table's run


def test_a_regression_is_reported_in_the_unit_of_its_target(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = price_table(tmp_path / "prices.csv", 150)
    settings = replace(DIGITS, data=str(path), target="price", epochs=30, out=tmp_path / "run")
    assert run(settings)
    names = {file.name for file in (tmp_path / "run").iterdir()}
    assert "predictions.png" in names
    assert "confusion.png" not in names

    # The network again, from the file and the table alone, in plain NumPy.
    saved, summary = load(tmp_path / "run" / "weights.safetensors"), summary_of(tmp_path / "run")
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))[1:]
    held_out = held_out_numbers(settings)
    size, year, city, price = zip(*(rows[row - 1] for row in held_out), strict=True)
    inputs = np.array([size, year, np.equal(city, "Oslo"), np.equal(city, "Rome")], float).T
    x = ((inputs - saved["features"]["mean"]) / saved["features"]["deviation"]).astype(np.float32)
    h = np.maximum(x @ saved["0.weight"].T + saved["0.bias"], 0)
    y = (h @ saved["2.weight"].T + saved["2.bias"])[:, 0]
    predicted = y * saved["target"]["deviation"] + saved["target"]["mean"]
    error = predicted - np.array(price, float)
    found = summary["results"]["held_out"]
    assert found["rmse"] == pytest.approx(math.sqrt(np.mean(error**2)), rel=1e-4)
    assert found["mae"] == pytest.approx(np.mean(np.abs(error)), rel=1e-4)
    spread = np.sum((np.array(price, float) - np.mean(np.array(price, float))) ** 2)
    assert found["r2"] == pytest.approx(1 - np.sum(error**2) / spread, rel=1e-4)
    assert found["r2"] > 0.8
    worst = summary["worst"][0]
    assert worst["row"] == held_out[int(np.argmax(np.abs(error)))]
    assert worst["true"] == pytest.approx(float(rows[worst["row"] - 1][3]))
    out = capsys.readouterr().out
    assert "RMSE" in out
    assert f"{worst['row']}" in out


def held_out_numbers(settings: Settings) -> list[int]:
    rng = np.random.default_rng(settings.seed).spawn(3)[0]
    numbers: list[int] = load_problem(settings, rng).held_out.numbers.tolist()
    return numbers


def test_names_of_any_kind_are_shown_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = hostile_table(tmp_path / "[b]$odd$.csv")
    settings = replace(
        DIGITS, data=str(path), target="$cl[bold]ass$", epochs=1, out=tmp_path / "run"
    )
    assert run(settings)
    out = capsys.readouterr().out
    assert "[red]$a$[/red]" in out
    assert "[b]$odd$.csv" in out
    assert "two lines :smile:" in out
    assert "\x1b" not in out
    assert all(len(line) <= 80 for line in out.splitlines() if "run" not in line)
    classes = {row["true"] for row in summary_of(tmp_path / "run")["worst"]}
    assert "two\nlines :smile:" in classes


# The training loop


def test_the_rate_falls_to_zero_along_a_cosine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = digits_of_seed(0)
    settings = replace(DIGITS, epochs=3, batch_size=500, hidden=(4,))
    net = MLP(problem.sizes(settings.hidden), rng=np.random.default_rng(0))
    checkpoint = tmp_path / "run.npz"
    history = train(net, problem, settings, np.random.default_rng(0), checkpoint, resume=False)
    # At the third step of each epoch, of 9 in all.
    steps = np.array([2, 5, 8])
    assert history.rate == pytest.approx((0.005 * (1 + np.cos(np.pi * steps / 9))).tolist())
    epochs = epochs_of(history, "accuracy")
    assert [epoch.number for epoch in epochs] == [1, 2, 3]
    assert [epoch.train.loss for epoch in epochs] == history.train["loss"]
    assert [epoch.held_out.score for epoch in epochs] == history.validation["accuracy"]
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("epoch") == 3


def test_a_loss_that_is_not_finite_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(
        FloatingPointError, match=r"finite number, so nothing is saved; .*smaller rate than 1e\+30"
    ):
        run(replace(DIGITS, rate=1e30, out=tmp_path / "deep" / "run"))
    assert not list(tmp_path.iterdir())


def test_every_rate_belongs_to_an_optimizer() -> None:
    assert RATES.keys() <= OPTIMIZERS.keys()


# Scores


def test_the_worst_classified_have_the_least_probable_truth() -> None:
    problem = digits_of_seed(0)
    net = MLP([64, 10], rng=np.random.default_rng(0))
    found = outcome(net, problem)
    assert isinstance(found, Classified)
    logits = net(problem.held_out.inputs).numpy().astype(float)
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    of_truth = chances[np.arange(len(chances)), problem.held_out.targets]
    assert (np.diff(of_truth[found.worst]) >= 0).all()
    np.testing.assert_allclose(found.probability, chances.max(axis=1))
    for k in range(10):
        held_out = found.truth == k
        taken = np.bincount(found.predicted[held_out], minlength=10)
        assert found.confusion[k].tolist() == taken.tolist()


# The run folder


def test_a_run_folder_appears_whole(tmp_path: Path) -> None:
    place = tmp_path / "new" / "run"
    with RunFolder(place) as folder:
        (folder.path / "file").write_text("content")
        assert not place.exists()
        assert folder.publish() == place
    assert [path.name for path in place.iterdir()] == ["file"]
    assert [path.name for path in place.parent.iterdir()] == ["run"]


@pytest.mark.parametrize("given", [False, True], ids=["new", "given"])
def test_a_failed_run_leaves_nothing(tmp_path: Path, given: bool) -> None:
    place = tmp_path / "a" / "b" / "run"
    if given:
        place.mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(KeyboardInterrupt), RunFolder(place) as folder:
        (folder.path / "file").write_text("content")
        raise KeyboardInterrupt
    assert sorted(tmp_path.rglob("*")) == before


def test_an_empty_folder_may_be_given(tmp_path: Path) -> None:
    with RunFolder(tmp_path) as folder:
        (folder.path / "file").write_text("content")
        assert folder.publish() == tmp_path
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_name_taken_meanwhile_is_numbered(tmp_path: Path) -> None:
    place = tmp_path / "run"
    with RunFolder(place) as folder:
        (folder.path / "file").write_text("content")
        place.mkdir()
        (place / "of another").write_text("content")
        assert folder.publish() == tmp_path / "run-2"
    assert [path.name for path in place.iterdir()] == ["of another"]
    assert next_free(place) == tmp_path / "run-3"


def test_what_is_there_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "run"
    file.write_text("content")
    for place in (file, tmp_path):
        with pytest.raises(FileExistsError, match="already there; remove it, or choose another"):
            RunFolder(place)
    assert file.read_text() == "content"


def test_without_a_name_runs_are_numbered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "prices").mkdir(parents=True)
    (tmp_path / "runs" / "prices" / "file").write_text("content")
    path = price_table(tmp_path / "prices.csv", 12)
    run(replace(DIGITS, data=path.name, target="price", epochs=1))
    assert f"In {Path('runs') / 'prices-2'}:" in capsys.readouterr().out
    assert sorted(p.name for p in (tmp_path / "runs").iterdir()) == ["prices", "prices-2"]


# Ctrl-C


def test_ctrl_c_saves_what_was_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("autograd_lite.app.training.fit", fit_with_ctrl_c)
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert not run(replace(DIGITS, epochs=1000, out=tmp_path / "run"))
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    summary = summary_of(tmp_path / "run")
    assert summary["interrupted"]
    assert [epoch["epoch"] for epoch in summary["history"]] == [3 / math.ceil(1438 / 64)]
    assert (tmp_path / "run" / "weights.safetensors").exists()
    out, err = capsys.readouterr()
    assert "Interrupted after 0.1304 of 1000 epochs; what was learned until then stays." in err
    assert "by Ctrl-C, after" in out


def fit_with_ctrl_c(net: Any, data: Any, loss: Any, *others: Any, **options: Any) -> History:
    """`fit`, with a Ctrl-C in its third step."""
    calls = 0

    def interrupted(outputs: Any, targets: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 3:
            signal.raise_signal(signal.SIGINT)
        return loss(outputs, targets)

    return fit(net, data, interrupted, *others, **options)


def an_epoch(number: float, value: float = 0.5) -> Epoch:
    return Epoch(number, Measure(value, value), Measure(value, value))


# Going on with a run


def test_an_interrupted_run_ends_as_if_it_had_not_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, part, resumed = (tmp_path / name for name in ("whole", "part", "resumed"))
    settings = replace(DIGITS, data="moons", hidden=(4,), epochs=3)
    run(replace(settings, out=whole))
    with monkeypatch.context() as patch:
        patch.setattr("autograd_lite.app.training.fit", fit_with_ctrl_c)
        before = signal.getsignal(signal.SIGINT)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            assert not run(replace(settings, out=part))
        finally:
            signal.signal(signal.SIGINT, before)
    found = resumed_settings(part, None, resumed)
    assert found == replace(settings, out=resumed)
    assert run(found, part)
    assert summary_of(whole)["history"] == summary_of(resumed)["history"]
    one, two = ({p.name: p.read_bytes() for p in place.iterdir()} for place in (whole, resumed))
    del one["summary.json"], two["summary.json"]  # they hold the time that was taken
    assert one == two


def test_a_run_that_ended_can_have_more_epochs(tmp_path: Path) -> None:
    settings = replace(DIGITS, data="xor", hidden=(4,), epochs=2, out=tmp_path / "one")
    run(settings)
    with pytest.raises(StorageError, match="one has gone through 2 epochs; to go on, give --epoc"):
        resumed_settings(tmp_path / "one", None, None)
    with pytest.raises(StorageError, match="one has gone through 2 epochs"):
        resumed_settings(tmp_path / "one", 2, None)
    assert run(resumed_settings(tmp_path / "one", 3, tmp_path / "two"), tmp_path / "one")
    histories = [summary_of(tmp_path / name)["history"] for name in ("one", "two")]
    assert histories[1][:2] == histories[0]
    assert len(histories[1]) == 3


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"settings": {"hidden": 3}}', '{"settings": []}']
)
def test_what_is_not_a_run_is_not_resumed(tmp_path: Path, text: str) -> None:
    with pytest.raises(StorageError, match="is not a run's folder: it must hold summary.json and"):
        resumed_settings(tmp_path, None, None)
    (tmp_path / "summary.json").write_text(text)
    (tmp_path / "checkpoint.safetensors").write_bytes(b"")
    with pytest.raises(StorageError, match="summary.json is not what a run wrote"):
        resumed_settings(tmp_path, None, None)


# The sets to play with


@pytest.mark.parametrize("name", SETS)
def test_every_set_is_learned_and_drawn(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "run"
    epochs = 60 if name in ("spiral", "gaussian-regression") else 20
    assert run(replace(DIGITS, data=name, hidden=(32, 32), epochs=epochs, batch_size=32, out=place))
    summary = summary_of(place)
    held_out = summary["results"]["held_out"]
    assert held_out["accuracy" if summary["task"] == "classification" else "r2"] > 0.85
    assert summary["rows"] == {"train": 400, "held_out": 100}
    assert (place / "boundary.png").read_bytes().startswith(PNG)
    out, err = capsys.readouterr()
    assert f"{name}, 500 points" in out
    assert "boundary.png" in out
    lines = [line for line in (out + err).splitlines() if not line.startswith("In ")]
    assert all(len(line) <= 80 for line in lines)


def test_a_set_is_drawn_anew_for_each_seed() -> None:
    def inputs(seed: int) -> Any:
        return playground_problem("circle", np.random.default_rng(seed)).train.inputs

    assert np.array_equal(inputs(1), inputs(1))
    assert not np.array_equal(inputs(1), inputs(2))


# Pictures: warnings are errors, so each of these shows that nothing is complained about


@pytest.mark.parametrize("count", [1, 2, 30])
@pytest.mark.parametrize("name", ["accuracy", "R²"])
def test_curves_of_any_length(tmp_path: Path, count: int, name: str) -> None:
    history = [an_epoch(k + 1, 1 / (k + 1)) for k in range(count)]
    draw_curves(tmp_path / "curves.png", history, name)
    assert (tmp_path / "curves.png").read_bytes().startswith(PNG)


def test_curves_of_a_score_that_is_undefined(tmp_path: Path) -> None:
    history = [Epoch(k, Measure(0.5, 0.1), Measure(0.5, math.nan)) for k in (1, 2, 3)]
    draw_curves(tmp_path / "curves.png", history, "R²")


@pytest.mark.parametrize("classes", [2, 31, 61])
def test_confusion_of_any_size(tmp_path: Path, classes: int) -> None:
    counts = np.random.default_rng(0).integers(0, 5, (classes, classes))
    counts[0] = 0  # a class of which no row is held out
    names = tuple(f"class ${k}" for k in range(classes))
    draw_confusion(tmp_path / "confusion.png", counts, names, "kind", "rows")
    assert (tmp_path / "confusion.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("truth", [[0.0, 0.0], [1e9, 1e9 + 1], [-1e-12, 3e-12], [1e200, -1e200]])
def test_scatter_of_any_range(tmp_path: Path, truth: list[float]) -> None:
    values = np.array(truth)
    found = Regressed(values, values[::-1], 1.0, 1.0, math.nan, 1.0, np.array([0, 1]))
    draw_scatter(tmp_path / "scatter.png", found, "a $ b")
    assert (tmp_path / "scatter.png").read_bytes().startswith(PNG)


def test_pictures_leave_the_settings_of_matplotlib_alone(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        import matplotlib

    before = dict(matplotlib.rcParams)
    draw_curves(tmp_path / "curves.png", [an_epoch(1)], "accuracy")
    assert dict(matplotlib.rcParams) == before


def points_table(path: Path, rows: list[list[Any]]) -> Problem:
    return problem_of(write_table(path / "t.csv", ["$a", "b\x1b[31m", "kind"], rows), "kind")


@pytest.mark.parametrize(
    "rows",
    [
        [[k, 3, "xy"[k % 2]] for k in range(10)],  # of no width in one direction
        [[1e9 + k, 1e-9 * k, "xyz"[k % 3]] for k in range(12)],
        [[k, -k, 0.5 * k] for k in range(12)],
    ],
)
def test_boundaries_of_any_table_of_two_columns(tmp_path: Path, rows: list[list[Any]]) -> None:
    problem = points_table(tmp_path, rows)
    net = MLP(problem.sizes([3]), rng=np.random.default_rng(0))
    assert has_boundary(problem)
    asked: list[Any] = []

    def outputs(inputs: Any) -> Any:
        asked.append(inputs)
        return outputs_of(net, inputs)

    draw_boundary(tmp_path / "boundary.png", problem, outputs, math.nan)
    assert (tmp_path / "boundary.png").read_bytes().startswith(PNG)
    # The network is asked in its own units, around all the rows that it knows.
    own = np.concatenate([problem.train.inputs, problem.held_out.inputs])
    assert (asked[0].min(axis=0) < own.min(axis=0)).all()
    assert (asked[0].max(axis=0) > own.max(axis=0)).all()


def test_a_boundary_needs_two_features_and_few_classes(tmp_path: Path) -> None:
    assert not has_boundary(digits_of_seed(0))
    rows = [[k, k, f"kind {k % 9}"] for k in range(90)]
    assert not has_boundary(points_table(tmp_path, rows))


def test_the_plane_is_white_where_no_class_is_more_probable() -> None:
    colors = np.array([[1.0, 0, 0], [0, 0, 1.0]])
    image = tints(np.array([[[2.0, 2.0], [90.0, 0.0], [0.0, 90.0]]]), colors)
    np.testing.assert_allclose(image, [[[1, 1, 1], [1, 0.5, 0.5], [0.5, 0.5, 1]]])
    assert len(set(COLORS)) == len(COLORS)


# Words


@given(st.floats(-1e300, 1e300))
def test_numbers_are_short_and_near(value: float) -> None:
    text = number(value)
    assert len(text) <= 11
    assert float(text.replace(",", "")) == pytest.approx(value, rel=1e-3)


@given(st.text())
def test_a_label_is_one_short_printable_line(text: str) -> None:
    shown = label(text)
    assert len(shown) <= 18
    assert len(shown.splitlines()) <= 1
    assert "\x1b" not in shown


def test_scores_in_words() -> None:
    assert score(1.0, "accuracy") == "100.0%"
    assert score(-3.0, "R²") == "-3.000"


def test_shading_covers_the_range() -> None:
    text = shaded(np.array([[-1.0, 0.0, 0.25], [0.5, 0.75, 2.0]]))
    assert text == "    ░░\n▒▒▓▓██"


def test_a_stream_without_a_character_gets_the_nearest() -> None:
    assert "R² 3 → 4 ━━─ ▓█ é日".encode("ascii", SPELLED) == b"R2 3 -> 4 ==- *# ??"
    assert "² → é".encode("latin-1", SPELLED) == "² -> é".encode("latin-1")
