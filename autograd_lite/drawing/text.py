"""Short words for what a picture shows: shapes, dtypes, numbers, metadata, users' strings."""

import inspect
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

USUAL = {"stride": 1, "dilation": 1, "groups": 1, "padding": 0}
LONGEST = 40  # characters of one string in a picture

# Control and formatting characters (a right-to-left override among them), lone surrogates, and
# code points that stand for nothing: none can be shown, and most make an SVG file invalid.
UNSHOWABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def shown(text: object, longest: int = LONGEST) -> str:
    """The text on one line: what cannot be shown replaced, what is too long cut in the middle."""
    string = str(text)
    if len(string) > longest:
        end = longest // 3
        string = string[: longest - end - 1] + "…" + string[len(string) - end :]
    string = "".join(" " if c in "\n\r\t" else c for c in string)
    return "".join("�" if unicodedata.category(c) in UNSHOWABLE else c for c in string)


def short_dtype(dtype: np.dtype[Any]) -> str:
    """The dtype in a few characters: f32, i64, u8, c128, bool.

    >>> short_dtype(np.dtype("float32")), short_dtype(np.dtype("bool"))
    ('f32', 'bool')
    """
    if dtype.kind in "fiuc":
        return f"{dtype.kind}{8 * dtype.itemsize}"
    return shown(dtype, 20)


def shape_and_dtype(shape: tuple[int, ...], dtype: np.dtype[Any]) -> str:
    """The shape as NumPy writes it (a scalar's as "scalar"), then the dtype.

    >>> shape_and_dtype((32, 10), np.dtype("float64"))
    '(32, 10) f64'
    """
    return f"{shape or 'scalar'} {short_dtype(dtype)}"


def number(value: Any) -> str:
    """A number in at most four significant digits; whole numbers and booleans as they are.

    >>> number(2.0), number(0.1 + 0.2), number(True), number(7)
    ('2.0', '0.3', 'True', '7')
    """
    if isinstance(value, (bool, int)):
        return shown(value, 12)
    rounded = f"{value:.4g}"
    return f"{rounded}.0" if rounded.lstrip("-").isdigit() else rounded


def metadata(kwargs: Mapping[str, Any]) -> tuple[str, ...]:
    """The keywords that say something: not those left at None or False, nor the result's shape.

    >>> metadata({"axis": 1, "keepdims": False, "shape": (3,)})
    ('axis=1',)
    """
    return tuple(
        shown(f"{key}={brief(value)}")
        for key, value in spread_out(kwargs)
        if value is not None and value is not False and key != "shape" and not is_usual(key, value)
    )


def spread_out(kwargs: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The keywords, of an object of this library its settings.

    The size of an image is no setting: the shapes say it.
    """
    for key, value in kwargs.items():
        if type(value).__module__.startswith("autograd_lite."):
            names = inspect.signature(type(value)).parameters
            yield from ((name, getattr(value, name, None)) for name in names if name != "size")
        else:
            yield key, value


def is_usual(key: str, value: Any) -> bool:
    """Whether a setting changes nothing along any axis: no padding, a stride of one."""
    if isinstance(value, tuple):
        return all(is_usual(key, part) for part in value)
    return isinstance(value, int) and value == USUAL.get(key)


def brief(value: Any) -> str:
    """One piece of metadata; of arrays and foreign objects only what they are, never what is in."""
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        whole = value.item() if value.shape == () and value.dtype.kind in "biufc" else None
        return shape_and_dtype(value.shape, value.dtype) if whole is None else number(whole)
    if isinstance(value, (bool, int, float, complex)):
        return number(value)
    if isinstance(value, slice):
        return ":".join("" if part is None else brief(part) for part in slice_parts(value))
    if isinstance(value, (tuple, list)):
        comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
        inside = ", ".join(brief(part) for part in value[:8]) + (", …" if len(value) > 8 else comma)
        return f"({inside})" if isinstance(value, tuple) else f"[{inside}]"
    if value is Ellipsis:
        return "..."
    if value is None or isinstance(value, str):
        return str(value)
    if isinstance(value, np.dtype):
        return short_dtype(value)
    return getattr(value, "__name__", None) or type(value).__name__


def slice_parts(value: slice) -> tuple[Any, ...]:
    """What stands between the colons of a slice, the step only if there is one."""
    start_stop = (value.start, value.stop)
    return start_stop if value.step is None else (*start_stop, value.step)


def counted(count: int, noun: str) -> str:
    """A number of things: "1 op", "2,000 ops"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def thousands(count: int) -> str:
    """A large number in three digits.

    >>> thousands(650), thousands(12_345), thousands(7_100_000)
    ('650', '12.3k', '7.1M')
    """
    for unit, name in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if count >= unit:
            return f"{count / unit:.3g}{name}"
    return str(count)


def memory(size: float) -> str:
    """A number of bytes.

    >>> memory(640), memory(8_400_000)
    ('640 B', '8.4 MB')
    """
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size:g} B"


def seconds(time: float) -> str:
    """A short time.

    >>> seconds(0.0000123), seconds(0.25)
    ('12.3 µs', '250 ms')
    """
    for unit, name in ((1.0, "s"), (1e-3, "ms")):
        if time >= unit:
            return f"{time / unit:.3g} {name}"
    return f"{time / 1e-6:.3g} µs"
