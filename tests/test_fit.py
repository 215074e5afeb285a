"""fit: the loop against one written by hand, and what it promises about stopping and going on."""

import io
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite.optim import schedules
from autograd_lite.training import History, accuracy, evaluate, r_squared
from autograd_lite.training.interruption import Interruption
from autograd_lite.training.progress import LINES, figure, shown_progress

TRAIN, HELD_OUT = ag.data.split(
    ag.data.xor(200, rng=np.random.default_rng(0)), 0.25, rng=np.random.default_rng(1)
)


def net(seed: int = 0) -> ag.nn.Module:
    return ag.nn.MLP([2, 8, 2], "tanh", rng=np.random.default_rng(seed))


def dropping(seed: int = 0) -> ag.nn.Module:
    """With draws of the library's generator and with running statistics."""
    rng = np.random.default_rng(seed)
    layers = ag.nn.Linear(2, 8, rng=rng), ag.nn.BatchNorm1d(8), ag.nn.ReLU(), ag.nn.Dropout(0.3)
    return ag.nn.Sequential(*layers, ag.nn.Linear(8, 2, rng=rng))


def fitted(model: Any, epochs: int, **options: Any) -> History:
    optimizer = options.pop("optimizer", None) or ag.optim.Adam(model.parameters(), lr=0.02)
    loss = options.pop("loss", ag.cross_entropy)
    options = {"progress": False, "rng": np.random.default_rng(3), **options}
    return ag.fit(model, TRAIN, loss, optimizer, epochs=epochs, **options)


def same(one: Any, two: Any) -> bool:
    first, second = one.state_dict(), two.state_dict()
    assert first.keys() == second.keys()
    return all(np.array_equal(first[name], second[name]) for name in first)


# The loop


def test_it_is_the_loop_one_writes_by_hand() -> None:
    model, mine = net(), net()
    history = fitted(
        model, 3, batch_size=40, max_norm=0.1, validation=HELD_OUT, metrics={"accuracy": accuracy},
        optimizer=ag.optim.SGD(model.parameters(), lr=schedules.cosine(0.5, T_max=12)),
    )  # fmt: skip
    optimizer = ag.optim.SGD(mine.parameters(), lr=0.5)
    rng, losses, hits, held_out = np.random.default_rng(3), [], [], []
    for step in range(12):
        if step % 4 == 0:
            order = rng.permutation(150)
            losses.append(0.0)
            hits.append(0)
        rows = order[step % 4 * 40 : step % 4 * 40 + 40]
        outputs = mine(TRAIN.inputs[rows])
        loss = ag.cross_entropy(outputs, TRAIN.targets[rows])
        optimizer.zero_grad()
        loss.backward()
        ag.optim.clip_grad_norm_(mine.parameters(), 0.1)
        optimizer.lr = 0.25 * (1 + np.cos(np.pi * step / 12))
        optimizer.step()
        losses[-1] += loss.item() * len(rows) / 150
        hits[-1] += int(np.sum(outputs.numpy().argmax(axis=1) == TRAIN.targets[rows]))
        if step % 4 == 3:
            held_out.append(ag.cross_entropy(mine(HELD_OUT.inputs), HELD_OUT.targets).item())
    for name, value in mine.state_dict().items():
        np.testing.assert_allclose(model.state_dict()[name], value, rtol=1e-5, atol=1e-7)
    assert history.epoch == [1, 2, 3]
    assert history.train["loss"] == pytest.approx(losses)
    assert history.train["accuracy"] == [count / 150 for count in hits]
    assert history.validation["loss"] == pytest.approx(held_out, rel=1e-5)
    assert history.rate == pytest.approx([0.25 * (1 + np.cos(np.pi * s / 12)) for s in (3, 7, 11)])


