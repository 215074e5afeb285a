"""Functions into which NumPy's protocols cannot look: other arrays get the whole call."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np


def overridable(body: Callable[..., Any]) -> Callable[..., Any]:
    """A body that writes into an array of its own, which NumPy's protocols cannot see.

    An array of another kind among its arguments gets the whole call, as NumPy would hand it over.
    """

    @functools.wraps(body)
    def call(*args: Any, **kwargs: Any) -> Any:
        others: list[Any] = []
        for arg in args:
            for part in arg if type(arg) is tuple else (arg,):  # an index has parts
                kind = type(part)
                if kind is not np.ndarray and hasattr(kind, "__array_function__"):
                    others.append(part)
        if not others:
            return body(*args, **kwargs)
        kinds = tuple(dict.fromkeys(map(type, others)))
        for other in others:
            result = other.__array_function__(call, kinds, args, kwargs)
            if result is not NotImplemented:
                return result
        raise TypeError(f"{body.__name__}: no operand takes the call; found {kinds}.")

    return call


def known(x: Any) -> bool:
    """Whether the entries of an array can be looked at, for a warning or a shorter way.

    They cannot while a function is recorded for a program, which must be right for all values.
    """
    while hasattr(x, "entries"):  # the arrays of a batch
        x = x.entries
    return not hasattr(x, "recorder")


@overridable
def checked(x: Any, wrong: Any, error: type[Exception], message: str) -> Any:
    """`x`, or an error if `wrong` holds for an entry; a program makes the check when it runs."""
    if np.any(wrong):
        raise error(message)
    return x
