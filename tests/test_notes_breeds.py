"""The notes' dog breeds: two inputs, one hidden unit without activation, a softmax of three.

Both the forward pass and the losses have slips in the notes: their logarithms are of base 10.
"""

import math
from typing import Any

import numpy as np
import pytest
from notes import BREED, BREED_WEIGHTS, BREEDS, breed_logits, breed_loss

import autograd_lite as ag

# Each sample's h; its logits; their exponentials, and the sum; the softmax; the loss
FORWARD: list[tuple[float, list[float], list[float], float, list[float], float]] = [
    # printed: 1.03 for the second exponential (it is 1.10), loss 0.48
    (0.14, [0.042, 0.098, 0.056], [1.04289447875076, 1.10296278510851, 1.05759768373661],
     3.20345494759588, [0.325553034399136, 0.344304135113951, 0.330142830486913],
     1.12222989850371),
    # printed: loss 0.44
    (0.32, [0.096, 0.224, 0.128], [1.10075906399398, 1.25107101942836, 1.13655300269706],
     3.4883830861194, [0.315549937268645, 0.358639228703547, 0.325810834027808],
     1.02543832975196),
    # printed: sum 3.29 (it is 3.30), first probability 0.33 (it is 0.32), loss 0.48
    (0.2, [0.06, 0.14, 0.08], [1.06183654654536, 1.15027379885723, 1.08328706767496],
     3.29539741307755, [0.322218055501148, 0.349054652495766, 0.328727292003087],
     1.11252677163073),
]  # fmt: skip


def test_the_table_by_name() -> None:
    table = ag.data.dog_breeds()
    np.testing.assert_array_equal(table.features, BREEDS)
    np.testing.assert_array_equal(table.target, BREED)


@pytest.mark.parametrize("sample", range(3))
def test_forward(sample: int) -> None:
    h, logits, exponentials, total, softmax, loss = FORWARD[sample]
    found = breed_logits(BREED_WEIGHTS)[sample]
    np.testing.assert_allclose(BREEDS[sample] @ BREED_WEIGHTS[:2], h, rtol=1e-14)
    np.testing.assert_allclose(found, logits, rtol=1e-14)
    np.testing.assert_allclose(np.exp(found), exponentials, rtol=1e-14)
    np.testing.assert_allclose(np.exp(found).sum(), total, rtol=1e-14)
    np.testing.assert_allclose(ag.softmax(found), softmax, rtol=1e-14)
    np.testing.assert_allclose(ag.cross_entropy(found, BREED[sample]), loss, rtol=1e-14)
    answer = ag.data.one_hot(np.argmax(found), 3)
    np.testing.assert_array_equal(answer, [0, 1, 0])  # right for the second sample alone


def test_losses_in_natural_logarithms_and_in_base_10() -> None:
    """The total is 3.26; the printed 1.40 is a sum of rounded logarithms of base 10."""
    total = breed_loss(BREED_WEIGHTS)
    np.testing.assert_allclose(total, 3.2601949998863977, rtol=4e-15)
    np.testing.assert_allclose(breed_loss(BREED_WEIGHTS, "mean"), 1.0867316666287992, rtol=4e-15)
    np.testing.assert_allclose(total / math.log(10), 1.415884698379235, rtol=4e-15)
    each = breed_loss(BREED_WEIGHTS, "none") / math.log(10)
    expected = [0.487378252347007, 0.445342208143362, 0.483164237888867]
    np.testing.assert_allclose(each, expected, rtol=1e-14)


def test_only_one_in_three_is_right() -> None:
    answers = np.argmax(breed_logits(BREED_WEIGHTS), axis=1)
    assert np.mean(answers == BREED) == 1 / 3


# The gradient, to fifty digits; and of other versions of the loss

GRADIENT = np.array([
    -0.05415931786175269294825, -0.05608604807946132829204, 0.07099701584207490564982,
    -0.08722193739975859780494, 0.01622492155768369215511,
])  # fmt: skip


def test_gradient() -> None:
    w = ag.Tensor(BREED_WEIGHTS)
    breed_loss(w).backward()
    np.testing.assert_allclose(w.grad, GRADIENT, rtol=2e-14, atol=2e-16)
    np.testing.assert_allclose(w.grad[2:].sum(), 0, atol=1e-16)


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        (1 / 3, [-0.01805310595391756, -0.01869534935982044, 0.0236656719473583,
                 -0.029073979133252863, 0.005408307185894559]),
        (1 / math.log(10), [-0.023521092891003407, -0.024357861192670523, 0.030833612211810874,
                            -0.03788000611362602, 0.007046393901815134]),
    ],
    ids=["mean", "base 10"],
)  # fmt: skip
def test_gradient_of_the_mean_and_in_base_10(factor: float, expected: list[float]) -> None:
    found = ag.grad(lambda w: factor * breed_loss(w))(BREED_WEIGHTS)
    np.testing.assert_allclose(found, expected, rtol=2e-14, atol=2e-16)