def test_inputs_and_outputs_may_be_trees() -> None:
    class Pair(ag.nn.Module):
        def __init__(self) -> None:
            self.one, self.two = ag.nn.Linear(1, 3), ag.nn.Linear(1, 3)

        def forward(self, x: Any) -> Any:
            return {"sum": self.one(x["a"]) + self.two(x["b"]), "a": x["a"]}

    x = {"a": np.ones((10, 1), np.float32), "b": np.ones((10, 1), np.float32)}
    y = {"sum": np.zeros((10, 3), np.float32)}
    model = Pair()
    history = ag.fit(
        model, (x, y), lambda o, t: ag.mse(o["sum"], t["sum"]),
        ag.optim.SGD(model.parameters(), lr=0.1), epochs=20, batch_size=3, validation=(x, y),
        metrics={"largest": lambda o, t: np.abs(o["sum"]).max()}, progress=False,
    )  # fmt: skip
    assert history.validation["largest"][-1] < 0.1 * history.validation["largest"][0]


def test_without_a_generator_the_library_s_shuffles() -> None:
    models = [net(), net(), net()]
    for model, seed in zip(models, (5, 5, 6), strict=True):
        ag.seed(seed)
        fitted(model, 2, rng=None)
    assert same(models[0], models[1])
    assert not same(models[0], models[2])


def test_modes_are_for_training_and_for_measuring() -> None:
    modes: list[bool] = []

    class Watching(ag.nn.Module):
        def __init__(self) -> None:
            self.layer = ag.nn.Linear(2, 2)

        def forward(self, x: Any) -> Any:
            modes.append(self.training)
            return self.layer(x)

    model = Watching()
    fitted(model, 2, batch_size=75, validation=HELD_OUT)
    assert modes == [True, True, False] * 2
    assert not model.training


def test_plateau_lowers_the_rate() -> None:
    model = net()
    optimizer = ag.optim.SGD(model.parameters(), lr=1e-6)
    plateau = ag.optim.ReduceLROnPlateau(optimizer, patience=1, threshold=0.5, eps=0.0)
    history = fitted(model, 5, optimizer=optimizer, plateau=plateau)
    assert history.rate == pytest.approx([1e-6, 1e-6, 1e-6, 1e-7, 1e-7])


# Early stopping


def worsening(losses: Sequence[float]) -> Any:
    """A loss that in evaluation is given, epoch by epoch."""
    given = iter(losses)

    def loss(outputs: Any, targets: Any) -> Any:
        if isinstance(outputs, ag.Tensor):
            return ag.cross_entropy(outputs, targets)
        return next(given)

    return loss


def test_patience_ends_training_and_brings_the_best_weights_back() -> None:
    model, shorter = net(), net()
    history = fitted(
        model, 50, loss=worsening([4, 3, 2, 2, 5, 3, 1]), validation=HELD_OUT, patience=3
    )
    assert len(history) == 6
    assert history.stopped_early
    assert not history.interrupted
    assert history.best == 2
    fitted(shorter, 3)
    assert same(model, shorter)


def test_patience_brings_the_best_weights_back_at_the_end_too() -> None:
    model, shorter = net(), net()
    history = fitted(model, 3, loss=worsening([4, 3, 5]), validation=HELD_OUT, patience=1)
    assert (len(history), history.stopped_early) == (3, False)
    fitted(shorter, 2)
    assert same(model, shorter)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12), st.integers(1, 4))
def test_patience_is_counted_from_the_first_of_the_best(losses: list[int], patience: int) -> None:
    rows, model = (np.ones((2, 1), np.float32), np.array([0, 1])), ag.nn.Linear(1, 2)
    history = ag.fit(
        model, rows, worsening(losses), ag.optim.SGD(model.parameters(), lr=0.1),
        epochs=len(losses), validation=rows, patience=patience, progress=False,
    )  # fmt: skip
    waits = [done - losses.index(min(losses[: done + 1])) for done in range(len(losses))]
    expected = next((k + 1 for k, wait in enumerate(waits) if wait >= patience), len(losses))
    assert len(history) == expected
    assert history.stopped_early == (expected < len(losses))


