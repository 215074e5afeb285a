"""From a function and a call's arguments to the program that it is."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.compiler.buffers import Plan, planned
from autograd_lite.compiler.draws import state_text
from autograd_lite.compiler.flattening import flatten
from autograd_lite.compiler.leaves import is_input, rebuilt, statics
from autograd_lite.compiler.lowering import lower
from autograd_lite.compiler.naming import names_of_inputs
from autograd_lite.compiler.parameters import parameters_of
from autograd_lite.compiler.passes import quick, run
from autograd_lite.compiler.program import Input, Program, Value, replaced, values_of
from autograd_lite.compiler.reach import reached
from autograd_lite.compiler.results import template_of
from autograd_lite.compiler.settings import Settings
from autograd_lite.compiler.side_effects import Before, Given
from autograd_lite.compiler.tiles import Sizes, tile
from autograd_lite.compiler.trace import Argument, Trace, traced
from autograd_lite.compiler.writing import Source, Writer, signature_names
from autograd_lite.core.graph import leaf
from autograd_lite.core.tensor import Tensor, tensor_of
from autograd_lite.errors import TraceError
from autograd_lite.optim.optimizer import Optimizer


@dataclasses.dataclass(frozen=True)
class Options:
    """What a user chose: the passes to leave out, the size of tiles, the number of threads."""

    without: tuple[str, ...] = ()
    tile_bytes: int | None = None
    threads: int | None = None

    def last_passes(self) -> list[tuple[str, Callable[[Program], Program]]]:
        """The passes after which a program is no longer made smaller, but written."""
        sizes = Sizes(self.tile_bytes, self.threads)
        return [("flattening", flatten), ("tiles", lambda p: tile(p, sizes)), ("lowering", lower)]


class Made:
    """A program with its source, and what holds while it may be used."""

    def __init__(
        self,
        making: "Making",
        guarded: Program,
        template: Any,
        settings: Settings,
        report: dict[str, int],
    ) -> None:
        self.making = making
        self.guarded = (
            guarded  # as recorded, but for the passes: with the guards of the strong zero
        )
        self.template = template
        self.settings = settings
        self.without_grad: list[Any] = []
        self.leaves = making.plain_leaves  # of the arguments, if all are arrays or numbers
        self.recorded = 0  # instructions
        self.first = report  # how many of them each pass removed when the guards were there
        self.report = dict(report)  # ... and until the end
        program, self.quick = quick(guarded)
        self.removed("guards", guarded, program)
        self.program, self.plan, self.source = self.finished(program, self.quick)

    def finished(self, program: Program, is_quick: bool) -> tuple[Program, Plan, Source]:
        program, report = run(program, self.making.options.without)
        self.count(report)
        for name, change in self.making.options.last_passes():
            if name not in self.making.options.without:
                before, program = program, change(program)
                self.removed(name, before, program)
        plan = planned(program)
        names = self.making.names(program)
        return program, plan, Writer(program, plan, names, self.making.title, is_quick).source()

    def removed(self, name: str, before: Program, after: Program) -> None:
        self.count({name: len(before.body) - len(after.body)})

    def count(self, report: dict[str, int]) -> None:
        for name, removed in report.items():
            self.report[name] = self.report.get(name, 0) + removed

    def careful(self) -> tuple[Program, Source]:
        """The program with its guards, for when one of them is needed."""
        self.report = dict(self.first)
        self.program, self.plan, self.source = self.finished(renewed(self.guarded), False)
        return self.program, self.source

    def with_guards(self) -> tuple[Program, Source]:
        """The program with its guards, beside the one that runs."""
        report = dict(self.report)
        program, _, source = self.finished(renewed(self.guarded), False)
        self.report = report
        return program, source


class Making:
    """The steps from a function to its program."""

    def __init__(
        self, function: Callable[..., Any], options: Options, args: Any, kwargs: Any
    ) -> None:
        self.function = function
        self.options = options
        self.given = statics([*args, *kwargs.values()])
        self.paths = argument_paths(function, args, kwargs)
        self.parameters = parameters_of(function, args, kwargs)
        self.args = args
        self.kwargs = kwargs
        leaves: list[Any] = []
        rebuilt([args, kwargs], leaves.append)
        self.plain_leaves = -1 if any(type(leaf) is Tensor for leaf in leaves) else len(leaves)
        self.handed = Given(())
        self.title = getattr(function, "__name__", "step")

    def made(self, by_identity: bool) -> Made:
        self.settle_optimizers()
        before = Before(self.function, self.given)
        generators = generator_states(self.function, self.given)
        try:
            trace, result = traced(self.function, lambda trace: self.arguments(trace, by_identity))
            self.refuse_side_effects(before, self.handed, generators)
        except BaseException:
            before.restore()
            for bits, state in generators:
                bits.state = state
            raise
        self.args, self.kwargs, self.handed = (), {}, Given(())  # the caller's, not to be kept
        settings = Settings(self.function, self.given, trace.tensors())
        template, results = template_of(result, trace)
        del result  # and with it the graph, which holds what only it knows
        program = trace.program([each.value for each in results])
        recorded = len(trace.body)
        without_grad = trace.leaves_without_grad()
        trace.forget()
        program, report = run(program, self.options.without)
        found = Made(self, program, template, settings, report)
        found.recorded = recorded
        found.without_grad = without_grad
        return found

    def arguments(self, trace: Trace, by_identity: bool) -> tuple[Any, Any]:
        """The arguments with traced arrays and generators in the place of arrays and generators."""
        count = 0

        def one(thing: Any) -> Any:
            nonlocal count
            if isinstance(thing, np.random.Generator):
                return trace.generator(thing)
            source = Argument(count)
            count += 1
            if type(thing) is not Tensor:
                return trace.input(source, thing)
            if by_identity:
                return thing
            trace.originals |= {id(thing), id(thing.node)}
            node = leaf(thing.shape, thing.dtype, thing.requires_grad)
            node.name = thing.name
            node.grad = thing.grad
            stand_in = tensor_of(trace.input(source, thing._value), node)
            trace.arguments |= {id(stand_in): source, id(node): source}
            return stand_in

        args, kwargs = (rebuilt(each, one, is_replaced) for each in (self.args, self.kwargs))
        self.handed = Given([args, list(kwargs.values())])
        return args, kwargs

    def settle_optimizers(self) -> None:
        """Let each optimizer have the moments that its options ask for."""
        for _, thing in reached(self.function, self.given):
            for group in thing.param_groups if isinstance(thing, Optimizer) else ():
                group.hold(thing.moments(group.options))

    def refuse_side_effects(
        self, before: Before, handed: Given, generators: list[tuple[Any, Any]]
    ) -> None:
        kind = handed.changed()
        if kind is not None:
            raise TraceError(
                f"compile: {self.title} changes a {kind} among its arguments, which would happen "
                "only once, when it is recorded. Return a new one."
            )
        path = before.changed()
        if path is not None:
            raise TraceError(
                f"compile: {self.title} gives {path} a new value, which would happen only once, "
                "when it is recorded. Keep what changes from call to call in an ag.State, or "
                "return it."
            )
        for bits, state in generators:
            if state_text(bits.state) != state_text(state):
                raise TraceError(
                    f"compile: {self.title} draws from a generator in a way that the program "
                    "cannot see. Give the generator as an argument, whose draws are recorded, or "
                    "draw outside and give the numbers."
                )

    def names(self, program: Program) -> dict[Value, str]:
        """What the inputs are called: arguments by their parameters, cells by their paths."""
        return names_of_inputs(program, self.paths, self.function, self.given)


def renewed(program: Program) -> Program:
    """The same program of other values, which have no names yet."""
    new: dict[Value, Value] = {}
    found = [value for value, _ in program.inputs]
    found += [*program.constants, *values_of(program.body)]
    for value in found:
        new[value] = Value(value.shape, value.dtype, value.number)
    inputs = [Input(new[value], source) for value, source in program.inputs]
    constants = {new[value]: array for value, array in program.constants.items()}
    body = [i.substituted(new).changed(outs=replaced(i.outs, new)) for i in program.body]
    again = Program(inputs, constants, body, program.results, program.writes)
    return again.substituted(new, body)


def is_replaced(thing: Any) -> bool:
    return is_input(thing) or isinstance(thing, np.random.Generator)


def generator_states(function: Any, given: Any) -> list[tuple[Any, Any]]:
    """The bit generators within reach, NumPy's own among them, and their states."""
    found: list[Any] = [np.random.get_bit_generator()]  # type: ignore[attr-defined]
    for _, thing in reached(function, given):
        if isinstance(thing, np.random.Generator):
            found.append(thing.bit_generator)
        elif isinstance(thing, np.random.RandomState):
            found.append(thing._bit_generator)
    return [(bits, bits.state) for bits in found]


def argument_paths(function: Any, args: Any, kwargs: Any) -> list[str]:
    """What each input leaf of the arguments is called."""
    known = signature_names(function)
    named = [(known[i] if i < len(known) else f"x{i}", arg) for i, arg in enumerate(args)]
    found: list[str] = []
    for name, arg in [*named, *kwargs.items()]:
        leaves: list[Any] = []
        rebuilt(arg, leaves.append)
        several = len(leaves) > 1
        found += [f"{name}_{i}" if several else name for i in range(len(leaves))]
    return found
