"""Tools for tests: Hypothesis strategies for what the library takes, and checks of primitives.

`check_primitive` runs every check of `PROPERTIES` on a function of yours; the strategies draw
arrays, shapes, indices, einsum calls and whole random graphs. This package needs Hypothesis.
"""

import importlib.util

from autograd_lite.errors import MissingPackageError

if importlib.util.find_spec("hypothesis") is None:
    raise MissingPackageError(
        "autograd_lite.testing needs the hypothesis package: pip install hypothesis. "
        "Gradients can be checked without it: ag.check_gradients."
    )

from autograd_lite.testing.array_strategies import (
    arrays,
    broadcastable_shapes,
    edge_values,
    shapes,
)
from autograd_lite.testing.einsum_strategies import EinsumCall, einsum_calls
from autograd_lite.testing.graph_strategies import Graph, graphs
from autograd_lite.testing.index_strategies import indices
from autograd_lite.testing.primitive_check import Case, PrimitiveReport, check_primitive
from autograd_lite.testing.properties import (
    PROPERTIES,
    check_broadcasting,
    check_constants,
    check_cotangent_order,
    check_directions,
    check_first_order,
    check_float32,
    check_float32_second_order,
    check_own_gradients,
    check_second_order,
    check_subsets,
    check_value,
    check_zero_cotangent,
)
from autograd_lite.testing.sensitivity import check_rules_are_seen, wrong_rules

__all__ = [
    "Case",
    "EinsumCall",
    "Graph",
    "PROPERTIES",
    "PrimitiveReport",
    "arrays",
    "broadcastable_shapes",
    "check_broadcasting",
    "check_constants",
    "check_cotangent_order",
    "check_directions",
    "check_first_order",
    "check_float32",
    "check_float32_second_order",
    "check_own_gradients",
    "check_primitive",
    "check_rules_are_seen",
    "check_second_order",
    "check_subsets",
    "check_value",
    "check_zero_cotangent",
    "edge_values",
    "einsum_calls",
    "graphs",
    "indices",
    "shapes",
    "wrong_rules",
]
