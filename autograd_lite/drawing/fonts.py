"""Fonts for Graphviz, also on a machine that has none: matplotlib's DejaVu, found on disk."""

import os
from collections.abc import Mapping
from html import escape
from importlib.util import find_spec
from pathlib import Path

CONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">{system}</include>
  <dir>{folder}</dir>
  <selectfont>
    <acceptfont><glob>{folder}/DejaVu*</glob></acceptfont>
    <rejectfont><glob>{folder}/*</glob></rejectfont>
  </selectfont>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


def package_fonts() -> Path | None:
    """The folder of fonts that matplotlib brings, without importing it."""
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
    return folder if (folder / "DejaVuSans.ttf").exists() else None


def font_environment(scratch: Path) -> Mapping[str, str]:
    """The environment for a program that draws text: the system's fonts and the package's.

    The configuration is written into the folder `scratch`. Of matplotlib's fonts only DejaVu
    counts: its mathematical ones would stand in for letters that a system font draws well.
    """
    folder = package_fonts()
    if folder is None:
        return os.environ
    config = scratch / "autograd_lite.conf"
    system = os.environ.get("FONTCONFIG_FILE", "fonts.conf")
    config.write_text(
        CONFIG.format(system=escape(system), folder=escape(folder.as_posix())), encoding="utf-8"
    )
    return {**os.environ, "FONTCONFIG_FILE": str(config)}
