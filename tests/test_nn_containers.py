"""Layers that PyTorch lacks or that draw at random, containers, and what layers refuse."""

from collections import OrderedDict
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn


def floats(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


# Sequential


def test_sequential_can_be_indexed_sliced_and_grown() -> None:
    net = nn.Sequential(nn.Linear(2, 3), np.tanh, nn.Linear(3, 1))
    assert len(net) == 3
    assert net[-1] is net[2] is list(net)[2]
    tail = net[1:]
    assert isinstance(tail, nn.Sequential)
    assert [path for path, _ in tail.named_parameters()] == ["2.weight", "2.bias"]
    assert tail.append(nn.ReLU()) is tail
    assert [type(layer).__name__ for layer in tail] == ["ufunc", "Linear", "ReLU"]
    x = floats(4, 2)
    np.testing.assert_array_equal(net(x).value, net[1:](net[:1](x)).value)


def test_sequential_takes_names() -> None:
    net = nn.Sequential(OrderedDict(first=nn.Linear(2, 3), second=nn.ReLU()))
    assert [path for path, _ in net.named_modules()] == ["", "first", "second"]
    assert net[0] is net.first
    assert "(first): Linear" in repr(net)
    for name in ("forward", "training", "_hidden", "a.b", ""):
        with pytest.raises(ValueError, match=f"{name!r} cannot be the name of a layer"):
            nn.Sequential({name: nn.ReLU()})
    with pytest.raises(TypeError, match="layer 1 is no function or module: 3"):
        nn.Sequential(nn.ReLU(), 3)


def test_a_slice_of_an_mlp_shares_its_layers() -> None:
    net = nn.MLP([2, 3, 1])
    assert net[:1][0].weight is net[0].weight


# Residual and maxout


def test_residual_adds_what_its_layers_give() -> None:
    layer, x = nn.Residual(nn.Linear(3, 3), nn.Tanh()), floats(2, 3)
    np.testing.assert_allclose(layer(x).value, x + np.tanh(layer.body[0](x).value), rtol=1e-6)
    one = nn.Residual(nn.Linear(3, 3))
    assert [path for path, _ in one.named_parameters()] == ["body.weight", "body.bias"]
    with pytest.raises(ag.ShapeError, match=r"turn shape \(2, 3\) into \(2, 1\)"):
        nn.Residual(nn.Linear(3, 1))(x)


def test_maxout_is_the_largest_of_its_linear_pieces() -> None:
    layer, x = nn.Maxout(3, 2, num_pieces=4), floats(5, 3)
    pieces = layer.linear(x).value.reshape(5, 2, 4)
    np.testing.assert_array_equal(layer(x).value, pieces.max(axis=-1))


# Dropout


def test_dropout_keeps_the_mean_and_is_silent_in_evaluation() -> None:
    layer, x = nn.Dropout(0.25, rng=np.random.default_rng(0)), np.ones((100, 200), np.float32)
    out = layer(x)
    assert set(np.unique(out)) == {np.float32(0), np.float32(1 / 0.75)}
    np.testing.assert_allclose(np.mean(out == 0), 0.25, atol=0.01)
    assert layer.eval()(x) is x
    assert nn.Dropout(0.0)(x) is x
    assert not nn.Dropout(1.0)(x).any()
    with pytest.raises(ValueError, match=r"p is a probability, from 0 to 1; found 1\.5"):
        nn.Dropout(1.5)


def test_the_gradient_of_dropout_is_zero_where_it_dropped() -> None:
    x = ag.Tensor(np.full((20, 20), 2.0))
    out = ag.dropout(x, 0.5, rng=np.random.default_rng(0))
    np.sum(out).backward()
    np.testing.assert_array_equal(x.grad, out.value / 2)


def test_dropout_draws_from_the_library_generator() -> None:
    ag.seed(4)
    first = ag.dropout(np.ones(50), 0.5)
    assert (ag.dropout(np.ones(50), 0.5) != first).any()
    ag.seed(4)
    np.testing.assert_array_equal(ag.dropout(np.ones(50), 0.5), first)


def test_dropout_in_recurrent_layers_is_between_layers_in_training() -> None:
    layer, x = nn.GRU(3, 4, 2, dropout=0.5, rng=np.random.default_rng(0)), floats(5, 2, 3)
    assert (layer(x)[0].value != layer(x)[0].value).any()
    layer.eval()
    np.testing.assert_array_equal(layer(x)[0].value, layer(x)[0].value)
    single = nn.GRU(3, 4, dropout=0.5)
    np.testing.assert_array_equal(single(x)[0].value, single(x)[0].value)


def test_dropout_in_attention_is_of_the_weights() -> None:
    layer, x = nn.MultiheadAttention(4, 1, dropout=0.5, rng=np.random.default_rng(0)), floats(6, 4)
    _, weights = layer(x, x, x)
    assert 0.2 < np.mean(weights.value == 0) < 0.8
    _, weights = layer.eval()(x, x, x)
    np.testing.assert_allclose(weights.value.sum(axis=-1), 1, rtol=1e-6)


# What starts how


def test_layers_start_in_pytorchs_ranges() -> None:
    lstm = nn.LSTM(3, 16, 2)
    largest = max(np.abs(p.value).max() for p in lstm.parameters())
    assert 0.24 < largest <= 0.25
    attention = nn.MultiheadAttention(32, 4)
    assert 0.2 < np.abs(attention.in_proj_weight.value).max() <= (6 / 128) ** 0.5
    assert not attention.in_proj_bias.value.any()
    assert not attention.out_proj.bias.value.any()
    table = nn.Embedding(500, 20, padding_idx=3)
    assert not table.weight.value[3].any()
    np.testing.assert_allclose(table.weight.value.std(), 1, rtol=0.03)


# Refusals


@pytest.mark.parametrize(
    ("make", "shape", "message"),
    [
        (lambda: nn.LSTM(3, 4), (5, 2, 2), r"LSTM: x must be \(steps, batch, 3\).*\(5, 2, 2\)"),
        (lambda: nn.GRU(3, 4), (0, 2, 3), "GRU: the sequence has no steps"),
        (lambda: nn.RNNCell(3, 4), (2, 2), r"RNNCell: x must be \(batch, 3\)"),
        (lambda: nn.BatchNorm1d(3), (4, 2), r"must be \(N, C\) or \(N, C, L\) with C = 3"),
        (lambda: nn.BatchNorm2d(3), (4, 3), r"must be \(N, C, H, W\) with C = 3"),
        (lambda: nn.BatchNorm1d(3), (1, 3), r"more than one value per channel.*Use eval\(\)"),
        (lambda: nn.LayerNorm(3), (2, 4), r"normalized_shape is \(3,\), but x has shape \(2, 4\)"),
        (lambda: nn.GroupNorm(2, 4), (2, 5), "5 channels cannot be divided into 2 groups"),
        (lambda: nn.InstanceNorm2d(3), (2, 3, 4), "must have 4 axes"),
        (lambda: nn.Flatten(2), (4,), None),
        (lambda: nn.Flatten(2, 1), (4, 3, 2), "no axes from start_dim=2 to end_dim=1"),
        (lambda: nn.Unflatten(1, (2, 2)), (3, 5), r"5 entries, which do not fill \(2, 2\)"),
    ],
)
def test_layers_refuse_what_they_cannot_take(make: Any, shape: Any, message: Any) -> None:
    layer = make()
    if message is None:
        assert layer(floats(*shape)).shape == shape
        return
    with pytest.raises(ag.ShapeError, match=message):
        layer(floats(*shape))


def test_unflatten_finds_the_missing_size() -> None:
    assert nn.Unflatten(-1, (2, -1))(floats(3, 6)).shape == (3, 2, 3)


def test_recurrent_layers_refuse_a_state_that_does_not_fit() -> None:
    x = floats(5, 2, 3)
    with pytest.raises(ag.ShapeError, match=r"hx must have shape \(1, 2, 4\); found \(2, 4\)"):
        nn.GRU(3, 4)(x, floats(2, 4))
    with pytest.raises(ag.ShapeError, match=r"c_0 must have shape \(1, 2, 4\)"):
        nn.LSTM(3, 4)(x, (floats(1, 2, 4), floats(1, 1, 4)))
    with pytest.raises(TypeError, match=r"LSTM: the state is a pair \(h, c\); found ndarray"):
        nn.LSTM(3, 4)(x, floats(1, 2, 4))
    with pytest.raises(ag.ShapeError, match=r"LSTMCell: the state must have shape \(2, 4\)"):
        nn.LSTMCell(3, 4)(floats(2, 3), (floats(2, 3), floats(2, 4)))
    with pytest.raises(ValueError, match="RNN: nonlinearity is tanh or relu; found 'sin'"):
        nn.RNN(3, 4, nonlinearity="sin")


def test_attention_refuses_what_does_not_fit() -> None:
    x = floats(4, 2, 6)
    with pytest.raises(ValueError, match="embed_dim=6 cannot be divided into 4 heads"):
        nn.MultiheadAttention(6, 4)
    layer = nn.MultiheadAttention(6, 2)
    with pytest.raises(ag.ShapeError, match=r"the last of length 6; found shape \(4, 2, 5\)"):
        layer(x[..., :5], x, x)
    with pytest.raises(ag.ShapeError, match=r"attn_mask must be \(4, 4\) or \(4, 4, 4\); found"):
        layer(x, x, x, attn_mask=np.zeros((3, 4), bool))
    with pytest.raises(ag.ShapeError, match=r"key_padding_mask must be \(2, 4\); found \(4, 2\)"):
        layer(x, x, x, key_padding_mask=np.zeros((4, 2), bool))
    with pytest.raises(ValueError, match="activation is relu, gelu or a function; found 'sin'"):
        nn.TransformerEncoderLayer(6, 2, activation="sin")
    with pytest.raises(
        ag.ShapeError, match=r"equally long; their shapes are \(2, 3\) and \(2, 4\)"
    ):
        ag.scaled_dot_product_attention(floats(2, 3), floats(2, 4), floats(2, 4))


def test_causal_attention_is_a_triangular_mask() -> None:
    layer, x = nn.MultiheadAttention(6, 2), floats(4, 2, 6)
    mask = np.triu(np.ones((4, 4), bool), 1)
    expected = layer(x, x, x, attn_mask=mask)[0].value
    np.testing.assert_array_equal(layer(x, x, x, is_causal=True)[0].value, expected)


def test_embedding_refuses_what_is_no_number_of_a_row() -> None:
    table = nn.Embedding(5, 2)
    with pytest.raises(TypeError, match="an array of integers is looked up; found float32"):
        table(floats(3))
    with pytest.raises(TypeError, match="found <class 'list'>"):
        table([1, 2])
    for numbers in ([0, 5], [-1, 2]):
        with pytest.raises(IndexError, match="from 0 to 4; found"):
            table(np.array(numbers))
    with pytest.raises(ValueError, match="padding_idx=5 is no row of 5"):
        nn.Embedding(5, 2, padding_idx=5)
    assert table(np.zeros((2, 0), int)).shape == (2, 0, 2)


# Gradients of gradients go through whole layers


def test_a_gradient_penalty_goes_through_a_recurrent_layer() -> None:
    rng = np.random.default_rng(0)
    layer = nn.LSTM(2, 3, dtype=np.float64, rng=rng).requires_grad_(False)
    x = rng.normal(size=(3, 2, 2))

    def penalty(weight: Any) -> Any:
        layer.weight_hh_l0 = weight
        slope = ag.grad(lambda x: np.sum(layer(x)[0] ** 2))(x)
        return np.sum(slope**2)

    ag.check_gradients(penalty, layer.weight_hh_l0.numpy(), order=1)


# The summary


TABLE = """\
layer               output shape          parameters  multiply-adds
-------------------------------------------------------------------
Net                 (5, 2, 2)                      2
  table: Embedding  (5, 2, 4)                     40
  layers.0: GRU     (5, 2, 3), (1, 2, 3)          81            630
  layers.1: Linear  (5, 2, 2)                      8             60
  spare: Linear     not called                     2
-------------------------------------------------------------------
total                                            133            690
of which trainable                               131"""


def test_summary_is_a_table() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            self.table = nn.Embedding(10, 4)
            self.layers = [nn.GRU(4, 3), nn.Linear(3, 2)]
            self.spare = nn.Linear(1, 1)
            self.scale = ag.Tensor(np.ones(2, np.float32))

        def forward(self, x: Any) -> Any:
            out, _ = self.layers[0](self.table(x))
            return self.layers[1](out) * self.scale

    net = Net()
    net.spare.requires_grad_(False)
    net.layers[1].train(False)
    found = nn.summary(net, np.zeros((5, 2), int))
    assert repr(found) == TABLE
    assert (found.parameters, found.trainable) == (net_size(net), net_size(net) - 2)
    assert found.multiply_adds == 10 * (4 * 9 + 3 * 9 + 3 * 2)
    assert "not called" in repr(found)
    assert not net.spare.weight.requires_grad
    assert net.training
    assert not net.layers[1].training


def net_size(net: nn.Module) -> int:
    return sum(p.size for p in net.parameters())


def test_summary_leaves_statistics_and_modes_alone() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout())
    before = net.state_dict()
    found = nn.summary(net, floats(1, 3))
    for name, value in net.state_dict().items():
        np.testing.assert_array_equal(value, before[name])
    assert all(module.training for module in net.modules())
    assert all(p.grad is None for p in net.parameters())
    assert [row.shape for row in found.rows] == ["(1, 4)"] * 4
