"""The packages that the command needs beside the library's own."""

from importlib.util import find_spec

from autograd_lite.drawing.rendering import renderers
from autograd_lite.errors import MissingPackageError


def require_extras() -> None:
    """MissingPackageError, before anything is read or written, if a package is not installed."""
    missing = [name for name in ("matplotlib", "rich", "safetensors") if find_spec(name) is None]
    if not renderers("png"):
        missing.append("pygraphviz")
    if missing:
        raise MissingPackageError(
            f"training needs {', '.join(missing)}, which the command "
            'pip install "autograd_lite[app]" brings'
        )
