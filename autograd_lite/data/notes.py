"""The small tables that the lecture notes compute with."""

import numpy as np

from autograd_lite.data.table import Table


def dog_breeds() -> Table:
    """Three dogs of three breeds, each with body length and height.

    The notes number the classes 0, 1, 2 and name the breeds without saying which is which; here
    they go by size.

    >>> dog_breeds().features.tolist()
    [[0.3, 0.2], [0.6, 0.5], [0.4, 0.3]]
    """
    return Table(
        features=np.array([[0.3, 0.2], [0.6, 0.5], [0.4, 0.3]]),
        feature_names=("body length", "height"),
        target=np.array([0, 1, 2]),
        target_name="breed",
        task="classification",
        classes=("Chihuahua", "Golden Retriever", "Shiba Inu"),
    )


def vehicles() -> Table:
    """Six vehicles, each with its number of wheels, height and weight: three cars, three bikes.

    The weight is some hundred times the height, so a sigmoid saturates unless the columns are
    standardized. The notes have two classes; their names, and that cars are class 1, are ours.

    >>> vehicles().features.mean(axis=0).tolist()
    [3.0, 4.5, 375.0]
    """
    return Table(
        features=np.array(
            [
                [4.0, 6.0, 500.0],
                [4.0, 5.5, 600.0],
                [4.0, 5.0, 550.0],
                [2.0, 3.0, 200.0],
                [2.0, 3.5, 150.0],
                [2.0, 4.0, 250.0],
            ]
        ),
        feature_names=("wheels", "height", "weight"),
        target=np.array([1, 1, 1, 0, 0, 0]),
        target_name="vehicle",
        task="classification",
        classes=("bike", "car"),
    )
