"""Training as people do it: `fit` a model to data, and see how it went.

    history = ag.fit(net, (x, labels), ag.cross_entropy, optimizer, epochs=20)
    plt.plot(history.epoch, history.train["loss"])

`fit` in fitting.py is short: read it as an example, and write your own loop where it does not suit.
"""

from autograd_lite.training.evaluating import evaluate
from autograd_lite.training.fitting import fit
from autograd_lite.training.history import History
from autograd_lite.training.metrics import accuracy, r_squared

__all__ = ["History", "accuracy", "evaluate", "fit", "r_squared"]
