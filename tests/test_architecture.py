"""The shape of the house: who may import whom, what importing costs, what is public."""

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import autograd_lite as ag
from autograd_lite import errors

ROOT = Path(ag.__file__).parent

# A module imports only from rows above its own, or from its own package.
LAYERS = [
    "version", "errors", "random", "tree", "core", "ops", "transforms", "check", "testing", "nn",
    "optim", "drawing", "compiler", "data", "storage", "training", "app", "cli", "__main__",
]  # fmt: skip
CORE = [
    "state", "overriding", "graph", "backward", "forward", "rules", "refusal", "tensor", "batched",
    "record", "declare",
]  # fmt: skip
EXTRAS = {"graphviz", "pygraphviz", "matplotlib", "safetensors", "rich", "hypothesis", "scipy"}
FILES = sorted(ROOT.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Every module that a file imports, by full name, and whether a function does so."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    at_top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) not in at_top
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where they lead"
            module = node.module or ""
            for alias in node.names:
                below = ROOT.parent.joinpath(*module.split("."), alias.name)
                is_module = below.is_dir() or below.with_suffix(".py").is_file()
                yield f"{module}.{alias.name}" if is_module else module, id(node) not in at_top


def own_imports(path: Path) -> set[str]:
    """The library's modules that a file imports, without the library's name."""
    return {
        name.removeprefix("autograd_lite").lstrip(".")
        for name, _ in imports(path)
        if name.split(".")[0] == "autograd_lite"
    }


every_file = pytest.mark.parametrize("path", FILES, ids=name_of)


@every_file
def test_modules_import_only_downwards(path: Path) -> None:
    name = name_of(path)
    if not name:
        return  # the package itself gathers what is public
    room = name.split(".")[0]
    assert room in LAYERS, f"{room} has no place in the order of rooms"
    for imported in own_imports(path):
        assert imported, f"{name} imports the whole package"
        other = imported.split(".")[0]
        assert other == room or LAYERS.index(other) < LAYERS.index(room), (
            f"{name} imports {imported}, which stands above it"
        )


def test_the_core_is_in_order() -> None:
    for place, name in enumerate(CORE):
        below = {f"core.{other}" for other in CORE[:place]} | {"errors"}
        assert own_imports(ROOT / "core" / f"{name}.py") <= below
    assert {path.stem for path in (ROOT / "core").glob("*.py")} == {*CORE, "__init__"}


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {name_of(path): own_imports(path) for path in FILES}
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above, name))
        if name in done:
            return
        for other in sorted(graph.get(name, ())):
            visit(other, (*above, name))
        done.add(name)

    for name in graph:
        visit(name, ())


@every_file
def test_only_extras_are_imported_late(path: Path) -> None:
    late = {name.split(".")[0] for name, is_late in imports(path) if is_late}
    assert late <= EXTRAS


@every_file
def test_only_numpy_and_the_standard_library_are_imported_at_once(path: Path) -> None:
    early = {name.split(".")[0] for name, is_late in imports(path) if not is_late}
    allowed = {"numpy", "autograd_lite", *sys.stdlib_module_names}
    if name_of(path).split(".")[0] == "testing":
        allowed.add("hypothesis")
    if name_of(path).startswith("ops.special"):
        allowed.add("scipy")  # loaded only when SciPy is
    assert early <= allowed


@every_file
def test_no_tricks(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "TYPE_CHECKING" not in text
    assert "import *" not in text
    assert "from __future__" not in text
    for line in text.splitlines():
        assert not line.rstrip().endswith(("# noqa", "# type: ignore")), line


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True, text=True, check=True, cwd=ROOT.parent,
    )  # fmt: skip
    return done.stdout


