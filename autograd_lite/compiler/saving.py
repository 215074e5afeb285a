"""Save a program as a module that needs only NumPy; its weights and moments in a file beside it."""

import io
from pathlib import Path

import numpy as np

from autograd_lite.compiler.making import Made
from autograd_lite.compiler.module_text import ModuleText
from autograd_lite.compiler.program import Program
from autograd_lite.compiler.trace import Argument, Grad
from autograd_lite.compiler.writing import Source
from autograd_lite.errors import StorageError


def save(made: Made, is_quick: bool, path: Path) -> None:
    """Write a program as `path`, and what it keeps from call to call beside it as .npz.

    One that runs without guards as long as none is needed is written with them.
    """
    if path.suffix != ".py":
        raise ValueError(f"save: a program is saved as a .py file, not as {path.name!r}.")
    if not path.parent.is_dir():
        raise StorageError(f"save: there is no folder {path.parent}.")
    program, source = made.program, made.source
    if is_quick:
        program, source = made.with_guards()
    refuse_what_cannot_last(made, program, source)
    module = ModuleText(made, source, path.stem)
    text = module.text()
    if module.arrays:
        stream = io.BytesIO()
        np.savez(stream, **module.arrays)
        path.with_suffix(".npz").write_bytes(stream.getvalue())
    path.write_text(text, encoding="utf-8")


def refuse_what_cannot_last(made: Made, program: Program, source: Source) -> None:
    """Refuse a program that another would follow, or that changes what a module has not."""
    there = {id(s.of) for _, s in program.inputs if type(s) is Grad}
    absent = {id(node) for node in made.without_grad}
    for target, place in source.writes:
        of = target.of if type(target) is Grad else target
        if type(of) is Argument:
            raise StorageError(
                "save: the program changes a tensor among its arguments, or its gradient; the "
                "arguments of a module are arrays. Return what is computed, as ag.grad does."
            )
        if type(target) is Grad and id(of) in (there if place is None else absent):
            raise StorageError(
                "save: the program leaves gradients otherwise than it finds them, so that the next "
                "call is that of another program. Let the function begin or end with zero_grad()."
            )
