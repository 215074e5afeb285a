"""What the command `autograd-lite draw` draws: an expression, a saved network, a function."""

import ast
import contextlib
import importlib
import inspect
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite.app.expressions import (
    ExpressionError,
    assignments,
    computed,
    free_names,
    parsed,
)
from autograd_lite.core.tensor import Tensor
from autograd_lite.drawing import Drawing, draw
from autograd_lite.errors import AutogradLiteError, StorageError
from autograd_lite.nn import MLP, Module
from autograd_lite.storage import load

WEIGHTS = "weights.safetensors"  # of a run
BY_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def picture(target: str, at: Sequence[str], options: Mapping[str, Any]) -> Drawing:
    """The drawing of what `target` names, computed at the values that `at` gives."""
    given = {name: value for text in at for name, value in assignments(text).items()}
    if is_saved(target):
        return saved_network(Path(target), given, options)
    module, colon, name = target.partition(":")
    if colon and all(part.isidentifier() for part in f"{module}.{name}".split(".")):
        return named_function(module, name, given, options)
    return expression(target, given, options)


def is_saved(target: str) -> bool:
    """Whether a file or a folder is meant; a long expression is no name that a file can have."""
    if target.endswith((".safetensors", ".npz")):
        return True
    with contextlib.suppress(OSError, ValueError):
        return Path(target).is_dir()
    return False


def expression(text: str, given: Mapping[str, ast.expr], options: Mapping[str, Any]) -> Drawing:
    """The drawing of an expression; numbers and floating arrays become variables, by name."""
    formula = parsed(text)
    missing = [name for name in free_names(formula) if name not in given]
    if missing:
        example = ",".join(f"{name}={i}" for i, name in enumerate(missing, 1))
        verb = "has" if len(missing) == 1 else "have"
        raise ExpressionError(f"{', '.join(missing)} {verb} no value; give one: --at {example}")
    values = {name: value_of(part, name) for name, part in given.items()}
    tensors = {name: as_variable(value, name) for name, value in values.items()}

    return drawn(text, lambda: computed(formula, tensors), (), options)


def drawn(name: str, target: Any, args: tuple[Any, ...], options: Mapping[str, Any]) -> Drawing:
    """The drawing of what runs in code that is not ours, whose errors become a sentence."""
    try:
        return draw(target, *args, **options)
    except AutogradLiteError:
        raise
    except Exception as error:
        raise ExpressionError(f"{name:.60}: {type(error).__name__}: {error}") from error


def as_variable(value: Any, name: str) -> Any:
    is_index = isinstance(value, np.ndarray) and value.dtype.kind not in "fc"
    return value if is_index else Tensor(value, name)


def value_of(part: ast.expr, name: str) -> Any:
    """The value of an argument: a number, or an array."""
    value = computed(part, {})
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in "biufc":
        raise ExpressionError(f"{name} is a number or an array of numbers, not {value!r:.40}")
    return value if isinstance(value, int | float | complex) else array


def saved_network(path: Path, given: Mapping[str, ast.expr], options: Mapping[str, Any]) -> Drawing:
    """The drawing of the network that a run has saved, on its input `x`, by default one row."""
    file = path / WEIGHTS if path.is_dir() else path
    tree = load(file)
    if not isinstance(tree, dict) or not {"sizes", "activation"} <= tree.keys():
        raise StorageError(
            f"{file} holds no network that can be built again: it needs sizes and activation, as "
            "`autograd-lite train` saves them. Name a function that builds yours: module:function"
        )
    sizes = [int(size) for size in tree["sizes"]]
    net = MLP(sizes, str(tree["activation"]))
    names = {name for name, _ in net.named_parameters()}
    net.load_state_dict({name: tree[name] for name in names & tree.keys()})
    x = value_of(given["x"], "x") if "x" in given else np.zeros((1, sizes[0]))
    return draw(net, np.asarray(x, np.float32), **options)


def named_function(
    module: str, name: str, given: Mapping[str, ast.expr], options: Mapping[str, Any]
) -> Drawing:
    """The drawing of a function, a network or a tensor of a module, which is imported for it."""
    sys.path.insert(0, "")  # as `python -m` does: the working directory's modules are found
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise ExpressionError(f"{module}:{name} cannot be found: {error}") from error
    finally:
        sys.path.remove("")
    if inspect.isclass(found) and issubclass(found, Module):
        found = found()
    if not callable(found) or isinstance(found, Tensor):
        return draw(found, **options)
    given_to_it = arguments(found, f"{module}:{name}", given)
    return drawn(f"{module}:{name}", found, given_to_it, options)


def arguments(function: Any, name: str, given: Mapping[str, ast.expr]) -> tuple[Any, ...]:
    """The example arguments in the order of the function's parameters."""
    values = {key: value_of(part, key) for key, part in given.items()}
    written = function.forward if isinstance(function, Module) else function
    try:
        parameters = inspect.signature(written).parameters.values()
    except ValueError:  # NumPy's functions, which do not tell, are called in the order given
        return tuple(values.values())
    required = [p.name for p in parameters if p.default is p.empty and p.kind in BY_PLACE]
    known = [p.name for p in parameters if p.kind in BY_PLACE]
    missing = [key for key in required if key not in values]
    if missing or not values.keys() <= set(known):
        takes = ", ".join(known) or "no arguments"
        raise ExpressionError(
            f'{name} takes {takes}; give its arguments by name: --at "x=np.ones((1, 3)),y=2"'
        )
    until_given = [key for key in known if key in values]
    if until_given != known[: len(until_given)]:
        raise ExpressionError(f"{name}: give {', '.join(known)} up to the last that is given")
    return tuple(values[key] for key in until_given)
