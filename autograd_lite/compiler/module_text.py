"""The text of a module that a program is saved as, and the arrays that it loads."""

import ast
import builtins
import io
import keyword
import tokenize
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd_lite.compiler.cells import held
from autograd_lite.compiler.draws import state_text
from autograd_lite.compiler.flattening import Flat
from autograd_lite.compiler.making import Made
from autograd_lite.compiler.naming import Names, identifier
from autograd_lite.compiler.parameters import Leaf, signature
from autograd_lite.compiler.result_text import ResultText
from autograd_lite.compiler.tidying import arranged, parted
from autograd_lite.compiler.trace import Argument, Captured, Cell
from autograd_lite.compiler.wrapping import INDENT, WIDTH, filled, wrapped
from autograd_lite.compiler.writing import Source, literal, text
from autograd_lite.errors import StorageError

# Names that the module's own text uses, or that would mean something else to `np.savez`.
RESERVED = {"allow_pickle", "file", "json", "np", "saved", "Path"}

LOADING = [
    "# What is kept from call to call, and what does not change.",
    'with np.load(Path(__file__).with_suffix(".npz"), allow_pickle=False) as file:',
    "    saved = dict(file)",
]
CHECKED = '''

def {name}(name, given, shape, dtype):
    """An argument as an array; the program is for one shape and dtype."""
    found = np.asarray(given)
    if found.shape != shape or found.dtype != dtype:
        raise ValueError(
            f"{{name}}: expected {{dtype}} of shape {{shape}}, "
            f"found {{found.dtype}} of shape {{found.shape}}."
        )
    return found
'''
REQUIRED = '''

def {name}(name, given, value):
    """Refuse an argument that is not the one that the program is for."""
    if given != value:
        raise ValueError(f"{{name}}: the program is for {{value!r}}, found {{given!r}}.")
'''