# Checkpoints


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
@pytest.mark.parametrize("own_rng", [True, False])
def test_a_resumed_run_is_the_run_that_never_stopped(
    tmp_path: Path, suffix: str, own_rng: bool
) -> None:
    if suffix == ".safetensors":
        pytest.importorskip("safetensors")
    file = tmp_path / f"run{suffix}"

    def part(epochs: int, resume: bool) -> tuple[Any, History]:
        model = dropping(seed=9 if resume else 0)  # where it begins must not matter
        optimizer = ag.optim.Adam(model.parameters(), lr=0.05)
        history = fitted(
            model, epochs, optimizer=optimizer, validation=HELD_OUT, patience=3, resume=resume,
            metrics={"accuracy": accuracy}, checkpoint=file,
            plateau=ag.optim.ReduceLROnPlateau(optimizer, patience=0, factor=0.7),
            rng=np.random.default_rng(9 if resume else 3) if own_rng else None,
        )  # fmt: skip
        return model, history

    ag.seed(1)
    whole, expected = part(12, resume=False)
    ag.seed(1)
    part(4, resume=False)
    ag.seed(2)
    resumed, history = part(12, resume=True)
    assert history == expected
    assert same(whole, resumed)


def test_an_interrupted_run_goes_on_from_its_last_whole_epoch(tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    whole, stopped, resumed = net(), net(), net(7)
    expected = fitted(whole, 6)
    with default_ctrl_c():
        history = fitted(stopped, 6, loss=interrupting(after=13), checkpoint=file)
    assert history.interrupted
    assert history.epoch == [1, 2, pytest.approx(2.6)]
    found = fitted(resumed, 6, checkpoint=file, resume=True)
    assert found == expected
    assert same(whole, resumed)


def test_an_interruption_in_the_first_epoch_can_be_resumed(tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    whole, resumed = net(), net(7)
    fitted(whole, 2)
    with default_ctrl_c():
        fitted(net(), 2, loss=interrupting(after=2), checkpoint=file)
    fitted(resumed, 2, checkpoint=file, resume=True)
    assert same(whole, resumed)


def test_nothing_is_left_to_do(tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    model, again = net(), net(7)
    history = fitted(model, 2, checkpoint=file)
    assert fitted(again, 2, checkpoint=file, resume=True) == history
    assert same(model, again)


# Ctrl-C


@contextmanager
def default_ctrl_c() -> Iterator[None]:
    """Python's own handling of Ctrl-C, which must be there at the end as well."""
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def interrupting(after: int) -> Any:
    """Cross-entropy, with a Ctrl-C during one of its calls."""
    calls = 0

    def loss(outputs: Any, targets: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == after:
            signal.raise_signal(signal.SIGINT)
        return ag.cross_entropy(outputs, targets)

    return loss


def test_ctrl_c_keeps_what_was_learned() -> None:
    model, one_epoch = net(), net()
    with default_ctrl_c():
        history = fitted(model, 100, loss=interrupting(after=5))  # the last step of an epoch
    assert history.interrupted
    assert history.epoch == [1]
    fitted(one_epoch, 1)
    assert same(model, one_epoch)


def test_ctrl_c_keeps_the_weights_as_they_are_in_spite_of_patience() -> None:
    model, stopped = net(), net()
    with default_ctrl_c():
        loss = interrupting(after=9)  # five steps and a validation, then the third step
        fitted(model, 100, loss=loss, validation=HELD_OUT, patience=1)
        fitted(stopped, 100, loss=interrupting(after=8))
    assert same(model, stopped)


def test_ctrl_c_at_the_very_end_interrupts_nothing() -> None:
    with default_ctrl_c():
        history = fitted(net(), 1, loss=interrupting(after=5))
    assert not history.interrupted


def test_a_second_ctrl_c_ends_at_once() -> None:
    with default_ctrl_c(), pytest.raises(KeyboardInterrupt), Interruption() as interruption:
        signal.raise_signal(signal.SIGINT)
        assert interruption.asked
        signal.raise_signal(signal.SIGINT)


def test_an_ignored_ctrl_c_stays_ignored() -> None:
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interruption() as interruption:
            signal.raise_signal(signal.SIGINT)
            assert not interruption.asked
    finally:
        signal.signal(signal.SIGINT, before)


def test_training_works_in_a_thread() -> None:
    found: list[History] = []
    thread = threading.Thread(target=lambda: found.append(fitted(net(), 2)))
    thread.start()
    thread.join()
    assert found[0].epoch == [1, 2]


# What is refused


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"epochs": 0}, "fit: epochs must be a positive integer, not 0"),
        ({"batch_size": 2.5}, "fit: batch_size must be a positive integer, not 2.5"),
        ({"patience": 3}, "fit: patience watches the validation rows; pass validation="),
        ({"patience": 0, "validation": TRAIN}, "patience must be a positive integer, not 0"),
        ({"resume": True}, "fit: resume goes on from a file; pass checkpoint="),
        ({"data": TRAIN.inputs}, r"fit: data is a pair \(inputs, targets\).*found ndarray"),
        ({"data": (TRAIN.inputs, TRAIN.targets[1:])}, "same number of rows"),
        ({"validation": 3}, r"fit: validation is a pair \(inputs, targets\).*found int"),
        ({"data": (np.ones((0, 2)), np.ones(0, int))}, "fit: data has no rows"),
    ],
)
def test_what_does_not_make_sense_is_refused(options: dict[str, Any], sentence: str) -> None:
    model = net()
    given = {"epochs": 1, "progress": False, **options}
    data = given.pop("data", TRAIN)
    before = model.state_dict()
    with pytest.raises(ValueError, match=sentence):
        ag.fit(model, data, ag.cross_entropy, ag.optim.SGD(model.parameters(), lr=0.1), **given)
    assert all(np.array_equal(before[name], value) for name, value in model.state_dict().items())


