"""The passes by name, and those that may be left out."""

from collections.abc import Iterable

from autograd_lite.compiler.passes import PASSES

# After these a program is no longer made smaller, but laid out.
LAYING_OUT = ("flattening", "tiles", "lowering")

# They may add in another order, or put factors together: equal up to rounding, not to the bit.
ALGEBRAIC = (
    "reassociation", "factors", "liketerms", "scattering", "layout", "hoisting", "contracting",
    "tiles", "lowering",
)  # fmt: skip


def left_out(names: Iterable[str]) -> tuple[str, ...]:
    """The passes to leave out; "algebraic" stands for all that may round otherwise."""
    known = (*PASSES, *LAYING_OUT)
    found: list[str] = []
    for name in [names] if isinstance(names, str) else names:
        if name != "algebraic" and name not in known:
            raise ValueError(
                f"compile: without= names passes; there is none called {name!r}. There are "
                f"{', '.join(known)}, and 'algebraic' for all that may round otherwise."
            )
        found += ALGEBRAIC if name == "algebraic" else (name,)
    return tuple(dict.fromkeys(found))
