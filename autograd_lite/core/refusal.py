"""What to write instead, where NumPy's dispatch hands a tensor over as something to convert.

Many functions of NumPy and SciPy make plain arrays of their arguments before they ask anyone. They
are found by name on the stack, so that the message can say which it was and what does the same.
"""

import sys
from types import FrameType

JOIN = "Join tensors with np.stack or np.concatenate first, e.g. np.{0}(np.stack([t, u]))."

INSTEAD = {
    "np.vectorize": "Write the function for whole arrays, or use ag.vmap.",
    "np.as_strided": "np.lib.stride_tricks.sliding_window_view has a gradient.",
    "np.arange": "Scale a plain one: start + step * np.arange(n).",
    "np.full": "Use np.broadcast_to(t, shape), or t * np.ones(shape).",
    "np.r_": "Use np.concatenate or np.stack.",
    "np.c_": "Use np.column_stack.",
    "np.polyval": "Evaluate with np.polyval or np.vander, or by Horner's rule.",
    "np.assert_allclose": "Compare t.numpy(), or inside `with ag.no_grad():`.",
    "np.assert_array_equal": "Compare t.numpy(), or inside `with ag.no_grad():`.",
    "np.select": "Give a Tensor among the choices, or use np.where.",
    "np.pad": "Make the array a tensor, Tensor(array, requires_grad=False), or concatenate.",
    "np.fill_diagonal": "Use np.where(np.eye(n) == 1, t, array).",
    "np.take": "An index is integer data: np.take(array, t.numpy().astype(int)).",
    "scipy.special.softmax": "Use ag.softmax.",
    "scipy.special.log_softmax": "Use ag.log_softmax.",
    "scipy.special.logsumexp": "Use ag.logsumexp.",
    "scipy.special.polygamma": "Use ag.polygamma.",
    "scipy.special.multigammaln": "Use ag.multigammaln.",
}

INDEXED = {"RClass": "r_", "CClass": "c_"}

ANYWHERE = (
    "Join tensors with np.stack or np.concatenate; call NumPy's function instead of an array's "
    "method (np.dot(array, t), not array.dot(t)); take entries of an array by integers "
    "(t.numpy().astype(int))."
)


def caller() -> str | None:
    """The function of NumPy or SciPy, as a user calls it, that asks for a plain array."""
    found = None
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        package = frame.f_globals.get("__name__", "").split(".")[0]
        if package in ("numpy", "scipy"):
            found = frame
        elif found is not None or package != "autograd_lite":
            break
        frame = frame.f_back
    return name_of(found) if found is not None else None


def name_of(frame: FrameType) -> str:
    module = frame.f_globals["__name__"]
    function = frame.f_code.co_name
    if function.startswith("__"):  # a class that is used as a function
        kind = type(frame.f_locals.get("self", frame.f_locals.get("subtype")))
        function = INDEXED.get(kind.__name__, kind.__name__)
    if module.startswith("numpy"):
        return f"np.{function}"
    public = [part for part in module.split(".") if not part.startswith("_")]
    return ".".join([*public, function])


def instead_of(asked: str | None) -> str:
    """The advice for a function found by `caller`."""
    if asked is None:
        return ANYWHERE
    if asked in INSTEAD:
        return INSTEAD[asked]
    return JOIN.format(asked.removeprefix("np.")) if asked.startswith("np.") else ANYWHERE