def test_a_checkpoint_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ag.StorageError, match="No such file"):
        fitted(net(), 1, checkpoint=tmp_path / "run.npz", resume=True)


def test_a_loss_that_is_not_finite_ends_training_before_the_step() -> None:
    model = net()
    calls = iter([1.0, 1.0, np.nan])
    before: list[dict[str, Any]] = []

    def loss(outputs: Any, targets: Any) -> Any:
        before.append(model.state_dict())
        return ag.cross_entropy(outputs, targets) * next(calls)

    with pytest.raises(
        FloatingPointError, match=r"loss is nan in epoch 1.*smaller rate than 0\.02"
    ):
        fitted(model, 1, loss=loss)
    for name, value in model.state_dict().items():
        assert np.array_equal(before[-1][name], value)
    assert not model.training


# Progress


def history_of(epochs: int) -> History:
    history = History()
    for epoch in range(1, epochs + 1):
        both = {"loss": 0.5, "accuracy": 0.25}
        history.add(epoch, 0.1, both, both)
    return history


@given(st.integers(1, 5000))
def test_a_log_file_is_not_flooded(epochs: int) -> None:
    stream, history = io.StringIO(), History()
    with shown_progress(stream, history, epochs, 3) as progress:
        for epoch in range(1, epochs + 1):
            progress.step(0.5)
            history.add(epoch, 0.1, {"loss": 0.5}, {"loss": 0.25, "accuracy": 1.0})
            progress.epoch()
    lines = stream.getvalue().splitlines()
    assert 1 <= len(lines) <= LINES + 1
    assert lines[-1] == (
        f"epoch {epochs}/{epochs}  loss 0.5000  val loss 0.2500  val accuracy 1.000"
    )


def test_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    fitted(net(), 2, progress=False)
    assert capsys.readouterr() == ("", "")
    options: dict[str, Any] = {"validation": HELD_OUT, "metrics": {"accuracy": accuracy}}
    fitted(net(), 2, progress=True, **options)
    out, err = capsys.readouterr()
    assert err == ""
    assert [line[:17] for line in out.splitlines()] == ["epoch 1/2  loss 0", "epoch 2/2  loss 0"]
    fitted(net(), 9, loss=worsening([1, 2, 3]), validation=HELD_OUT, patience=2, progress=True)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3].startswith("epoch 3/9  loss")
    assert lines[-2:] == [
        "Stopped early: the validation loss was least in epoch 1, whose weights the model",
        "  now has.",
    ]
    with default_ctrl_c():
        fitted(net(), 9, loss=interrupting(after=7), progress=True)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].startswith("epoch 1.4/9  loss")
    assert lines[-1] == "Interrupted after 1.4 of 9 epochs; what was learned until then stays."


