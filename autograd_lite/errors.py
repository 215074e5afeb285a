"""The exceptions a user can meet.

AutogradLiteError
├── GraphError            backward, jvp or a transform was asked for what the graph cannot give
├── GradientError         a gradient is not what measuring the function gives    (AssertionError)
│   └── OneExampleError   code under vmap asked for the value of one example
├── LostGradientError     a conversion would have detached a tensor without saying so  (TypeError)
├── NotDifferentiableError  a NumPy function without a gradient rule met a tensor      (TypeError)
├── ShapeError            operands whose shapes do not fit                             (ValueError)
├── ConvergenceError      a solver did not reach a solution
├── ImmutableError        an attempt to write into a value                             (TypeError)
├── MissingPackageError   an optional package is not installed                         (ImportError)
├── RenderError           no program that turns DOT text into a picture
├── StorageError          a file that cannot be saved or loaded
├── TableError            a table that cannot be read
└── TraceError            a compiled function asks for what only a call can tell       (TypeError)
"""

from typing import Any


class AutogradLiteError(Exception):
    """What every exception of this library is."""


class GraphError(AutogradLiteError, RuntimeError):
    """The computation graph cannot give what was asked for."""


class GradientError(AutogradLiteError, AssertionError):
    """A gradient is not what measuring the function gives; `mismatch` holds the worst entry.

    It has the fields path, index, dtype, order, mode, method, found, expected and tolerance; it
    is None where no single number is wrong.
    """

    def __init__(self, message: str, mismatch: Any = None) -> None:
        super().__init__(message)
        self.mismatch = mismatch


class OneExampleError(GraphError):
    """Code that runs once for all examples of a batch asked for the value of one."""


class LostGradientError(AutogradLiteError, TypeError):
    """A conversion would have cut a tensor off from its graph without saying so."""


class NotDifferentiableError(AutogradLiteError, TypeError):
    """A function without a gradient rule was called on a tensor."""


class ShapeError(AutogradLiteError, ValueError):
    """The shapes of the operands do not fit together."""


class ConvergenceError(AutogradLiteError, RuntimeError):
    """A solver did not reach a solution."""


class ImmutableError(AutogradLiteError, TypeError):
    """A value was to be written into; values never change, names are rebound."""


class TraceError(AutogradLiteError, TypeError):
    """A function cannot be compiled: it asks for what is not known before the program runs."""


class MissingPackageError(AutogradLiteError, ImportError):
    """An optional package is needed for this and is not installed."""


class RenderError(AutogradLiteError, RuntimeError):
    """A picture could not be drawn; the DOT text is still there."""


class StorageError(AutogradLiteError, ValueError):
    """A file could not be written or read as a tree of arrays."""


class TableError(AutogradLiteError, ValueError):
    """A table could not be read; the message names line and column."""