def test_gradient_by_logits_and_by_the_hidden_unit() -> None:
    """The chain that the notes print as one product of numbers is a sum over three outputs."""
    total = lambda z: ag.cross_entropy(z, BREED, "sum")
    by_logits = ag.grad(total)(breed_logits(BREED_WEIGHTS))
    expected = [
        [-0.6744469656008645, 0.3443041351139511, 0.33014283048691334],
        [0.31554993726864483, -0.6413607712964526, 0.3258108340278078],
        [0.32221805550114785, 0.3490546524957655, -0.6712727079969134],
    ]
    np.testing.assert_allclose(by_logits, expected, rtol=1e-14)
    h = BREEDS @ BREED_WEIGHTS[:2]
    by_hidden = ag.grad(lambda h: total(np.outer(h, BREED_WEIGHTS[2:])))(h)
    expected_hidden = [0.17073593709427173, -0.22396322511580022, 0.07249459019861482]
    np.testing.assert_allclose(by_hidden, expected_hidden, rtol=1e-14)
    closed_form = [*(by_hidden @ BREEDS), *(h @ by_logits)]
    np.testing.assert_allclose(closed_form, GRADIENT, rtol=2e-14, atol=2e-16)


# Descent on the summed loss, at rate 0.1

DESCENT: dict[int, tuple[float, list[float] | None]] = {
    1: (3.258280488450191,
        [0.2054159317861753, 0.40560860480794614, 0.2929002984157925, 0.7087221937399758,
         0.39837750784423165]),
    2: (3.2563038118919883,
        [0.2109861319918868, 0.4113906339760758, 0.2857279161302454, 0.7175282919433789,
         0.3967437919263757]),
    3: (3.2542650484174525, None),
    10: (3.238339627601778,
         [0.2604452997145472, 0.4634301167174022, 0.22591702359275173, 0.7907005529966818,
          0.38338242341056633]),
    100: (3.142302192774417,
          [0.4480743658607452, 0.9385554058720523, -0.17920020280620327, 1.204444404876641,
           0.3747557979295626]),
    1000: (1.7083144022811174,
           [-4.873754428913425, 6.433756687150449, -4.931628937291572, 6.430603714245574,
            -0.09897477695399545]),
}  # fmt: skip


class Breeds(ag.nn.Module):
    """The same network of layers, without biases."""

    def __init__(self) -> None:
        self.hidden = ag.nn.Linear(2, 1, bias=False, dtype=float)
        self.output = ag.nn.Linear(1, 3, bias=False, dtype=float)
        self.hidden.weight.assign([BREED_WEIGHTS[:2]])
        self.output.weight.assign(BREED_WEIGHTS[2:, np.newaxis])

    def forward(self, x: Any) -> Any:
        return self.output(self.hidden(x))


def test_descent() -> None:
    net = Breeds()
    assert sum(parameter.size for parameter in net.parameters()) == 5
    optimizer = ag.optim.SGD(net.parameters(), lr=0.1)
    answers = {}
    for step in range(1, 1001):
        optimizer.zero_grad()
        ag.cross_entropy(net(BREEDS), BREED, "sum").backward()
        optimizer.step()
        if step in DESCENT:
            loss, weights = DESCENT[step]
            logits = net(BREEDS).numpy()
            answers[step] = np.argmax(logits, axis=1).tolist()
            np.testing.assert_allclose(ag.cross_entropy(logits, BREED, "sum"), loss, rtol=1e-13)
            if weights is not None:
                found = np.concatenate([p.value.ravel() for p in net.parameters()])
                np.testing.assert_allclose(found, weights, rtol=1e-12)
    assert [answers[step] for step in (1, 2, 3, 10, 100)] == [[1, 1, 1]] * 5
    assert answers[1000] == [0, 1, 0]


def test_one_step_on_the_mean_of_the_losses() -> None:
    after = BREED_WEIGHTS - 0.1 * ag.grad(lambda w: breed_loss(w, "mean"))(BREED_WEIGHTS)
    np.testing.assert_allclose(breed_loss(after), 3.259560252956933, rtol=4e-15)


def test_an_epoch_of_updates_sample_by_sample() -> None:
    """What the notes call three iterations has no update between them: it is one batch."""
    w, losses = ag.Tensor(BREED_WEIGHTS), []
    optimizer = ag.optim.SGD([w], lr=0.1)
    for x, label in zip(BREEDS, BREED, strict=True):
        optimizer.zero_grad()
        loss = ag.cross_entropy((x @ w[:2]) * w[2:], label)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    expected = [1.1222298985037074, 1.0279517239155922, 1.1160542278733017]
    np.testing.assert_allclose(losses, expected, rtol=1e-14)
    np.testing.assert_allclose(breed_loss(w.value), 3.258418034110819, rtol=1e-14)


@pytest.mark.parametrize("seed", range(5))
def test_the_network_can_never_tell_three_breeds_apart(seed: int) -> None:
    """Its logits are multiples of one vector: two classes at most, and a loss above ln 2."""
    w = np.random.default_rng(seed).normal(scale=3, size=5)
    slope = ag.grad(breed_loss)
    for _ in range(300):
        w = w - 0.5 * slope(w)
        assert len(set(np.argmax(breed_logits(w), axis=1))) <= 2
        assert breed_loss(w) > math.log(2)


def test_a_hidden_unit_more_and_biases_tell_them_apart() -> None:
    net = ag.nn.MLP([2, 8, 3], "tanh", dtype=float, rng=np.random.default_rng(0))
    x = (BREEDS - BREEDS.mean(axis=0)) / BREEDS.std(axis=0)
    optimizer = ag.optim.Adam(net.parameters(), lr=0.05)
    for _ in range(400):
        optimizer.zero_grad()
        loss = ag.cross_entropy(net(x), BREED, "sum")
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1 < math.log(2)
    assert np.argmax(net(x), axis=1).tolist() == [0, 1, 2]
