"""LeNet with the functions of autograd_lite."""

from typing import Any

from workloads import Steps

import autograd_lite as ag
import lenet


def steps() -> Steps:
    images, labels, start = lenet.data()
    params = [ag.Tensor(p) for p in start]
    optimizer = ag.optim.SGD(params, lr=lenet.RATE)

    def loss_of(
        k1: Any, b1: Any, k2: Any, b2: Any, w3: Any, b3: Any, w4: Any, b4: Any, w5: Any, b5: Any
    ) -> Any:
        h = ag.relu(ag.conv2d(images, k1, b1, padding=lenet.PADDING))
        h = ag.max_pool2d(h, lenet.POOL)
        h = ag.relu(ag.conv2d(h, k2, b2))
        h = ag.max_pool2d(h, lenet.POOL)
        h = h.reshape(len(images), -1)
        h = ag.relu(ag.affine(h, w3, b3))
        h = ag.relu(ag.affine(h, w4, b4))
        return ag.cross_entropy(ag.affine(h, w5, b5), labels)

    def step() -> Any:
        optimizer.zero_grad()
        loss = loss_of(*params)
        loss.backward()
        optimizer.step()
        return loss

    def reset() -> None:
        nonlocal optimizer
        for p, value in zip(params, start):
            p.assign(value)
        optimizer = ag.optim.SGD(params, lr=lenet.RATE)

    return Steps(step, lambda: [p.numpy() for p in params], reset)
