"""What an optimizer is given to move: tensors, named tensors, or groups with options of their own.

A group is a dictionary: {"params": tensors, "lr": 0.01}. Each entry of `params` is a tensor or a
pair (name, tensor), as `named_parameters` yields them; a name stands in state dictionaries where
otherwise the tensor's number does.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from autograd_lite.core.tensor import Tensor

# Of tensors, of pairs or of groups; a list of groups with different options has no closer type.
Parameters = Iterable[Any]


def named_tensors(asker: str, params: Any, first: int = 0) -> dict[str, Tensor]:
    """The tensors by name; those without one are numbered from `first`."""
    named: dict[str, Tensor] = {}
    for position, entry in enumerate(each(asker, params), first):
        pair = isinstance(entry, tuple) and len(entry) == 2 and isinstance(entry[0], str)
        name, tensor = entry if pair else (str(position), entry)
        require_parameter(asker, name, tensor)
        if name in named:
            raise ValueError(f"{asker}: two parameters have the name {name!r}.")
        named[name] = tensor
    require_once(asker, named)
    return named


def grouped(asker: str, params: Parameters) -> list[Mapping[str, Any]]:
    """The groups that were given; a plain list of parameters is one group."""
    entries = list(each(asker, params))
    if not entries:
        raise ValueError(f"{asker}: there are no parameters to optimize.")
    kinds = {isinstance(entry, Mapping) for entry in entries}
    if kinds == {False}:
        return [{"params": entries}]
    if kinds == {True, False}:
        raise TypeError(f"{asker}: params are tensors or groups (dictionaries), not both.")
    for group in entries:
        if "params" not in group:
            found = ", ".join(map(repr, group)) or "nothing"
            raise ValueError(f"{asker}: a parameter group needs 'params'; found {found}.")
    return entries


def each(asker: str, params: Any) -> Iterable[Any]:
    """What is in `params`, which must be a collection."""
    if isinstance(params, Tensor | Mapping | str) or not isinstance(params, Iterable):
        raise TypeError(
            f"{asker}: params are a list of tensors or of groups, such as net.parameters(); found "
            f"a single {type(params).__name__}."
        )
    return params


def require_parameter(asker: str, name: str, tensor: Any) -> None:
    if not isinstance(tensor, Tensor):
        hint = " Give its .parameters()." if hasattr(tensor, "parameters") else ""
        raise TypeError(
            f"{asker}: parameters are leaf tensors; parameter {name} is a "
            f"{type(tensor).__name__}.{hint}"
        )
    if not tensor.is_leaf:
        raise TypeError(
            f"{asker}: parameters are leaf tensors; parameter {name} is a result: {tensor!r:.80}. "
            "Give the optimizer what it was computed from."
        )


def require_once(asker: str, named: Mapping[str, Tensor]) -> None:
    names: dict[int, str] = {}
    for name, tensor in named.items():
        if id(tensor) in names:
            raise ValueError(
                f"{asker}: parameters {names[id(tensor)]} and {name} are one tensor; give it once."
            )
        names[id(tensor)] = name
