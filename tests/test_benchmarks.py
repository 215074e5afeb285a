"""The benchmark's engines agree, and its verdicts follow from the ratios."""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "benchmarks"
NEED_NOTHING = "numpy_hand,autograd_lite_eager,autograd_lite_compiled"

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="a distribution has no benchmarks")


@pytest.mark.parametrize("workload", ["tanh_mlp", "logistic"])
def test_a_row_is_measured_and_its_engines_agree(workload: str) -> None:
    done = subprocess.run(
        [sys.executable, FOLDER / "run.py", "--workloads", workload, "--engines", NEED_NOTHING,
         "--rounds", "1", "--seconds", "0.01"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert "was left out" not in done.stdout
    assert "does not compute" not in done.stdout
    assert done.returncode == 0, done.stderr
    assert f"## {workload}: " in done.stdout


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The benchmark's modules, whose names are forgotten afterwards."""
    monkeypatch.syspath_prepend(FOLDER)
    known = set(sys.modules)
    names = ("compiled_targets", "results", "measurement", "engines", "report", "workloads")
    yield SimpleNamespace(**{name: importlib.import_module(name) for name in names})
    for name in set(sys.modules) - known:
        if str(FOLDER) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def results_of(bench: Any, *measured: dict[str, Any]) -> Any:
    """Results of measurements that are alike but for what is given."""
    alike = {
        "workload": "rnn", "version": "1", "fastest": 1.0, "start": 1.0, "first": 2.0,
        "cores": 1.0, "others": 0.0, "faults": 0.0, "peak": 200, "loss": 1.0,
        "prints": [(1.0, 0.5)], "round": 1,
    }  # fmt: skip
    found = bench.results.Results(date="", machine="", interpreter=100, numpy=None)
    found.measurements += [bench.measurement.Measurement(**(alike | given)) for given in measured]
    return found


def target(bench: Any, workload: str, quantity: str, rival: str) -> Any:
    (found,) = [
        target
        for target in bench.compiled_targets.TARGETS
        if (target.workload, target.quantity, target.rival) == (workload, quantity, rival)
    ]
    return found


def test_every_workload_has_its_loss_and_is_written_by_hand(bench: Any) -> None:
    by_hand = importlib.import_module("engines.numpy_hand").BY_HAND
    losses = importlib.import_module("losses.autograd_lite_losses")
    assert by_hand.keys() == bench.workloads.WORKLOADS.keys()
    assert (losses.LOSSES | losses.MAPS).keys() == bench.workloads.WORKLOADS.keys()


def test_of_several_rivals_the_best_counts_and_is_named(bench: Any) -> None:
    results = results_of(
        bench,
        {"engine": "autograd_lite_compiled", "step": 1.5},
        {"engine": "numpy_hand", "step": 0.5},
        {"engine": "torch_eager", "step": 3.0},
        {"engine": "jax_jit", "step": 2.0},
        {"engine": "jax_jit_sync", "step": 1.0},
    )
    found = target(bench, "rnn", "time", "the fastest peer")
    against = found.against(results)
    assert (against.engine, against.ratios) == ("jax_jit_sync", [1.5])
    assert found.rival_in(against) == "the fastest peer, jax.jit synchronous"
    assert found.verdict(against, results) == "missed"
    by_hand = target(bench, "rnn", "time", "NumPy by hand")
    assert by_hand.against(results).ratios == [3.0]


def test_a_ratio_at_the_limit_reaches_it(bench: Any) -> None:
    results = results_of(
        bench,
        {"engine": "autograd_lite_compiled", "step": 0.85},
        {"engine": "numpy_hand", "step": 1.0},
    )
    found = target(bench, "rnn", "time", "NumPy by hand")
    assert found.verdict(found.against(results), results) == "reached"
    nobody = target(bench, "rnn", "time", "the fastest peer")
    assert nobody.verdict(nobody.against(results), results) == "not measured"


def test_a_wrong_result_reaches_nothing(bench: Any) -> None:
    results = results_of(
        bench,
        {"engine": "autograd_lite_compiled", "step": 0.1, "loss": 1.01},
        {"engine": "numpy_hand", "step": 1.0},
    )
    found = target(bench, "rnn", "time", "NumPy by hand")
    assert found.verdict(found.against(results), results) == "WRONG"
    assert "autograd_lite_compiled does not compute what NumPy by hand does at rnn." in (
        bench.report.disagreements(results)
    )


def test_torch_compile_is_held_to_its_first_round(bench: Any) -> None:
    results = results_of(
        bench,
        {"engine": "autograd_lite_compiled", "step": 1.0, "first": 2.0},
        {"engine": "torch_compile", "step": 1.0, "first": 101.0},
        {"engine": "jax_jit", "step": 1.0, "first": 11.0},
        {"engine": "autograd_lite_compiled", "step": 1.0, "first": 2.0, "round": 2},
        {"engine": "torch_compile", "step": 1.0, "first": 2.0, "round": 2},
        {"engine": "jax_jit", "step": 1.0, "first": 21.0, "round": 2},
    )
    inductor = target(bench, "rnn", "compilation", "torch.compile")
    assert inductor.against(results).ratios == [0.01]
    assert inductor.verdict(inductor.against(results), results) == "reached"
    jax = target(bench, "rnn", "compilation", "jax.jit")
    assert jax.against(results).ratios == [0.1, 0.05]


def test_memory_is_what_exceeds_the_bare_interpreter(bench: Any) -> None:
    results = results_of(
        bench,
        {"engine": "autograd_lite_compiled", "step": 1.0, "peak": 125},
        {"engine": "torch_eager", "step": 1.0, "peak": 200},
    )
    memory = target(bench, "rnn", "memory over the interpreter", "PyTorch eager")
    assert memory.against(results).ratios == [0.25]
    assert "0.25" in bench.report.compiled_table(results)
