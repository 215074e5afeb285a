"""Where each item stands: the calls of modules around it, the outermost first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from autograd_lite.core.graph import Node
from autograd_lite.drawing.reading import Constant, Item, Reading, is_leaf


@dataclass(eq=False, slots=True)
class Place:
    """One call of a module; with `times` above 1, as many alike, from `path` to `last`.

    A repeat of operations outside of all modules has no kind.
    """

    kind: str
    path: str
    times: int = 1
    last: str = ""

    @property
    def title(self) -> str:
        """The path as it is shown: "blocks.0 … 11" for a repeat.

        >>> Place("Block", "blocks.0", 12, "blocks.11").title
        'blocks.0 … 11'
        """
        if self.times == 1 or self.last == self.path:
            return self.path
        front, dot, name = self.last.rpartition(".")
        return f"{self.path} … {name if self.path.startswith(front + dot) else self.last}"


Chain = tuple[Place, ...]


class Directories:
    """The paths inside of each outermost module that was called, looked up once."""

    def __init__(self, reading: Reading) -> None:
        directories = {
            id(item.scope.directory): item.scope.directory
            for item in reading.order
            if isinstance(item, Node) and item.scope is not None
        }
        self.found = {key: directory.paths() for key, directory in directories.items()}

    def path_of(self, scope: Any) -> str:
        paths: Mapping[int, str] = self.found[id(scope.directory)].modules
        return paths.get(scope.module_id, "")

    def parameters(self) -> dict[Item, str]:
        """The path of every parameter; of one in several modules that of the first called."""
        return {
            node: path
            for paths in reversed(self.found.values())
            for node, path in paths.parameters.items()
        }


def scope_chains(reading: Reading, directories: Directories) -> dict[Item, Chain]:
    """The calls of modules around every operation."""
    known: dict[Any, Chain] = {None: ()}
    return {
        item: chain_of(item.scope, known, directories)
        for item in reading.order
        if isinstance(item, Node) and item.primitive is not None
    }


def chain_of(scope: Any, known: dict[Any, Chain], directories: Directories) -> Chain:
    inner = []
    while scope not in known:
        inner.append(scope)
        scope = scope.parent
    for scope_inside in reversed(inner):
        place = Place(scope_inside.kind, directories.path_of(scope_inside))
        known[scope_inside] = (*known[scope], place)
        scope = scope_inside
    return known[scope]


def find_homes(
    reading: Reading, chains: Mapping[Item, Chain], paths: Mapping[Item, str]
) -> dict[Item, Chain]:
    """The calls of modules around every item.

    A number stands where it is used, a parameter in the module that its path names (if only that
    one uses it), other leaves outside of all modules.
    """
    users: dict[Item, Chain] = {}  # what the chains of all users of a leaf begin with
    for item, chain in chains.items():
        for operand in reading.operands[item]:
            if is_leaf(operand):
                users[operand] = common(users.get(operand, chain), chain)
    homes = dict(chains)
    for item in reading.order:
        if item not in homes:
            homes[item] = leaf_home(item, users.get(item, ()), paths.get(item))
    return homes


def common(a: Chain, b: Chain) -> Chain:
    """What both chains begin with."""
    if a is b:
        return a
    same = 0
    for one, other in zip(a, b, strict=False):
        if one is not other:
            break
        same += 1
    return a[:same]


def common_to(chains: Iterable[Chain]) -> Chain:
    """What all chains begin with."""
    shared: Chain | None = None
    for chain in chains:
        shared = chain if shared is None else common(shared, chain)
    return shared or ()


def leaf_home(item: Item, users: Chain, path: str | None) -> Chain:
    if isinstance(item, Constant):
        return () if item.is_array else users
    while users and not (path and path.startswith(prefix(users))):
        users = users[:-1]
    return users


def prefix(chain: Chain) -> str:
    """What the paths of the innermost module's parameters begin with."""
    path = chain[-1].path if chain else ""
    return f"{path}." if path else ""
