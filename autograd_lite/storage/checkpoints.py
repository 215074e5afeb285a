"""Checkpoints: all that a training run is made of in one file, from which it goes on exactly.

A part of a run is an object with `state_dict` and `load_state_dict` (a module, an optimizer, a
scheduler, an average of weights), a NumPy generator, or any tree that `save` takes (the epoch, a
history). The library's own generator, of which layers and minibatches draw by default, is always
saved and restored along.
"""

import copy
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_lite.errors import StorageError
from autograd_lite.random import generator
from autograd_lite.storage.files import load, save

LIBRARY = "library_generator"


def save_checkpoint(path: str | os.PathLike[str], **parts: Any) -> None:
    """Write the parts of a run to `path`, a .safetensors or .npz file, replacing it whole.

    A generator that the run draws from beside the library's own must be given too, and no part
    may be named "library_generator". Code is not saved: the program that loads makes network,
    optimizer and schedules anew, and the checkpoint puts them into their state.

    >>> import autograd_lite as ag
    >>> net = ag.nn.Linear(3, 2)
    >>> optimizer = ag.optim.Adam(net.parameters())
    >>> ag.save_checkpoint("run.npz", net=net, optimizer=optimizer, epoch=5)  # doctest: +SKIP
    """
    if LIBRARY in parts:
        raise StorageError(f"cannot save {path}: a part of a run cannot be named {LIBRARY}")
    parts[LIBRARY] = generator()
    save(path, {name: state_of(part) for name, part in parts.items()})


def load_checkpoint(path: str | os.PathLike[str], **parts: Any) -> dict[str, Any]:
    """Put the parts of a run into the state that `save_checkpoint` wrote; the rest is returned.

    Parts are given by the names they were saved under; they and the library's generator are
    restored, all or, where one does not fit, none. What was a plain tree comes back in the
    dictionary, as does the state of a part that is not given.

    >>> rest = ag.load_checkpoint("run.npz", net=net, optimizer=optimizer)  # doctest: +SKIP
    >>> rest["epoch"]  # doctest: +SKIP
    5
    """
    states = load(path)
    if not isinstance(states, dict) or LIBRARY not in states:
        raise StorageError(
            f"cannot load {path}: it is not a checkpoint, which save_checkpoint writes; load reads "
            "it as a tree"
        )
    parts = {**parts, LIBRARY: generator()}
    for name, part in parts.items():
        if name not in states:
            saved = ", ".join(sorted(states.keys() - {LIBRARY})) or "nothing"
            raise StorageError(f"cannot load {path}: it has no part '{name}'; saved is {saved}")
        if not can_be_restored(part):
            raise StorageError(
                f"cannot load {path}: '{name}' ({type(part).__name__}) cannot be put into a state; "
                "leave it out and find what was saved in the result"
            )
    restore_all(path, parts, states)
    return {name: state for name, state in states.items() if name not in parts}


def can_be_restored(part: Any) -> bool:
    return hasattr(part, "load_state_dict") or isinstance(part, np.random.Generator)


def state_of(part: Any) -> Any:
    """What is saved of a part."""
    if isinstance(part, np.random.Generator):
        return copy.deepcopy(part.bit_generator.state)
    return part.state_dict() if hasattr(part, "state_dict") else part


def restore_all(
    path: str | os.PathLike[str], parts: Mapping[str, Any], states: Mapping[str, Any]
) -> None:
    before = {name: state_of(part) for name, part in parts.items()}
    try:
        for name, part in parts.items():
            restore(path, name, part, states[name])
    except BaseException:  # Ctrl-C as well
        for name, part in parts.items():
            restore(path, name, part, before[name])
        raise


def restore(path: str | os.PathLike[str], name: str, part: Any, state: Any) -> None:
    if not isinstance(part, np.random.Generator):
        part.load_state_dict(state)
        return
    try:
        part.bit_generator.state = state
    except (KeyError, TypeError, ValueError) as error:
        found = state.get("bit_generator") if isinstance(state, dict) else None
        raise StorageError(
            f"cannot load {path}: '{name}' is a generator of {type(part.bit_generator).__name__}, "
            f"saved is {found or 'none'}"
        ) from error
