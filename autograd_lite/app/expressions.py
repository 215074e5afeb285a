"""Expressions such as "sin(x*y) + x**2": read, and computed without Python's own evaluation.

An expression has numbers, lists of them, the names that it is given, operators, indices and calls
of numeric functions by name: NumPy's and this library's. Anything else is refused, so a text from
elsewhere can compute, and do nothing more.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from autograd_lite import ops
from autograd_lite.core.tensor import DISPATCH
from autograd_lite.errors import AutogradLiteError

OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
MAKERS = ("arange", "array", "eye", "full", "linspace", "ones", "zeros")
CONSTANTS = {"pi": np.pi, "e": np.e}
HIGHEST = 10_000  # exponent of a power of whole numbers, which Python would compute in full


class ExpressionError(AutogradLiteError):
    """What was asked for cannot be read, or computed."""


def parsed(text: str) -> ast.expr:
    """The expression in a text; ExpressionError if it is none."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else "it cannot be read"
        raise ExpressionError(f"{shortened(text)} is no expression: {reason}") from None


def assignments(text: str) -> dict[str, ast.expr]:
    """The expressions in a text such as "x=1, y=[2, 3]", by name."""
    call = parsed(f"_({text})")
    if not isinstance(call, ast.Call) or call.args or any(k.arg is None for k in call.keywords):
        raise ExpressionError(f"{shortened(text)} is not of the form x=1,y=2")
    return {str(keyword.arg): keyword.value for keyword in call.keywords}


def free_names(expression: ast.expr) -> list[str]:
    """The names in an expression that need a value, each once."""
    nodes = list(ast.walk(expression))
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    names = (node.id for node in nodes if isinstance(node, ast.Name) and id(node) not in called)
    return [name for name in dict.fromkeys(names) if name not in ("np", "ag", *CONSTANTS)]


def function_of(name: str) -> Any:
    """The function that a name stands for; None if there is none."""
    own = getattr(ops, name, None) if name in ops.__all__ else None
    if callable(own) and not isinstance(own, ModuleType):
        return own
    of_numpy = getattr(np, name, None)
    return of_numpy if name in MAKERS or of_numpy in DISPATCH else None


def computed(expression: ast.expr, values: Mapping[str, Any]) -> Any:
    """What an expression comes to, given what its names stand for."""
    return Evaluator(values).value(expression)


class Evaluator:
    """The walk over an expression: a method for each kind of node that may be there."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def value(self, node: ast.AST) -> Any:
        return getattr(self, type(node).__name__.lower(), self.refuse)(node)

    def refuse(self, node: ast.AST) -> Any:
        raise ExpressionError(
            f"{shortened(ast.unparse(node))} cannot stand in an expression here: numbers, names, "
            "operators, indices and calls of numeric functions can"
        )

    def constant(self, node: ast.Constant) -> Any:
        known = (int, float, complex, str, type(None), type(...))
        return node.value if isinstance(node.value, known) else self.refuse(node)

    def name(self, node: ast.Name) -> Any:
        if node.id in self.values:
            return self.values[node.id]
        if node.id in CONSTANTS:
            return CONSTANTS[node.id]
        raise ExpressionError(f"{node.id} has no value; give it one: --at {node.id}=1")

    def list(self, node: ast.List) -> Any:
        return [self.value(part) for part in node.elts]

    def tuple(self, node: ast.Tuple) -> Any:
        return tuple(self.value(part) for part in node.elts)

    def unaryop(self, node: ast.UnaryOp) -> Any:
        return self.operator(node, node.op)(self.value(node.operand))

    def binop(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        is_whole = isinstance(left, int) and isinstance(right, int)
        if isinstance(node.op, ast.Pow) and is_whole and abs(right) > HIGHEST:
            raise ExpressionError(f"{shortened(ast.unparse(node))} is too large a number")
        return self.operator(node, node.op)(left, right)

    def operator(self, node: ast.AST, kind: ast.AST) -> Callable[..., Any]:
        found = OPERATORS.get(type(kind))
        return self.refuse(node) if found is None else found

    def attribute(self, node: ast.Attribute) -> Any:
        if node.attr in ("T", "mT") and not is_package(node.value):
            return getattr(self.value(node.value), node.attr)
        if is_package(node.value) and node.attr in CONSTANTS:
            return CONSTANTS[node.attr]
        return self.refuse(node)

    def subscript(self, node: ast.Subscript) -> Any:
        return self.value(node.value)[self.value(node.slice)]

    def slice(self, node: ast.Slice) -> Any:
        ends = (node.lower, node.upper, node.step)
        return slice(*(None if end is None else self.value(end) for end in ends))

    def call(self, node: ast.Call) -> Any:
        function = self.called(node.func)
        if any(keyword.arg is None for keyword in node.keywords):
            return self.refuse(node)
        keywords = {str(keyword.arg): self.value(keyword.value) for keyword in node.keywords}
        return function(*(self.value(argument) for argument in node.args), **keywords)

    def called(self, function: ast.expr) -> Any:
        name = ""
        if isinstance(function, ast.Name):
            name = function.id
        elif isinstance(function, ast.Attribute) and is_package(function.value):
            name = function.attr
        found = function_of(name)
        if found is None:
            raise ExpressionError(f"there is no function {shortened(ast.unparse(function))} here")
        return found


def is_package(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "ag")


def shortened(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:59]}…")
