"""Modules are plain objects; layers compute what their PyTorch namesakes do."""

import copy
import gc
import pickle
import weakref

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn


def small() -> nn.Module:
    return nn.MLP([3, 4, 2], "tanh", rng=np.random.default_rng(0))


def test_parameters_are_found_by_walking_with_their_paths() -> None:
    net = small()
    shapes = {path: tensor.shape for path, tensor in net.named_parameters()}
    assert shapes == {"0.weight": (4, 3), "0.bias": (4,), "2.weight": (2, 4), "2.bias": (2,)}
    assert all(tensor.dtype == np.float32 for tensor in net.parameters())


def test_a_shared_tensor_is_one_parameter() -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    net[1].weight = net[0].weight
    assert [path for path, _ in net.named_parameters()] == ["0.weight", "0.bias", "1.bias"]


def test_tensors_in_lists_dicts_and_nested_modules_are_found() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            self.layers = [nn.Linear(2, 2, bias=False), {"gain": ag.Tensor(1.0)}]

    assert [path for path, _ in Net().named_parameters()] == ["layers.0.weight", "layers.1.gain"]


def test_forward_of_an_mlp_is_the_formula() -> None:
    net, x = small(), np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)
    first, last = net[0], net[2]
    hidden = np.tanh(x @ first.weight.value.T + first.bias.value)
    expected = hidden @ last.weight.value.T + last.bias.value
    np.testing.assert_allclose(net(x).value, expected, rtol=1e-6)


@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 5, 3), (0, 3)])
def test_linear_takes_any_leading_axes(shape: tuple[int, ...]) -> None:
    layer = nn.Linear(3, 2, dtype=np.float64)
    x = ag.Tensor(np.random.default_rng(0).normal(size=shape))
    out = layer(x)
    assert out.shape == (*shape[:-1], 2)
    out.backward(np.ones(out.shape))
    rows = x.value.reshape(-1, 3)
    np.testing.assert_allclose(layer.weight.grad, np.tile(rows.sum(axis=0), (2, 1)), atol=1e-12)
    np.testing.assert_allclose(layer.bias.grad, np.full(2, float(len(rows))))
    np.testing.assert_allclose(x.grad, np.broadcast_to(layer.weight.value.sum(axis=0), shape))


def test_initial_weights_lie_in_pytorchs_bounds_and_follow_the_generator() -> None:
    layers = [nn.Linear(16, 200, rng=np.random.default_rng(7)) for _ in range(2)]
    np.testing.assert_array_equal(layers[0].weight.value, layers[1].weight.value)
    assert 0.24 < np.abs(layers[0].weight.value).max() <= 0.25
    ag.seed(3)
    first = nn.Linear(2, 2).weight.value
    ag.seed(3)
    np.testing.assert_array_equal(first, nn.Linear(2, 2).weight.value)


def test_every_activation_is_a_layer_of_its_function() -> None:
    x = np.linspace(-3, 3, 13)
    for name, layer in nn.ACTIVATIONS.items():
        function = getattr(ag, name)
        np.testing.assert_array_equal(layer()(x), function(x), err_msg=name)


def test_state_dict_goes_out_and_comes_back() -> None:
    net, other = small(), nn.MLP([3, 4, 2], "tanh", rng=np.random.default_rng(1))
    other.load_state_dict(net.state_dict())
    x = np.ones((2, 3), np.float32)
    np.testing.assert_array_equal(net(x).value, other(x).value)


def test_a_state_that_does_not_fit_is_refused_whole() -> None:
    net = small()
    before = net.state_dict()
    wrong = {("0.bais" if k == "0.bias" else k): v for k, v in before.items()}
    with pytest.raises(ag.StorageError) as found:
        net.load_state_dict({**wrong, "2.bias": np.ones(3), "zz": 1.0})
    assert str(found.value) == (
        "load_state_dict: the state dictionary does not fit this MLP; nothing was loaded.\n"
        "  missing: 0.bias, of shape (4,)\n"
        "  unexpected: 0.bais (did you mean 0.bias?)\n"
        "  unexpected: zz\n"
        "  shape of 2.bias: (3,) in the state dictionary, (2,) in the module"
    )
    with pytest.raises(ag.ShapeError, match=r"shape of 0\.bias: \(5,\) in .*, \(4,\) in the"):
        net.load_state_dict({**before, "0.bias": np.zeros(5), "2.bias": np.ones(2)})
    with pytest.raises(ag.ShapeError, match=r"dtype of 0\.bias: complex128 in .*, float32 in"):
        net.load_state_dict({**before, "0.bias": np.zeros(4, complex), "2.bias": np.ones(2)})
    np.testing.assert_array_equal(net[2].bias.value, before["2.bias"])


def test_a_state_that_does_not_fit_can_be_loaded_in_part() -> None:
    net = small()
    found = net.load_state_dict({"2.bias": np.ones(2), "other": np.ones(2)}, strict=False)
    assert found == (["0.weight", "0.bias", "2.weight"], ["other"])
    np.testing.assert_array_equal(net[2].bias.value, [1, 1])
    with pytest.raises(ag.ShapeError, match="shape of"):
        net.load_state_dict({"2.bias": np.ones(3)}, strict=False)


