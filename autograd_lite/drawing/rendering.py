"""From DOT text to a picture's bytes: by the program `dot`, else by pygraphviz's own Graphviz."""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from autograd_lite.drawing.fonts import font_environment
from autograd_lite.errors import RenderError

Format = Literal["svg", "png", "pdf"]

# Twice the 72 points per inch in which Graphviz measures: sharp on the screens of today.
DPI = {"svg": "72", "png": "144", "pdf": "72"}

# Runs in a process of its own: fontconfig reads its settings once per process and is perhaps
# loaded in this one already, and Graphviz reports to the process's own error stream.
CHILD = """
import sys
sys.path.append(sys.argv[1])
import pygraphviz
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode("utf-8"))
graph.graph_attr["dpi"] = sys.argv[3]
sys.stdout.buffer.write(graph.draw(format=sys.argv[2], prog="dot"))
"""


def render(dot: str, format: Format) -> bytes:
    """The picture that `dot` describes; RenderError if no Graphviz is here or it fails."""
    commands = renderers(format)
    if not commands:
        raise RenderError(
            'drawing a picture needs Graphviz: pip install "autograd_lite[draw]" brings it (so '
            "does a program dot on the PATH). Without it there are print(drawing), a tree of "
            "text, and drawing.dot, the graph in Graphviz's language."
        )
    said = ""
    with TemporaryDirectory(prefix="autograd_lite-") as scratch:
        environment = font_environment(Path(scratch))
        for command in commands:
            done = subprocess.run(
                command, input=dot.encode(), capture_output=True, env=environment, check=False
            )
            if done.returncode == 0 and done.stdout:
                return done.stdout
            said += f"\n{Path(command[0]).name}: {done.stderr.decode(errors='replace').strip()}"
    raise RenderError(f"Graphviz could not draw this graph as {format}; it said:{said[-1000:]}")


def renderers(format: Format) -> list[list[str]]:
    """The commands on this machine that read DOT text and write a picture, the best first."""
    commands = []
    if dot := shutil.which("dot"):
        commands.append([dot, f"-T{format}", f"-Gdpi={DPI[format]}"])
    spec = find_spec("pygraphviz")
    if spec is not None and spec.origin is not None:
        folder = str(Path(spec.origin).parent.parent)
        commands.append([sys.executable, "-P", "-c", CHILD, folder, format, DPI[format]])
    return commands
