"""What all optimizers share: groups, steps, missing gradients, saving, resuming, refusals."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from optim_problem import START, loss_of, step
from test_other_arrays import Logged

import autograd_lite as ag
from autograd_lite import optim
from autograd_lite.optim import group as groups
from autograd_lite.optim import optimizer as optimizers
from autograd_lite.optim import schedules

# Each rule with every option that changes what it does.
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9, "dampening": 0.1, "weight_decay": 0.1}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("Adagrad", {"lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.1}),
    ("RMSprop", {}),
    ("RMSprop", {"centered": True, "momentum": 0.5, "weight_decay": 0.1}),
    ("Adadelta", {"weight_decay": 0.1}),
    ("Adam", {}),
    ("Adam", {"weight_decay": 0.1, "amsgrad": True}),
    ("AdamW", {"weight_decay": 0.1, "amsgrad": True}),
    ("NAdam", {"weight_decay": 0.1}),
    ("RAdam", {"weight_decay": 0.1}),
    ("Lion", {"weight_decay": 0.1}),
]
NAMES = [f"{name} {options}" for name, options in KINDS]
every_kind = pytest.mark.parametrize(("name", "options"), KINDS, ids=NAMES)


def made(name: str, params: Any, **options: Any) -> optim.Optimizer:
    optimizer: optim.Optimizer = getattr(optim, name)(params, **options)
    return optimizer


def random_run(optimizer: optim.Optimizer, steps: int, seed: int = 0) -> None:
    """Steps along random gradients."""
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        for p in optimizer.named_parameters().values():
            p.grad = rng.normal(size=p.shape).astype(p.dtype)
        optimizer.step()


# One update, in several ways


@every_kind
def test_a_large_parameter_is_updated_as_a_small_one(
    name: str, options: dict[str, Any], monkeypatch: Any
) -> None:
    start = np.random.default_rng(1).normal(size=(7, 5))

    def final() -> Any:
        p = ag.Tensor(start)
        random_run(made(name, [p], lr=0.01, **options), 7)
        return p.value

    whole = final()
    monkeypatch.setattr(groups, "PIECE", 8)
    monkeypatch.setattr(optimizers, "PIECE", 8)
    np.testing.assert_array_equal(final(), whole)


@every_kind
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_rule_and_its_writing_into_arrays_agree(
    name: str, options: dict[str, Any], dtype: Any
) -> None:
    start = np.random.default_rng(1).normal(size=(3, 5)).astype(dtype)

    def final(by_rule: bool) -> Any:
        p = ag.Tensor(start)
        optimizer = made(name, [p], lr=0.01, **options)
        if by_rule:
            optimizer.write = lambda *args: ag.optim.Optimizer.write(optimizer, *args)  # type: ignore[method-assign]
        random_run(optimizer, 7)
        assert p.dtype == dtype
        return p.value

    np.testing.assert_array_equal(final(True), final(False))


@every_kind
def test_arrays_of_another_library_are_moved_by_numpys_protocols(
    name: str, options: dict[str, Any]
) -> None:
    plain, foreign = ag.Tensor(START), ag.Tensor(Logged(START))
    of_plain, of_foreign = made(name, [plain], **options), made(name, [foreign], **options)
    for g in np.random.default_rng(0).normal(size=(7, 3)):
        plain.grad, foreign.grad = g, Logged(g)
        of_plain.step()
        of_foreign.step()
    assert isinstance(foreign._value, Logged)
    np.testing.assert_array_equal(foreign._value.entries, plain.value)


@every_kind
@pytest.mark.parametrize("shape", [(), (0,), (2, 1), (3, 4)])
def test_shape_and_dtype_stay_and_old_values_are_untouched(
    name: str, options: dict[str, Any], shape: Any
) -> None:
    p = ag.Tensor(np.ones(shape, np.float32))
    before = p.value
    p.grad = np.full(shape, 0.5)  # another dtype than the parameter's
    gradient = p.grad
    made(name, [p], lr=0.1, **options).step()
    assert p.shape == shape
    assert p.dtype == np.float32
    assert type(p._value) is np.ndarray
    np.testing.assert_array_equal(before, np.ones(shape))
    np.testing.assert_array_equal(gradient, np.full(shape, 0.5))
    assert not np.any(p.value == before)


@every_kind
def test_at_a_rate_of_zero_nothing_moves(name: str, options: dict[str, Any]) -> None:
    p = ag.Tensor([1.0, 0.0, -3.0])
    optimizer = made(name, [p], lr=0.0, **options)
    random_run(optimizer, 3)
    np.testing.assert_array_equal(p.value, [1.0, 0.0, -3.0])


def test_a_step_leaves_an_older_graph_right() -> None:
    w = ag.Tensor([3.0])
    loss = np.sum(w * w)
    w.grad = np.array([1.0])
    optim.SGD([w], lr=1.0).step()
    w.grad = None
    loss.backward()
    np.testing.assert_array_equal(w.grad, [6.0])


def test_step_gives_the_loss_of_its_closure() -> None:
    p = ag.Tensor([2.0])
    optimizer = optim.SGD([p], lr=0.25)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = np.sum(p * p)
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 4.0
    assert (p.item(), optimizer.step()) == (1.0, None)


# Who moves


@every_kind
def test_a_parameter_without_gradient_stays_and_starts_afresh(
    name: str, options: dict[str, Any]
) -> None:
    """One that had no gradient at first goes on as if the optimizer had begun with it."""
    early, late, alone = ag.Tensor(START), ag.Tensor(START), ag.Tensor(START)
    both, single = made(name, [early, late], **options), made(name, [alone], **options)
    for i, g in enumerate(np.random.default_rng(0).normal(size=(9, 3))):
        early.grad, late.grad, alone.grad = (g, None, None) if i < 4 else (None, g, g)
        both.step()
        if i < 4:
            np.testing.assert_array_equal(late.value, START)
        else:
            single.step()
    np.testing.assert_array_equal(late.value, alone.value)


def test_parameters_that_moved_equally_often_share_their_count() -> None:
    params = [ag.Tensor([1.0]) for _ in range(3)]
    optimizer = optim.Adam(params)
    slots = optimizer.param_groups[0].slots
    random_run(optimizer, 2)
    assert len({slot.shared for slot in slots}) == 1
    params[1].grad = None
    optimizer.step()
    assert [slot.shared["step"] for slot in slots] == [3, 2, 3]
    assert slots[0].shared is slots[2].shared
    optimizer.step()
    assert [slot.shared["step"] for slot in slots] == [4, 2, 4]


def test_a_frozen_parameter_does_not_move() -> None:
    p, frozen = ag.Tensor([1.0]), ag.Tensor([2.0], requires_grad=False)
    optimizer = optim.SGD([p, frozen, ag.Tensor([3.0]).detach()], lr=0.1)
    np.sum(p * frozen).backward()
    optimizer.step()
    optimizer.zero_grad()
    assert (p.item(), frozen.item(), p.grad) == (0.8, 2.0, None)


# Groups


def test_groups_have_options_of_their_own() -> None:
    a, b = ag.Tensor([1.0]), ag.Tensor([1.0])
    optimizer = optim.SGD([{"params": [a]}, {"params": [b], "lr": 0.5, "momentum": 0.9}], lr=0.1)
    for _ in range(2):
        a.grad = b.grad = np.array([1.0])
        optimizer.step()
    np.testing.assert_allclose([a.item(), b.item()], [1 - 0.2, 1 - 0.5 - 0.5 * 1.9])
    assert [dict(group, params=None) for group in optimizer.param_groups] == [
        {"params": None, "lr": 0.1, "momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0,
         "nesterov": False},
        {"params": None, "lr": 0.5, "momentum": 0.9, "dampening": 0.0, "weight_decay": 0.0,
         "nesterov": False},
    ]  # fmt: skip
    assert optimizer.param_groups[1]["params"] == [b]
    assert repr(optimizer.param_groups[1]).startswith("Group(1 parameters, lr=0.5, momentum=0.9,")
    assert repr(optimizer).startswith("SGD(Group(1 parameters, lr=0.1")


def test_options_may_change_between_steps() -> None:
    p = ag.Tensor([1.0])
    optimizer = optim.SGD([p], lr=0.1)
    p.grad = np.array([1.0])
    optimizer.step()
    for group in optimizer.param_groups:
        group["lr"] *= 0.5
        group["momentum"] = 0.5
    optimizer.step()
    optimizer.step()
    np.testing.assert_allclose(p.value, [1 - 0.1 - 0.05 - 0.05 * 1.5])
    optimizer.lr = 1.0
    assert optimizer.lr == optimizer.param_groups[0]["lr"] == 1.0
    with pytest.raises(KeyError, match="SGD: no option 'rate' to set; there are lr, momentum"):
        optimizer.param_groups[0]["rate"] = 1.0
    with pytest.raises(ValueError, match="SGD: the rate lr must not be negative; found -1"):
        optimizer.lr = -1


def test_a_group_can_be_added_later() -> None:
    a, b = ag.Tensor([1.0]), ag.Tensor([1.0])
    optimizer = optim.Adam([a], lr=0.1)
    random_run(optimizer, 3)
    optimizer.add_param_group({"params": [b], "lr": 0.2})
    alone = ag.Tensor([1.0])
    single = optim.Adam([alone], lr=0.2)
    b.grad = alone.grad = np.array([0.3])
    optimizer.step()
    single.step()
    assert b.item() == alone.item()
    assert list(optimizer.named_parameters()) == ["0", "1"]


def test_names_are_kept_for_the_state_dictionary() -> None:
    net = ag.nn.MLP([2, 3, 1])
    optimizer = optim.Adam(net.named_parameters())
    names = [name for name, _ in net.named_parameters()]
    assert list(optimizer.named_parameters()) == names
    assert f"state.{names[0]}.exp_avg" in optimizer.state_dict()


# The rate


def test_a_schedule_is_asked_before_each_step() -> None:
    p = ag.Tensor([1.0])
    asked = []

    def rate(step: int) -> float:
        asked.append(step)
        return 0.1 * (step + 1)

    optimizer = optim.SGD([p], lr=rate)
    p.grad = np.array([1.0])
    for _ in range(3):
        optimizer.step()
    assert asked == [0, 1, 2]
    np.testing.assert_allclose(p.value, [1 - 0.1 - 0.2 - 0.3])
    assert optimizer.lr == pytest.approx(0.3)
    optimizer.lr = 0.0  # in place of the schedule
    optimizer.step()
    np.testing.assert_allclose(p.value, [0.4])
    assert asked == [0, 1, 2]


def test_each_group_may_have_a_schedule() -> None:
    a, b = ag.Tensor([0.0]), ag.Tensor([0.0])
    optimizer = optim.SGD(
        [{"params": [a]}, {"params": [b], "lr": schedules.exponential(1.0, 0.5)}], lr=0.1
    )
    for _ in range(3):
        a.grad = b.grad = np.array([1.0])
        optimizer.step()
    np.testing.assert_allclose([a.item(), b.item()], [-0.3, -1.75])


# Saving and resuming


def checkpointed(optimizer: Any, path: Path) -> dict[str, Any]:
    """The state after a way through a file."""
    ag.save(path, optimizer.state_dict())
    loaded: dict[str, Any] = ag.load(path)
    return loaded


RESUMED = [*KINDS, ("LBFGS", {"max_iter": 3, "line_search_fn": "strong_wolfe", "history_size": 2})]


@pytest.mark.parametrize("suffix", ["npz", "safetensors"])
@pytest.mark.parametrize(("name", "options"), RESUMED, ids=[f"{n} {o}" for n, o in RESUMED])
def test_a_resumed_run_goes_on_to_the_last_bit(
    name: str, options: dict[str, Any], suffix: str, tmp_path: Path
) -> None:
    if suffix == "safetensors":
        pytest.importorskip("safetensors")
    rate = schedules.cosine(0.05, 20)
    p = ag.Tensor(START)
    optimizer = made(name, [p], lr=rate, **options)
    for _ in range(4):
        step(optimizer, p)
    q = ag.Tensor(p.value)
    resumed = made(name, [q], lr=rate, **options)
    resumed.load_state_dict(checkpointed(optimizer, tmp_path / f"state.{suffix}"))
    for _ in range(4):
        step(optimizer, p)
        step(resumed, q)
    np.testing.assert_array_equal(q.value, p.value)
    for key, value in resumed.state_dict().items():
        np.testing.assert_array_equal(value, optimizer.state_dict()[key], err_msg=key)


def test_a_run_with_missing_gradients_is_resumed_too() -> None:
    def params() -> list[ag.Tensor]:
        return [ag.Tensor(START), ag.Tensor(START)]

    ours, theirs = params(), params()
    optimizer, resumed = optim.NAdam(ours), optim.NAdam(theirs)
    grads = np.random.default_rng(0).normal(size=(6, 2, 3))
    for i, pair in enumerate(grads):
        if i == 3:
            resumed.load_state_dict(optimizer.state_dict())
            for p, q in zip(ours, theirs, strict=True):
                q.assign(p.value)
        for p, q, g in zip(ours, theirs, pair, strict=True):
            p.grad = q.grad = None if i == 1 and p is ours[0] else g
        optimizer.step()
        if i >= 3:
            resumed.step()
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(p.value, q.value)


def test_loading_restores_the_options() -> None:
    p, q = ag.Tensor([1.0]), ag.Tensor([1.0])
    optimizer = optim.Adam([p], lr=0.5, betas=(0.5, 0.6), weight_decay=0.1, amsgrad=True)
    other = optim.Adam([q], amsgrad=True)
    other.load_state_dict(optimizer.state_dict())
    assert dict(other.param_groups[0], params=0) == dict(optimizer.param_groups[0], params=0)


def test_a_nested_state_is_read_as_well() -> None:
    optimizer = optim.SGD([ag.Tensor([1.0])], momentum=0.9)
    flat = optimizer.state_dict()
    nested: dict[str, Any] = {}
    for path, value in flat.items():
        *above, last = path.split(".")
        inner = nested
        for key in above:
            inner = inner.setdefault(key, {})
        inner[last] = value
    optimizer.load_state_dict(nested)


def test_a_state_is_a_copy() -> None:
    p = ag.Tensor(START)
    optimizer = optim.Adam([p])
    random_run(optimizer, 2)
    state = optimizer.state_dict()
    kept = {key: np.array(value) for key, value in state.items()}
    random_run(optimizer, 2)
    for key, value in kept.items():
        np.testing.assert_array_equal(state[key], value)


def test_a_state_that_does_not_fit_is_refused_and_changes_nothing() -> None:
    optimizer = optim.Adam([("w", ag.Tensor(START)), ("b", ag.Tensor(0.0))])
    random_run(optimizer, 3)
    before = optimizer.state_dict()
    wrong = {**before, "state.v.step": 1, "state.w.exp_avg": np.ones(2)}
    del wrong["state.b.exp_avg_sq"]
    with pytest.raises(
        ag.StorageError,
        match=r"load_state_dict into Adam: missing state\.b\.exp_avg_sq; unexpected "
        r"state\.v\.step; state\.w\.exp_avg has shape \(2,\), here it has \(3,\)\.",
    ):
        optimizer.load_state_dict(wrong)
    with pytest.raises(ag.ShapeError, match=r"state\.w\.exp_avg has shape \(2,\)"):
        optimizer.load_state_dict({**before, "state.w.exp_avg": np.ones(2)})
    for key, value in optimizer.state_dict().items():
        np.testing.assert_array_equal(value, before[key])
    assert len({slot.shared for slot in optimizer.param_groups[0].slots}) == 1


# Refusals


def test_refusals_of_parameters() -> None:
    w = ag.Tensor([1.0])
    with pytest.raises(ValueError, match=r"SGD: there are no parameters to optimize\."):
        optim.SGD([], lr=0.1)
    with pytest.raises(ValueError, match=r"SGD: there are no parameters to optimize\."):
        optim.SGD([{"params": []}], lr=0.1)
    with pytest.raises(TypeError, match="SGD: .* parameter 0 is a result: .*from multiply"):
        optim.SGD([w * 2], lr=0.1)
    with pytest.raises(
        TypeError, match="RMSprop: parameters are leaf tensors; parameter 1 is a nd"
    ):
        optim.RMSprop([w, np.ones(3)])
    with pytest.raises(TypeError, match="Adam: params are a list .* found a single Tensor"):
        optim.Adam(w)
    with pytest.raises(TypeError, match="Adam: params are a list .* found a single Linear"):
        optim.Adam(ag.nn.Linear(1, 1))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"parameter 0 is a Linear\. Give its \.parameters\(\)\."):
        optim.Adam([ag.nn.Linear(1, 1)])
    with pytest.raises(ValueError, match="Adam: parameters 0 and 1 are one tensor"):
        optim.Adam([w, w])
    with pytest.raises(ValueError, match="Adam: parameters 0 and 1 are one tensor"):
        optim.Adam([{"params": [w]}, {"params": [w]}])
    with pytest.raises(ValueError, match="Adam: two parameters have the name 'w'"):
        optim.Adam([("w", w), ("w", ag.Tensor([1.0]))])
    with pytest.raises(ValueError, match="Adam: two parameters have the name 'w'"):
        optim.Adam([{"params": [("w", w)]}, {"params": [("w", ag.Tensor([1.0]))]}])
    with pytest.raises(TypeError, match="Adam: params are tensors or groups .*, not both"):
        optim.Adam([w, {"params": [w]}])
    with pytest.raises(ValueError, match="Adam: a parameter group needs 'params'; found 'lr'"):
        optim.Adam([{"lr": 0.1}])


def test_refusals_of_options() -> None:
    w = ag.Tensor([1.0])
    with pytest.raises(ValueError, match="Adam: the rate lr must not be negative; found -1"):
        optim.Adam([w], lr=-1)
    with pytest.raises(ValueError, match="Adam: the rate lr must not be negative; found nan"):
        optim.Adam([w], lr=np.nan)
    with pytest.raises(TypeError, match="lr is a number or a function of the step; found 'fast'"):
        optim.Adam([w], lr="fast")
    with pytest.raises(TypeError, match="lr is a number or a function of the step; found None"):
        optim.Adam([w], lr=None)
    with pytest.raises(TypeError, match="SGD: momentum is a number; found 'big'"):
        optim.SGD([w], momentum="big")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="SGD: weight_decay must not be negative; found -0.1"):
        optim.SGD([w], weight_decay=-0.1)
    with pytest.raises(
        ValueError, match=r"betas are two numbers from 0 to below 1; found \(0.9, 1"
    ):
        optim.AdamW([w], betas=(0.9, 1.0))
    with pytest.raises(TypeError, match="betas are two numbers from 0 to below 1; found 0.9"):
        optim.AdamW([w], betas=0.9)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Adadelta: rho must not be above 1; found 1.5"):
        optim.Adadelta([w], rho=1.5)
    with pytest.raises(ValueError, match="SGD: nesterov needs a momentum, and no dampening"):
        optim.SGD([w], nesterov=True)
    with pytest.raises(
        ValueError, match="SGD: unknown option 'beta'; there are lr, momentum, dampening"
    ):
        optim.SGD([{"params": [w], "beta": 0.9}])


# In use


@pytest.mark.parametrize("name", sorted(optim.OPTIMIZERS))
def test_every_optimizer_lowers_the_loss(name: str) -> None:
    p = ag.Tensor([0.9, -2.0, 2.9])
    optimizer = optim.OPTIMIZERS[name]([p], lr=1.0 if name == "adadelta" else 0.01)
    before = loss_of(p).item()
    for _ in range(100):
        step(optimizer, p)
    assert loss_of(p).item() < before - 0.01


def test_adam_learns_a_network() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 2)).astype(np.float32)
    labels = (x[:, 0] * x[:, 1] > 0).astype(int)
    net = ag.nn.MLP([2, 16, 2], rng=rng)
    optimizer = optim.Adam(net.parameters(), lr=0.02)
    for _ in range(300):
        loss = ag.cross_entropy(net(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1