def test_importing_needs_numpy_alone() -> None:
    code = (
        "import sys, numpy, numpy.random; before = set(sys.modules)\n"
        "import autograd_lite\n"
        "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )
    found = set(run(code).split()) - set(sys.stdlib_module_names)
    assert found <= {"autograd_lite", "numpy"}


def test_importing_prints_and_changes_nothing() -> None:
    code = (
        "import numpy, warnings, threading; state = numpy.geterr(), numpy.get_printoptions()\n"
        "filters = list(warnings.filters); random = numpy.random.get_state()[1].tolist()\n"
        "import autograd_lite\n"
        "assert state == (numpy.geterr(), numpy.get_printoptions())\n"
        "assert filters == warnings.filters and threading.active_count() == 1\n"
        "assert numpy.random.get_state()[1].tolist() == random\n"
    )
    assert run(code) == ""


def test_every_room_can_be_entered_first() -> None:
    rooms = {name_of(path).split(".")[0] for path in FILES}
    names = sorted(rooms - {"", "testing", "__main__"})
    code = (
        "import importlib, sys\n"
        f"for name in {names!r}:\n"
        "    for loaded in [m for m in sys.modules if m.split('.')[0] == 'autograd_lite']:\n"
        "        del sys.modules[loaded]\n"
        "    importlib.import_module('autograd_lite.' + name)\n"
    )
    run(code)


# What is public


def packages() -> list[ModuleType]:
    found = [ag]
    for info in pkgutil.iter_modules(ag.__path__, "autograd_lite."):
        if info.ispkg:
            found.append(importlib.import_module(info.name))
    return found


@pytest.mark.parametrize("package", packages(), ids=lambda package: package.__name__)
def test_no_module_shares_its_name_with_anything_public(package: ModuleType) -> None:
    """A package attribute that is both a module and a function breaks on the second use."""
    for info in pkgutil.iter_modules(package.__path__):
        attribute = getattr(package, info.name, None)
        assert attribute is None or inspect.ismodule(attribute), f"{package.__name__}.{info.name}"


def test_module_names_are_not_public_functions() -> None:
    modules = {path.stem for path in ROOT.glob("*.py")} | {
        path.name for path in ROOT.iterdir() if path.is_dir()
    }
    functions = {name for name in ag.__all__ if not inspect.ismodule(getattr(ag, name))}
    assert not modules & functions


def test_all_lists_what_is_public() -> None:
    assert len(set(ag.__all__)) == len(ag.__all__)
    assert list(ag.__all__) == sorted(ag.__all__)
    visible = {
        name
        for name in vars(ag)
        if not name.startswith("_") and not inspect.ismodule(getattr(ag, name))
    }
    assert visible <= set(ag.__all__)
    for name in ag.__all__:
        assert hasattr(ag, name)


@pytest.mark.parametrize("name", ag.__all__)
def test_public_names_are_documented(name: str) -> None:
    thing = getattr(ag, name)
    text = thing.__doc__ or ""
    assert len(text.split()) >= 3, f"{name} says {text!r}"
    assert not text.startswith("partial(")


def test_public_names_of_rooms_are_documented() -> None:
    for package in packages()[1:]:
        assert package.__doc__, package.__name__
        for name in getattr(package, "__all__", ()):
            thing = getattr(package, name)
            if callable(thing) or inspect.ismodule(thing):
                assert thing.__doc__, f"{package.__name__}.{name}"


def test_public_methods_of_tensor_are_documented() -> None:
    for name, thing in vars(ag.Tensor).items():
        if not name.startswith("_") and (inspect.isfunction(thing) or isinstance(thing, property)):
            assert thing.__doc__ or name in PLAIN, name


# NumPy's own attributes, whose names say it all.
PLAIN = {"shape", "dtype", "ndim", "size", "nbytes", "itemsize", "name", "T", "mT", "real", "imag"}


def test_every_exception_is_public_and_listed() -> None:
    classes = {
        name: thing
        for name, thing in vars(errors).items()
        if inspect.isclass(thing) and issubclass(thing, Exception)
    }
    for name, thing in classes.items():
        assert getattr(ag, name) is thing
        assert name in (errors.__doc__ or "")
        assert thing.__doc__


def test_the_package_is_typed_and_brings_its_data() -> None:
    assert (ROOT / "py.typed").is_file()
    assert (ROOT / "data" / "digits.LICENSE.txt").is_file()


def test_public_functions_have_type_hints() -> None:
    for name in ag.__all__:
        thing = getattr(ag, name)
        if inspect.isfunction(thing) and not hasattr(thing, "primitive"):
            assert "return" in thing.__annotations__, name
