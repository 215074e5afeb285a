"""LeNet with the functions of autograd_lite."""

from typing import Any

import autograd_lite as ag
import lenet


def loss_of(params: Any, images: Any, labels: Any) -> Any:
    k1, b1, k2, b2, w3, b3, w4, b4, w5, b5 = params
    h = ag.relu(ag.conv2d(images, k1, b1, padding=lenet.PADDING))
    h = ag.max_pool2d(h, lenet.POOL)
    h = ag.relu(ag.conv2d(h, k2, b2))
    h = ag.max_pool2d(h, lenet.POOL)
    h = h.reshape(len(images), -1)
    h = ag.relu(ag.affine(h, w3, b3))
    h = ag.relu(ag.affine(h, w4, b4))
    return ag.cross_entropy(ag.affine(h, w5, b5), labels)
