"""The passes: small functions from program to program, run in this order."""

from collections.abc import Callable, Collection

from autograd_lite.compiler.passes.broadcasting import broadcasting
from autograd_lite.compiler.passes.contracting import contracting
from autograd_lite.compiler.passes.dead import dead
from autograd_lite.compiler.passes.factors import factors
from autograd_lite.compiler.passes.folding import folding
from autograd_lite.compiler.passes.hoisting import hoisting
from autograd_lite.compiler.passes.identities import identities
from autograd_lite.compiler.passes.indexing import indexing
from autograd_lite.compiler.passes.layout import layout
from autograd_lite.compiler.passes.liketerms import liketerms
from autograd_lite.compiler.passes.reassociation import reassociation
from autograd_lite.compiler.passes.scattering import scattering
from autograd_lite.compiler.passes.sharing import sharing
from autograd_lite.compiler.passes.strong import quick, strong
from autograd_lite.compiler.program import Program

Pass = Callable[[Program], Program]

PASSES: dict[str, Pass] = {
    "dead": dead,
    "strong": strong,
    "identities": identities,
    "indexing": indexing,
    "folding": folding,
    "broadcasting": broadcasting,
    "sharing": sharing,
    "reassociation": reassociation,
    "factors": factors,
    "liketerms": liketerms,
    "scattering": scattering,
    "layout": layout,
    "hoisting": hoisting,
    "contracting": contracting,
}
ROUNDS = 4  # at most: what is left to simplify after these is not worth the time


def run(program: Program, switched_off: Collection[str] = ()) -> tuple[Program, dict[str, int]]:
    """The program after all passes, and how many instructions each of them removed.

    The passes go round until none of them changes anything. What a pass leaves without a reader
    counts as removed by it.
    """
    removed = {name: 0 for name in PASSES if name not in switched_off}
    settled: dict[str, Program] = {}  # where each pass has nothing to do
    for _ in range(ROUNDS):
        before = program
        for name in removed:
            if settled.get(name) is program:
                continue
            after = PASSES[name](program)
            if after is program:
                settled[name] = program
            elif "dead" in removed:
                after = dead(after)
            removed[name] += len(program.body) - len(after.body)
            program = after
        if program is before:
            break
    return program, removed


__all__ = ["PASSES", "Pass", "quick", "run"]
