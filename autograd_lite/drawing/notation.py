"""Python's expressions as one writes them on paper: 1 - out * out becomes 1 - out²."""

import ast
from collections.abc import Callable, Mapping
from typing import Any

OPERATORS: dict[type[ast.AST], tuple[str, int]] = {
    ast.Add: (" + ", 4),
    ast.Sub: (" - ", 4),
    ast.Mult: (" · ", 5),
    ast.Div: (" / ", 5),
    ast.MatMult: (" @ ", 5),
    ast.FloorDiv: (" // ", 5),
    ast.Mod: (" % ", 5),
    ast.BitAnd: (" and ", 2),
    ast.BitOr: (" or ", 1),
    ast.Gt: (" > ", 3),
    ast.Lt: (" < ", 3),
    ast.GtE: (" ≥ ", 3),
    ast.LtE: (" ≤ ", 3),
    ast.Eq: (" = ", 3),
    ast.NotEq: (" ≠ ", 3),
}
UNARY = {ast.USub: "-", ast.Invert: "not ", ast.Not: "not ", ast.UAdd: ""}
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
BINARY_CALLS = {
    "matmul": ast.MatMult, "multiply": ast.Mult, "add": ast.Add, "subtract": ast.Sub,
    "divide": ast.Div, "true_divide": ast.Div, "floor_divide": ast.FloorDiv,
}  # fmt: skip
TRANSPOSED = ("T", "mT")
ATOM, POWER, SIGN = 9, 8, 7  # how tightly an expression holds together

Text = tuple[str, int]  # and how tightly it holds together


def written(
    expression: ast.expr, values: Mapping[str, str], functions: Callable[[str], bool]
) -> str | None:
    """The expression, names replaced by `values`; None for what a reader could not know.

    `functions` tells those, outside of NumPy, whose names say what they do.
    """
    try:
        return Writer(values, functions).text(expression)[0]
    except KeyError:
        return None


class Writer:
    """The walk over an expression; KeyError for what it does not know."""

    def __init__(self, values: Mapping[str, str], functions: Callable[[str], bool]) -> None:
        self.values = values
        self.functions = functions

    def text(self, node: ast.expr) -> Text:
        found: Text = getattr(self, type(node).__name__.lower(), self.unknown)(node)
        return found

    def unknown(self, node: Any) -> Text:
        raise KeyError(type(node).__name__)

    def inside(self, node: ast.expr, least: int) -> str:
        """The text, in parentheses where it would fall apart."""
        text, holds = self.text(node)
        return text if holds >= least else f"({text})"

    def name(self, node: ast.Name) -> Text:
        return self.values[node.id], ATOM

    def constant(self, node: ast.Constant) -> Text:
        return repr(node.value), ATOM

    def attribute(self, node: ast.Attribute) -> Text:
        if node.attr in TRANSPOSED:
            return f"{self.inside(node.value, ATOM)}ᵀ", ATOM
        if isinstance(node.value, ast.Name) and node.value.id == "np":
            return {"pi": "π", "newaxis": "new"}.get(node.attr, node.attr), ATOM
        return f"{self.inside(node.value, ATOM)}.{node.attr}", ATOM

    def unaryop(self, node: ast.UnaryOp) -> Text:
        return f"{UNARY[type(node.op)]}{self.inside(node.operand, SIGN)}", SIGN

    def binop(self, node: ast.BinOp) -> Text:
        if isinstance(node.op, ast.Pow):
            return self.power(node.left, self.text(node.right)[0])
        return self.joined(type(node.op), node.left, node.right)

    def joined(self, kind: type[ast.AST], left: ast.expr, right: ast.expr) -> Text:
        symbol, holds = OPERATORS[kind]
        a, b = self.inside(left, holds), self.inside(right, holds + (kind is not ast.Add))
        if kind is ast.Sub and b.startswith("-"):
            return f"{a} + {b[1:]}", holds
        if kind is ast.Mult:
            if a == b:
                return self.power(left, "2")
            if isinstance(left, ast.UnaryOp) and a == f"-{b}":
                return f"-{self.power(right, '2')[0]}", SIGN
            if isinstance(left, ast.BinOp) and a.endswith(f" · {b}"):
                squared = self.power(right, "2")[0]
                return f"{a.removesuffix(b)}{squared}", holds
            if "1" in (a, b):
                return self.text(right if a == "1" else left)
            if a == "-1":
                return f"-{b}", SIGN
            if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Div):
                a = f"({a})"
        return f"{a}{symbol}{b}", holds

    def power(self, base: ast.expr, exponent: str) -> Text:
        raised = exponent.translate(SUPERSCRIPTS) if exponent.isdigit() else f"^{exponent}"
        return f"{self.inside(base, ATOM)}{raised}", POWER

    def compare(self, node: ast.Compare) -> Text:
        (operator,), (right,) = node.ops, node.comparators
        return self.joined(type(operator), node.left, right)

    def ifexp(self, node: ast.IfExp) -> Text:
        return (
            f"{self.text(node.body)[0]} if {self.text(node.test)[0]} "
            f"else {self.text(node.orelse)[0]}"
        ), 0

    def tuple(self, node: ast.Tuple) -> Text:
        return f"({', '.join(self.text(part)[0] for part in node.elts)})", ATOM

    def subscript(self, node: ast.Subscript) -> Text:
        return f"{self.inside(node.value, ATOM)}[{self.text(node.slice)[0].strip('()')}]", ATOM

    def call(self, node: ast.Call) -> Text:
        function, arguments = ast.unparse(node.func), node.args
        if not is_numpy(node.func) and not self.functions(function):
            raise KeyError(function)
        function = function.removeprefix("np.")
        if function in BINARY_CALLS and len(arguments) == 2 and not node.keywords:
            return self.joined(BINARY_CALLS[function], *arguments)
        if function == "power" and len(arguments) == 2:
            return self.power(arguments[0], self.text(arguments[1])[0])
        if function == "where" and len(arguments) == 3:
            return self.ifexp(ast.IfExp(arguments[0], arguments[1], arguments[2]))
        if function == "square":
            return self.power(arguments[0], "2")
        if function == "sqrt":
            return f"√{self.inside(arguments[0], ATOM)}", ATOM
        if function in ("abs", "absolute"):
            return f"|{self.text(arguments[0])[0]}|", ATOM
        given = [self.text(argument)[0] for argument in arguments]
        given += [f"{key.arg}={self.text(key.value)[0]}" for key in node.keywords if key.arg]
        return f"{function}({', '.join(given)})", ATOM


def is_numpy(function: ast.expr) -> bool:
    while isinstance(function, ast.Attribute):
        function = function.value
    return isinstance(function, ast.Name) and function.id == "np"