class ModuleText:
    """Writes one module; `arrays` are what it loads from the file beside it."""

    def __init__(self, made: Made, source: Source, stem: str) -> None:
        making = made.making
        self.source = source
        self.stem = stem
        self.title = making.title
        self.template = made.template
        self.results = len(made.program.results)
        self.names = Names(making.function, making.given)
        self.leaves = [leaf for each in making.parameters for leaf in each.leaves]
        self.parameters = [each for each in making.parameters if each.leaves or each.fixed]
        self.arrays: dict[str, Any] = {}
        self.program = source.text.replace("def step(", "def program(", 1)
        params = {each.name for each in self.parameters}
        self.foreign = {*RESERVED, *dir(builtins), *keyword.kwlist, *params}
        self.taken = {*self.foreign, *words_in(self.program)}
        self.made: set[str] = set()
        self.inner = self.unused("program") if "program" in params else "program"
        self.checked, self.required = self.unused("checked"), self.unused("required")
        self.state: dict[Any, str] = {}  # the names of what changes from call to call

    def unused(self, wish: str) -> str:
        """A name that nothing else has."""
        name = wish
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        self.made.add(name)
        return name

    def is_free(self, name: str) -> bool:
        """Whether the module can have a function of this name."""
        bound = {*RESERVED, *dir(builtins), *keyword.kwlist, *bound_in(self.program)}
        return name.isidentifier() and name not in bound | self.made | {*self.state.values()}

    def text(self) -> str:
        """The module."""
        self.program = self.program.replace("def program(", f"def {self.inner}(", 1)
        imports, rest = parted(self.program.split("\n")[1:])
        kept = [*self.kept(), *self.given()]
        self.outputs = self.result_names()
        results = ResultText(self.outputs)
        returned = results.of(self.template)
        for name, array in results.arrays.items():
            kept.append(self.loaded(name, array))
        main = self.main(returned)
        if self.arrays:
            kept = [*LOADING, *kept]
        kept += results.classes.values()
        own = [line for line, word in IMPORTS.items() if any(word in each for each in kept)]
        parts = [self.docstring(), *arranged([*imports, *own]), "", *map(wrapped, kept)]
        parts += [
            "\n" if rest.startswith(("def ", "class ", "@")) else "",
            rest.rstrip("\n"),
            *self.helpers(main),
            "",
            "",
            *main,
        ]
        return "\n".join(parts) + "\n"

    def docstring(self) -> str:
        needs = "NumPy and SciPy" if "\nimport scipy" in self.program else "NumPy"
        beside = f" and {self.stem}.npz beside this file" if self.arrays else ""
        lasting = "\nWhat changes from call to call is kept in this module." if self.state else ""
        first = f"{self.title}, as NumPy: a program that autograd_lite compiled."
        return f'"""{first}\n\nNeeds {needs}{beside}.{lasting}\n"""\n'

    # What is kept

    def loaded(self, name: str, array: Any) -> str:
        """The line that loads an array."""
        array = np.asarray(array)
        if array.dtype.hasobject:
            raise StorageError(f"save: {name} is an array of Python objects, not of numbers.")
        self.arrays[name] = array
        return f'{name} = saved["{name}"]'

    def kept(self) -> list[str]:
        """The lines for the inputs that are not arguments; parts of flat arrays after these."""
        lines: list[str] = []
        parts: dict[int, str] = {}
        inputs = [each for each in self.source.inputs if type(each.source) is not Argument]
        for value, source in sorted(inputs, key=lambda each: type(each.source) is not Flat):
            name = str(value.name)
            name = self.unused(name) if name in self.foreign else name
            self.state[key_of(source)] = name
            if type(source) is Flat:
                flat = np.concatenate([held(owner).reshape(-1) for owner in source.owners])
                lines.append(self.loaded(name, flat))
                parts |= parts_of(source, name)
            elif type(source) is Cell and id(source.owner) in parts:
                lines.append(f"{name} = {parts[id(source.owner)]}")
            else:
                lines.append(self.loaded(name, value_of(source)))
        for target, place in self.source.writes:
            if place is not None and key_of(target) not in self.state:
                name = self.unused(identifier(self.names.of(target, [])))
                self.state[key_of(target)] = name
                is_cell = type(target) is Cell
                lines.append(self.loaded(name, value_of(target)) if is_cell else f"{name} = None")
        return lines

    def given(self) -> list[str]:
        """The lines for constants that are not in the text, and for random generators."""
        lines: list[str] = []
        for name, thing in self.source.given.items():
            if not isinstance(thing, np.random.Generator):
                lines.append(self.loaded(name, thing))
                continue
            kind = type(thing.bit_generator).__name__
            if not hasattr(np.random, kind):
                raise StorageError(f"save: {name} draws from a {kind}, which NumPy does not have.")
            self.loaded(f"{name}_state", state_text(thing.bit_generator.state))
            maker = f"np.random.Generator(np.random.{kind}())"
            maker = "np.random.default_rng()" if kind == "PCG64" else maker
            lines.append(f"{name} = {maker}  # goes on where it was:")
            lines.append(f'{name}.bit_generator.state = json.loads(str(saved["{name}_state"]))')
        return lines

    # The function

    def result_names(self) -> list[str]:
        count = self.results
        return [self.unused("result" if count == 1 else f"result_{i + 1}") for i in range(count)]

    def main(self, returned: str) -> list[str]:
        """The function that a user calls: arguments, the program, what changes, results."""
        wishes = (self.title, "step", self.unused("step_"))
        title = next((name for name in wishes if self.is_free(name)), wishes[-1])
        indented = [
            f'"""What {self.title} returns, for arguments of these shapes and dtypes."""',
            *self.changing(),
            *self.arguments(),
            self.call(),
            f"return {returned}",
        ]
        head = wrapped(f"def {title}({signature(self.parameters)}):")
        return [head, *[laid_out(line) for line in indented if line]]

    def changing(self) -> list[str]:
        """What the function says it binds anew."""
        return [
            f"global {row.rstrip(',')}" for row in filled(self.rebound(), "", WIDTH - 11) if row
        ]

    def rebound(self) -> list[str]:
        """The names that get what the program returns after its results."""
        return [self.state[key_of(t)] for t, place in self.source.writes if place is not None]

    def arguments(self) -> Iterator[str]:
        """The lines that take the arguments apart, and refuse those the program is not for."""
        for each in self.parameters:
            for path, value in each.fixed:
                yield f"{self.required}({quoted(path)}, {path}, {literal(value)})"
        self.locals: list[str] = []
        for value, source in self.source.inputs:
            if type(source) is Argument:
                leaf = self.leaves[source.index]
                name = leaf.expression
                if not name.isidentifier():
                    name = str(value.name)
                    name = self.unused(name) if name in self.foreign else name
                self.locals.append(name)
                yield f"{name} = {self.argument(leaf)}"

    def argument(self, leaf: Leaf) -> str:
        path = leaf.expression
        if leaf.number is not None:
            return f"{leaf.number.__name__}({path})"
        return f'{self.checked}({quoted(path)}, {path}, {text(leaf.shape)}, "{leaf.dtype}")'

    def call(self) -> str:
        outputs = [*self.outputs, *self.rebound()]
        if not outputs and not self.source.homes:
            return ""  # nothing that the program does is seen
        others = [self.state[key_of(s)] for _, s in self.source.inputs if type(s) is not Argument]
        call = f"{self.inner}({', '.join([*self.locals, *others])})"
        left = f"{', '.join(outputs)}{',' if len(outputs) == 1 else ''}"
        if len(left) + len(self.inner) < WIDTH - 10:
            return f"{left} = {call}"
        rows = filled(outputs, INDENT * 2, WIDTH)
        return "\n".join(["(", *rows, f"{INDENT}) = {wrapped(INDENT + call).lstrip()}"])

    def helpers(self, main: list[str]) -> list[str]:
        """The functions that the last one calls."""
        made = ((self.checked, CHECKED), (self.required, REQUIRED))
        return [h.format(name=name).rstrip() for name, h in made if f"{name}(" in "\n".join(main)]


