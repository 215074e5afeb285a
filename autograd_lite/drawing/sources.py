"""The expression that a rule computes, found in the source in which the rule is written."""

import ast
import functools
import linecache
from collections.abc import Callable
from types import CodeType
from typing import Any

Written = ast.Lambda | ast.FunctionDef


def expression_of(function: Callable[..., Any]) -> ast.expr | None:
    """What a lambda, or a function that only returns, computes; None where that is not known."""
    code = getattr(function, "__code__", None)
    if not isinstance(code, CodeType):
        return None
    candidates = [
        (node, expression)
        for node in written_in(code.co_filename)
        if first_line(node) == code.co_firstlineno
        and arguments(node) == code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        and (expression := returned(node)) is not None
    ]
    if len(candidates) > 1:  # several on one line: Python remembers the columns
        starts = {(line, column) for line, _, column, _ in code.co_positions()}
        candidates = [
            (node, expression)
            for node, expression in candidates
            if (expression.lineno, expression.col_offset) in starts
        ]
    return candidates[0][1] if len(candidates) == 1 else None


@functools.lru_cache(maxsize=64)
def written_in(filename: str) -> tuple[Written, ...]:
    """Every function in a file; none if there is no such file (any more)."""
    try:
        tree = ast.parse("".join(linecache.getlines(filename)))
    except (SyntaxError, ValueError):
        return ()
    return tuple(node for node in ast.walk(tree) if isinstance(node, Written))


def first_line(node: Written) -> int:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def arguments(node: Written) -> tuple[str, ...]:
    named = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    return tuple(argument.arg for argument in named)


def returned(node: Written) -> ast.expr | None:
    """The expression that a function returns, if that is all it does."""
    if isinstance(node, ast.Lambda):
        return node.body
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None
