"""Optimizers: how parameters follow their gradients downhill. Names are PyTorch's."""

from autograd_lite.optim.rules import OPTIMIZERS, SGD, Adam, Optimizer, RMSProp

__all__ = ["OPTIMIZERS", "Adam", "Optimizer", "RMSProp", "SGD"]
