"""Optimizers: how parameters follow their gradients downhill. Names are PyTorch's."""

from collections.abc import Callable

from autograd_lite.optim import schedules
from autograd_lite.optim.adam import Adam, AdamW
from autograd_lite.optim.adam_variants import Lion, NAdam, RAdam
from autograd_lite.optim.adaptive import Adadelta, Adagrad, RMSprop
from autograd_lite.optim.averaging import EWA, exponential_average
from autograd_lite.optim.clipping import clip_grad_norm_, clip_grad_value_
from autograd_lite.optim.lbfgs import LBFGS
from autograd_lite.optim.optimizer import Optimizer
from autograd_lite.optim.plateau import ReduceLROnPlateau
from autograd_lite.optim.sgd import SGD

__all__ = [
    "EWA",
    "LBFGS",
    "OPTIMIZERS",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Lion",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSProp",
    "RMSprop",
    "ReduceLROnPlateau",
    "clip_grad_norm_",
    "clip_grad_value_",
    "exponential_average",
    "schedules",
]

RMSProp = RMSprop  # as its authors write it

# By name, those that move the parameters by `step()` alone.
OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "adadelta": Adadelta,
    "adagrad": Adagrad,
    "adam": Adam,
    "adamw": AdamW,
    "lion": Lion,
    "nadam": NAdam,
    "radam": RAdam,
    "rmsprop": RMSprop,
    "sgd": SGD,
}