def test_buffers_are_the_states_of_a_module() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    names = ["1.running_mean", "1.running_var", "1.num_batches_tracked"]
    assert [path for path, _ in net.named_buffers()] == names
    assert len(net.buffers()) == 3
    net(np.ones((4, 2), np.float32))
    state = net.state_dict()
    assert state["1.num_batches_tracked"] == 1
    assert state["1.num_batches_tracked"].dtype == np.int64
    other = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    other.load_state_dict(state)
    for name, value in other.state_dict().items():
        np.testing.assert_array_equal(value, state[name])
    twin = copy.deepcopy(net)
    twin(np.ones((4, 2), np.float32))
    assert (net[1].num_batches_tracked.item(), twin[1].num_batches_tracked.item()) == (1, 2)


def test_evaluation_leaves_the_running_statistics_alone() -> None:
    net = nn.BatchNorm2d(2).eval()
    before = net.state_dict()
    net(np.random.default_rng(0).normal(size=(3, 2, 4, 4)).astype(np.float32))
    for name, value in net.state_dict().items():
        np.testing.assert_array_equal(value, before[name])


def test_parameters_are_frozen_and_modules_visited() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.Residual(nn.Linear(3, 3)))
    assert net.requires_grad_(False) is net
    assert not any(p.requires_grad for p in net.parameters())
    assert not net(np.ones((1, 2), np.float32)).requires_grad
    seen: list[str] = []
    assert net.apply(lambda module: seen.append(type(module).__name__)) is net
    assert seen == ["Linear", "Residual", "Linear", "Sequential"]


def test_train_and_eval_reach_every_module() -> None:
    net = small().eval()
    assert [module.training for _, module in net.named_modules()] == [False] * 4
    assert all(module.training for _, module in net.train().named_modules())


def test_repr_shows_the_layers() -> None:
    assert repr(nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1, bias=False))) == (
        "Sequential(\n"
        "  (0): Linear(in_features=3, out_features=4, bias=True)\n"
        "  (1): ReLU()\n"
        "  (2): Linear(in_features=4, out_features=1, bias=False)\n"
        ")"
    )
    assert repr(nn.Maxout(2, 3)) == (
        "Maxout(\n  num_pieces=2\n  (linear): Linear(in_features=2, out_features=6, bias=True)\n)"
    )


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (nn.BatchNorm1d(4), "4, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True"),
        (nn.LayerNorm((2, 3)), "(2, 3), eps=1e-05, elementwise_affine=True"),
        (nn.GroupNorm(2, 4), "2, 4, eps=1e-05, affine=True"),
        (nn.RMSNorm(3), "(3,), eps=None, elementwise_affine=True"),
        (nn.Embedding(5, 2, padding_idx=-1), "5, 2, padding_idx=4"),
        (nn.Dropout(0.25), "p=0.25"),
        (nn.LSTM(3, 4, 2, bidirectional=True), "3, 4, num_layers=2, bidirectional=True"),
        (nn.GRUCell(3, 4, bias=False), "3, 4, bias=False"),
        (nn.Flatten(), "start_dim=1, end_dim=-1"),
        (nn.MSELoss("sum"), "reduction='sum'"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_repr_of_a_layer_shows_its_settings(layer: nn.Module, text: str) -> None:
    assert repr(layer) == f"{type(layer).__name__}({text})"


def test_a_module_without_forward_and_a_wrong_activation_say_so() -> None:
    with pytest.raises(NotImplementedError, match="Module does not say what forward computes"):
        nn.Module()(1)
    with pytest.raises(ValueError, match="activation is one of elu, gelu.*found 'rely'"):
        nn.MLP([2, 2], "rely")
    with pytest.raises(ValueError, match=r"names at least input and output; found \[3\]"):
        nn.MLP([3])


def test_copies_and_pickles_are_networks_of_their_own() -> None:
    net, x = small(), np.ones((1, 3), np.float32)
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        np.testing.assert_array_equal(net(x).value, twin(x).value)
        twin[0].weight.assign(np.zeros((4, 3)))
        assert net[0].weight.value.any()


def test_nodes_know_the_module_they_were_recorded_in() -> None:
    net = small()
    scope = net(np.ones((1, 3), np.float32)).node.scope
    assert (scope.kind, scope.path, scope.parent.kind, scope.parent.path) == (
        "Linear",
        "2",
        "MLP",
        "",
    )


def test_a_recurrent_state_kept_by_a_module_makes_no_cycle() -> None:
    class Recurrent(nn.Module):
        def __init__(self) -> None:
            self.weight, self.state = ag.Tensor(0.5), np.zeros(2)

        def forward(self, x: object) -> object:
            self.state = np.tanh(self.weight * self.state + x)
            return self.state

    gc.disable()
    try:
        net = Recurrent()
        for _ in range(3):
            net(np.ones(2))
        alive = weakref.ref(net)
        del net
        assert alive() is None
    finally:
        gc.enable()


def test_gradient_by_a_whole_module_has_its_form() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.LeakyReLU(0.2), nn.Linear(3, 1))
    x = np.ones((4, 2), np.float32)
    gradient = ag.grad(lambda model: np.sum(model(x)))(net)
    np.sum(net(x)).backward()
    np.testing.assert_array_equal(gradient[0].weight.value, net[0].weight.grad)
    assert gradient[1].negative_slope == 0.2