IMPORTS = {
    "from collections import namedtuple": "= namedtuple(",
    "from dataclasses import make_dataclass": "= make_dataclass(",
    "from pathlib import Path": "Path(",
    "import json": "json.loads(",
}


def parts_of(flat: Flat, name: str) -> dict[int, str]:
    """The views of a flat array that each owner's value is."""
    found: dict[int, str] = {}
    start = 0
    for owner in flat.owners:
        value = held(owner)
        stop = start + value.size
        found[id(owner)] = f"{name}[{start}:{stop}].reshape({text(value.shape)})"
        start = stop
    return found


def key_of(source: Any) -> Any:
    """What tells a source, or the target of a write, from others."""
    if type(source) is Cell:
        return id(source.owner)
    if type(source) is Captured:
        return id(source.array)
    return tuple(map(id, source.owners)) if type(source) is Flat else ("grad", id(source.of))


def value_of(source: Any) -> Any:
    """What is there to be read now."""
    if type(source) is Cell:
        return held(source.owner)
    return source.array if type(source) is Captured else source.of.grad


def laid_out(line: str) -> str:
    """A line of the function's body; what is broken already stays as it is."""
    return INDENT + line if "\n" in line else wrapped(INDENT + line)


def quoted(path: str) -> str:
    """A text in double quotes, if it has none itself."""
    return repr(path) if '"' in path or "\\" in path else f'"{path}"'


def bound_in(program: str) -> set[str]:
    """The names that a program binds in its module."""
    bound: set[str] = set()
    for node in ast.parse(program).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        else:
            bound |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
            bound |= {
                each.asname or each.name for each in ast.walk(node) if type(each) is ast.alias
            }
    return bound


def words_in(program: str) -> set[str]:
    """Every name in a program's text."""
    tokens = tokenize.generate_tokens(io.StringIO(program).readline)
    return {token.string for token in tokens if token.type == tokenize.NAME}
