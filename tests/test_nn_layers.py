"""Each layer computes what its namesake in PyTorch does: outputs, gradients, running statistics."""

from typing import Any

import numpy as np
import pytest
from layer_cases import (
    LAYERS,
    InDouble,
    LayerCase,
    filled,
    operands,
    summed,
    torch_results,
    wave,
)
from layer_references import REFERENCES

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.core.graph import topological

every_layer = pytest.mark.parametrize("case", LAYERS, ids=lambda case: case.name)


def results(case: LayerCase) -> dict[str, Any]:
    """Output and gradients here, by name; the operands' by their numbers."""
    layer = case.make(InDouble())
    layer.load_state_dict(filled(layer), strict=False)
    xs = [ag.Tensor(x) for x in operands(case)]
    out = case.call(layer, *xs)
    np.sum(out * wave(out.shape, 3)).backward()
    found = {"out": out.numpy(), **{str(i): x.grad for i, x in enumerate(xs)}}
    found |= {path: p.grad for path, p in layer.named_parameters()}
    return found | {path: state.value for path, state in layer.named_buffers()}


@every_layer
def test_layer_gives_the_recorded_results(case: LayerCase) -> None:
    found, expected = results(case), REFERENCES[case.name]
    assert sorted(found) == sorted(expected)
    for name, value in found.items():
        np.testing.assert_allclose(
            summed(value), expected[name], rtol=case.rtol, atol=1e-10, err_msg=name
        )


@every_layer
def test_layer_equals_torch(case: LayerCase) -> None:
    pytest.importorskip("torch")
    found, expected = results(case), torch_results(case)
    assert sorted(found) == sorted(expected)
    for name, value in found.items():
        assert value.shape == expected[name].shape, name
        np.testing.assert_allclose(value, expected[name], rtol=case.rtol, atol=1e-12, err_msg=name)


@every_layer
def test_state_dictionaries_are_exchanged_with_torch(case: LayerCase) -> None:
    torch = pytest.importorskip("torch")
    theirs, ours = case.make(torch.nn).double(), case.make(InDouble())
    ours.load_state_dict(theirs.state_dict())
    for name, value in theirs.state_dict().items():
        np.testing.assert_array_equal(ours.state_dict()[name], value.numpy())
    theirs.load_state_dict({k: torch.from_numpy(v) for k, v in ours.state_dict().items()})


@every_layer
def test_float32_stays_float32(case: LayerCase) -> None:
    layer = case.make(nn)
    layer.load_state_dict(filled(layer), strict=False)
    tensors = [ag.Tensor(x.astype(np.float32)) for x in operands(case)]
    out = case.call(layer, *tensors)
    assert {node.dtype for node in topological([out.node])} == {np.dtype(np.float32)}
    np.sum(out).backward()
    assert all(p.dtype == np.float32 == p.grad.dtype for p in [*layer.parameters(), *tensors])
