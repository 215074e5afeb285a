"""LeNet in PyTorch, with its fused layers and loss."""

from typing import Any

import torch
from torch.nn import functional

import lenet


def loss_of(params: Any, images: Any, labels: Any) -> Any:
    k1, b1, k2, b2, w3, b3, w4, b4, w5, b5 = params
    h = torch.relu(functional.conv2d(images, k1, b1, padding=lenet.PADDING))
    h = functional.max_pool2d(h, lenet.POOL)
    h = torch.relu(functional.conv2d(h, k2, b2))
    h = functional.max_pool2d(h, lenet.POOL).flatten(1)
    h = torch.relu(functional.linear(h, w3, b3))
    h = torch.relu(functional.linear(h, w4, b4))
    return functional.cross_entropy(functional.linear(h, w5, b5), labels)
