"""Where each item stands: the calls of modules around it, the outermost first."""

from collections.abc import Iterable, Mapping
from typing import Any

from autograd_lite.core.graph import Node
from autograd_lite.drawing.reading import Constant, Item, Reading, is_leaf

Chain = tuple[Any, ...]  # scopes


def scope_chains(reading: Reading) -> dict[Item, Chain]:
    """The scopes around every operation."""
    known: dict[Any, Chain] = {None: ()}
    return {
        item: chain_of(item.scope, known)
        for item in reading.order
        if isinstance(item, Node) and item.primitive is not None
    }


def chain_of(scope: Any, known: dict[Any, Chain]) -> Chain:
    inner = []
    while scope not in known:
        inner.append(scope)
        scope = scope.parent
    for scope_inside in reversed(inner):
        known[scope_inside] = (*known[scope], scope_inside)
        scope = scope_inside
    return known[scope]


def parameter_paths(chains: Iterable[Chain]) -> dict[Item, str]:
    """The path of every parameter in the outermost module that was called and is still there."""
    outermost = {id(chain[0]): chain[0] for chain in chains if chain}
    modules = {id(module): module for scope in outermost.values() if (module := scope.module)}
    return {
        tensor.node: path
        for module in modules.values()
        for path, tensor in module.named_parameters()
        if tensor.node is not None
    }


def find_homes(
    reading: Reading, chains: Mapping[Item, Chain], paths: Mapping[Item, str]
) -> dict[Item, Chain]:
    """The scopes around every item.

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
