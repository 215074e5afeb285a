"""What stands for a character that a stream's encoding does not have."""

import codecs

NEAREST = str.maketrans(
    {"→": "->", "×": "x", "²": "2", "━": "=", "─": "-", "…": "...", "●": "*"}
    | {"░": ".", "▒": ":", "▓": "*", "█": "#"}
)


def spelled(error: UnicodeError) -> tuple[str, int]:
    """An error handler of codecs: the nearest ASCII, or a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(NEAREST)
    return "".join(c if c.isascii() else "?" for c in text), error.end


SPELLED = "autograd_lite.spelled"  # the name for the `errors=` of a stream
codecs.register_error(SPELLED, spelled)