@given(st.lists(st.text("abcdef ghi", min_size=1, max_size=20), min_size=0, max_size=9))
def test_lines_fit_a_terminal(names: list[str]) -> None:
    stream, history = io.StringIO(), History()
    with shown_progress(stream, history, 1, 1) as progress:
        figures = dict.fromkeys(["loss", *names], 123.456)
        history.add(1, 0.1, figures, figures)
        progress.epoch()
    assert all(len(line) <= 80 for line in stream.getvalue().splitlines())
    assert stream.getvalue().count("123.456") == 2 * len(figures)


def test_a_terminal_gets_a_bar_that_goes_when_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rich")

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream, history = Terminal(), History()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    with shown_progress(stream, history, 2, 3) as progress:
        for epoch in (1, 2):
            for _ in range(3):
                progress.step(0.5)
            history.add(epoch, 0.1, {"loss": 0.5, "R²": 0.1}, {"loss": 0.25, "R²": 0.2})
            progress.epoch()
    text = stream.getvalue()
    assert "epoch 1/2" in text
    bar, last = text.rsplit("\x1b[1A\x1b[2K", 1)
    assert "val loss 0.2500 val R² 0.200" in bar
    assert last == "epoch 2/2  loss 0.5000  R² 0.100  val loss 0.2500  val R² 0.200\n"


@given(st.floats(-1e300, 1e300), st.integers(3, 4))
def test_figures_are_short_and_near(value: float, decimals: int) -> None:
    text = figure(value, decimals)
    assert len(text) <= 10
    assert float(text) == pytest.approx(value, rel=0.06)


# History, evaluation, metrics


def test_a_history_is_plain_and_can_be_saved(tmp_path: Path) -> None:
    history = history_of(3)
    assert history.train["loss"] == [0.5, 0.5, 0.5]
    assert history.best == 0
    ag.save(tmp_path / "history.npz", {"history": history})
    assert History(**ag.load(tmp_path / "history.npz")["history"]) == history


def test_without_validation_the_training_loss_is_watched() -> None:
    history = History()
    for epoch, loss in enumerate([3.0, 1.0, 2.0], 1):
        history.add(epoch, 0.1, {"loss": loss}, {})
    assert history.best == 1
    assert history.validation == {}


@given(st.integers(1, 60))
def test_evaluation_does_not_depend_on_the_batches(batch_size: int) -> None:
    model = dropping()
    metrics = {"r2": lambda o, t: r_squared(o[:, 0], t)}
    found = evaluate(model, HELD_OUT, ag.cross_entropy, metrics=metrics, batch_size=batch_size)
    model.eval()
    outputs = model(HELD_OUT.inputs).numpy()
    assert found["loss"] == pytest.approx(float(ag.cross_entropy(outputs, HELD_OUT.targets)))
    assert found["r2"] == pytest.approx(r_squared(outputs[:, 0], HELD_OUT.targets))


def test_evaluation_leaves_the_modes_alone() -> None:
    model = dropping()
    model[1].eval()
    before = [module.training for module in model.modules()]
    evaluate(model, HELD_OUT, ag.cross_entropy)
    assert [module.training for module in model.modules()] == before
    assert len(set(before)) == 2


def test_accuracy_of_scores_and_of_logits() -> None:
    assert accuracy(np.array([[1.0, 2.0], [2.0, 1.0], [0.0, 3.0]]), np.array([1, 0, 0])) == 2 / 3
    assert accuracy(np.array([[1.0], [-1.0], [2.0], [0.0]]), np.array([[1], [0], [0], [0]])) == 0.75
    with pytest.raises(ValueError, match=r"accuracy: outputs \(3, 1\) and targets \(3, 2\)"):
        accuracy(np.ones((3, 1)), np.ones((3, 2)))


def test_r_squared_is_one_for_the_truth_and_zero_for_the_mean() -> None:
    truth = np.array([1.0, 2.0, 6.0])
    assert r_squared(truth, truth) == 1
    assert r_squared(np.full(3, 3.0), truth) == 0
    assert r_squared(truth[::-1], truth) < 0
    assert np.isnan(r_squared(truth, np.ones(3)))
    with pytest.raises(ValueError, match=r"outputs \(3, 1\) and targets \(3,\) must have one"):
        r_squared(truth[:, np.newaxis], truth)
