"""The command: what it accepts, what it says when it cannot, and one run of it as a program."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograd_lite import cli
from autograd_lite.app.settings import Settings

ROOT = Path(__file__).parent.parent

TABLE = "a,b,kind\n" + "".join(f"{k},{-k},{'xy'[k % 2]}\n" for k in range(20))


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test in a folder of its own, in which a failed command leaves nothing."""
    monkeypatch.chdir(tmp_path)
    yield


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The sentence with which the command refuses; it writes nothing and exits with 2."""
    before = sorted(Path().rglob("*"))
    try:
        code = cli.main(arguments)
    except SystemExit as exit_:
        code = int(str(exit_.code))
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert sorted(Path().rglob("*")) == before
    assert err.count("\n") == 1
    assert err.startswith("autograd-lite: ")
    return err.removeprefix("autograd-lite: ").strip()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--rate -1", "argument --lr/--rate: it must be a positive number, not '-1'"),
        ("--rate 0", "argument --lr/--rate: it must be a positive number, not '0'"),
        ("--rate nan", "argument --lr/--rate: it must be a positive number, not 'nan'"),
        ("--rate inf", "argument --lr/--rate: it must be a positive number, not 'inf'"),
        ("--epochs 0", "argument --epochs: it must be a whole number of at least 1, not '0'"),
        ("--epochs 1.5", "argument --epochs: it must be a whole number of at least 1, not '1.5'"),
        ("--batch-size x", "--batch-size: it must be a whole number of at least 1, not 'x'"),
        ("--seed -1", "argument --seed: it must be a whole number of at least 0, not '-1'"),
        ("--hidden 8 0", "--hidden: a size must be a whole number from 1 to 100,000, not '0'"),
        ("--activation rellu", "argument --activation: invalid choice: 'rellu' (choose from"),
        ("--optimizer nope", "argument --optimizer: invalid choice: 'nope' (choose from"),
        ("--lr 0", "argument --lr/--rate: it must be a positive number, not '0'"),
        ("--target a", "--target goes with a CSV file; digits has a target of its own"),
        ("--resume x", "--resume goes on with a run as it was set; leave out data"),
        ("--nope", "unrecognized arguments: --nope"),
        ("--out .", ". is already there; remove it, or choose another folder with --out"),
    ],
)
def test_bad_options_are_refused(
    arguments: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("file").write_text("so that the folder is not empty")
    assert sentence in refused(capsys, "train", "digits", *arguments.split())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b,kind\n1,2,x\n3,,y\n", "table.csv, line 3, column 'b': the value is missing"),
        ("a,b,kind\n1,2,x\n3,4\n", "table.csv, line 3: 2 cells where the header names 3 columns"),
        (TABLE + "oops,1,x\n", "table.csv, line 22, column 'a': 'oops' is not a number"),
        ("a,b,kind\n", "table.csv has a header and no rows"),
        ("", "table.csv is empty"),
    ],
)
def test_a_bad_table_is_refused_with_line_and_column(
    text: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("table.csv").write_text(text)
    assert sentence in refused(capsys, "train", "table.csv", "--target", "kind")


def test_a_target_that_is_missing_or_unknown_is_answered_with_the_columns(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("table.csv").write_text(TABLE)
    assert refused(capsys, "train", "table.csv").endswith("it has 'a', 'b', 'kind'")
    assert "'a', 'b', 'kind'" in refused(capsys, "train", "table.csv", "--target", "zzz")
    assert "did you mean 'kind'?" in refused(capsys, "train", "table.csv", "--target", "kinds")


SETS = "digits, circle, xor, gaussians, spiral, plane, gaussian-regression, moons, blobs"


def test_data_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = f"there is no set and no file mnist; the sets are {SETS}"
    assert refused(capsys, "train", "mnist") == sentence
    assert refused(capsys, "train", "mnist", "--target", "x") == sentence
    sentence = f"there is no set and no file spirals; did you mean spiral? The sets are {SETS}"
    assert refused(capsys, "train", "spirals") == sentence
    assert refused(capsys, "train") == f"say what to train on: {SETS} or a CSV file"


def test_a_run_to_go_on_with_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = "is not a run's folder: it must hold summary.json and checkpoint.safetensors"
    assert refused(capsys, "train", "--resume", "a/b") == f"{Path('a/b')} {sentence}"
    told = refused(capsys, "train", "--resume", "a", "--hidden", "3", "--seed", "2")
    assert told == "--resume goes on with a run as it was set; leave out hidden, seed"


def test_a_place_that_cannot_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").write_text("no folder")
    told = refused(capsys, "train", "digits", "--epochs", "1", "--out", "file/below/run")
    assert re.search(r"file/below: Not a directory|file: File exists", told)


def test_a_loss_that_is_not_finite(capsys: pytest.CaptureFixture[str]) -> None:
    told = refused(capsys, "train", "digits", "--rate", "1e30", "--epochs", "1")
    assert told.endswith("try a smaller rate than 1e+30")


@pytest.mark.parametrize("package", ["rich", "matplotlib", "safetensors"])
def test_a_missing_package_is_named(
    package: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    told = refused(capsys, "train", "digits")
    assert told == (
        f'training needs {package}, which the command pip install "autograd_lite[app]" brings'
    )


def test_help_and_version(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.main([]) == 2
    assert "autograd-lite train digits" in capsys.readouterr().out
    with pytest.raises(SystemExit) as caught:
        cli.main(["train", "--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    for option in ("hidden", "activation", "optimizer", "lr", "epochs", "batch-size", "resume"):
        assert f"--{option}" in text
    assert all(len(line) <= 80 for line in text.splitlines())
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert capsys.readouterr().out.startswith("autograd-lite ")


def settings_of(*arguments: str) -> Settings:
    parser = cli.make_parser()
    return cli.settings_from(parser, parser.parse_args(["train", *arguments]))


def test_what_is_not_said_has_a_default() -> None:
    assert settings_of("digits") == Settings(
        "digits", None, (128, 64), "relu", "adam", 0.01, 40, 32, 0, None
    )
    assert settings_of("spiral") == Settings(
        "spiral", None, (32, 32), "relu", "adam", 0.01, 100, 32, 0, None
    )
    assert settings_of("digits", "--optimizer", "sgd").rate == 0.3
    Path("table.csv").write_text(TABLE)
    assert settings_of("table.csv", "--target", "kind").rate == pytest.approx(0.001)
    assert settings_of("table.csv", "--target", "kind", "--rate", "2").rate == 2


def test_lr_is_the_rate() -> None:
    assert settings_of("digits", "--lr", "0.5").rate == 0.5


def test_every_option_arrives() -> None:
    said = (
        "digits --hidden 7 8 9 --activation tanh --optimizer rmsprop --rate 0.5 --epochs 3 "
        "--batch-size 5 --seed 11 --out a/b"
    )
    assert settings_of(*said.split()) == Settings(
        "digits", None, (7, 8, 9), "tanh", "rmsprop", 0.5, 3, 5, 11, Path("a/b")
    )


def test_ctrl_c(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(settings: Settings, resumed: Path | None) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "run", interrupted)
    assert cli.main(["train", "digits"]) == 130
    assert capsys.readouterr().err == "autograd-lite: interrupted; nothing is saved\n"
    monkeypatch.setattr(cli, "run", lambda settings, resumed: False)
    assert cli.main(["train", "digits"]) == 130


def test_the_command_as_a_program() -> None:
    """Neither colors nor a bar where there is no terminal, even if colors are asked for."""
    done = subprocess.run(
        [
            *(sys.executable, "-W", "error", "-m", "autograd_lite"),
            *("train", "digits", "--epochs", "3", "--hidden", "8", "--out", "run"),
        ],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(
        rb"(epoch \d/3  loss \d\.\d{4}  accuracy .*  val loss .*  val accuracy .*\n){3}",
        done.stderr,
    )
    assert b"\x1b" not in done.stdout
    assert b"64 -> 8 -> 10, relu, 610 parameters" in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    assert {path.name for path in Path("run").iterdir()} >= {"graph.svg", "weights.safetensors"}
