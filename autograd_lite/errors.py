"""The exceptions a user can meet.

AutogradLiteError
├── GraphError            backward, jvp or a transform was asked for what the graph cannot give
├── LostGradientError     a conversion would have detached a tensor without saying so  (TypeError)
├── NotDifferentiableError  a NumPy function without a gradient rule met a tensor      (TypeError)
├── ShapeError            operands whose shapes do not fit                             (ValueError)
├── ImmutableError        an attempt to write into a value                             (TypeError)
├── MissingPackageError   an optional package is not installed                         (ImportError)
├── RenderError           no program that turns DOT text into a picture
├── StorageError          a file that cannot be saved or loaded
└── TableError            a table that cannot be read
"""


class AutogradLiteError(Exception):
    """What every exception of this library is."""


class GraphError(AutogradLiteError, RuntimeError):
    """The computation graph cannot give what was asked for."""


class LostGradientError(AutogradLiteError, TypeError):
    """A conversion would have cut a tensor off from its graph without saying so."""


class NotDifferentiableError(AutogradLiteError, TypeError):
    """A function without a gradient rule was called on a tensor."""


class ShapeError(AutogradLiteError, ValueError):
    """The shapes of the operands do not fit together."""


class ImmutableError(AutogradLiteError, TypeError):
    """A value was to be written into; values never change, names are rebound."""


class MissingPackageError(AutogradLiteError, ImportError):
    """An optional package is needed for this and is not installed."""


class RenderError(AutogradLiteError, RuntimeError):
    """A picture could not be drawn; the DOT text is still there."""


class StorageError(AutogradLiteError, ValueError):
    """A file could not be written or read as a tree of arrays."""


class TableError(AutogradLiteError, ValueError):
    """A table could not be read; the message names line and column."""
