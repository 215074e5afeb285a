"""The page that steps through a computation, in a real browser: every number, key and control."""

import itertools
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from notes import BREED, BREED_WEIGHTS, BREEDS

import autograd_lite as ag

webdriver = pytest.importorskip("selenium.webdriver", reason="needs pip install selenium")

from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.wait import WebDriverWait  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver (Debian: chromium-driver)"
)

FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage",
]  # fmt: skip

DESKTOP, PHONE = (1280, 800), (390, 844)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in [*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


class Page:
    """One page in the browser, and what the tests do with it."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(
        self,
        path: Path,
        size: tuple[int, int] = DESKTOP,
        dark: bool = False,
        still: bool = True,
        digits: str | None = "17",
    ) -> "Page":
        width, height = size
        features = {
            "prefers-color-scheme": "dark" if dark else "light",
            "prefers-reduced-motion": "reduce" if still else "no-preference",
        }
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == PHONE},
        )
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": name, "value": value} for name, value in features.items()]},
        )
        self.driver.get(path.as_uri())
        # A browser drops what is typed before the page has been painted.
        self.driver.execute_async_script(
            "requestAnimationFrame(() => requestAnimationFrame(arguments[0]))"
        )
        if digits:
            self.choose("digits", digits)
        return self

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def all(self, selector: str) -> list[Any]:
        found: list[Any] = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return found

    def one(self, selector: str) -> Any:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def press(self, *keys: str) -> None:
        """Keys, to whatever has the focus."""
        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def choose(self, select: str, value: str) -> None:
        self.run(
            "const s = document.getElementById(arguments[0]); s.value = arguments[1];"
            "s.dispatchEvent(new Event('change'))",
            select,
            value,
        )

    def where(self) -> str:
        return str(self.one("#where").text)

    def wait_for(self, condition: Callable[[], Any]) -> None:
        WebDriverWait(self.driver, 20).until(lambda _: condition())

    def shown(self) -> dict[str, Any]:
        """All that the panel says: tables as arrays by their labels, operands' ways in order."""
        found: dict[str, Any] = self.run(READ_PANEL)
        return found

    def clicked_through(self) -> Iterator[dict[str, Any]]:
        """What is shown at every moment, stepping with the button as a reader does."""
        self.one("#first").click()
        while True:
            yield self.shown()
            if self.one("#next").get_attribute("aria-disabled") == "true":
                return
            self.one("#next").click()

    def moments(self, script: str = "") -> list[Any]:
        """The same at once; with `script` what that returns at every moment."""
        found: list[Any] = self.run(
            "const [first, next] = [document.getElementById('first'),"
            " document.getElementById('next')];"
            "const all = []; first.click();"
            "for (;;) {"
            "  all.push((() => {" + (script or READ_PANEL) + "})());"
            "  if (next.getAttribute('aria-disabled') === 'true') return all;"
            "  next.click(); }"
        )
        return found


READ_PANEL = """
const number = (text) => Number(text.replace("∞", "Infinity"));
const read = (table) => [...table.rows].map((row) =>
  [...row.querySelectorAll("td:not(.corner)")].map((cell) => number(cell.textContent)))
  .filter((row) => row.length);
const tables = (part) => [...part.querySelectorAll("table")].map((table) =>
  [table.getAttribute("aria-label"), read(table)]);
const panel = document.getElementById("panel");
return {
  name: panel.querySelector("h2").textContent,
  direction: panel.querySelector(".direction").textContent,
  tables: tables(panel),
  ways: [...panel.querySelectorAll(".card")].map((card) => ({
    head: card.querySelector("h4")?.textContent,
    text: card.textContent,
    sign: card.querySelector(".operator")?.textContent ?? null,
    tables: tables(card),
  })),
};
"""


@pytest.fixture
def page(chromium: Any) -> Iterator[Page]:
    """A page; whatever a test does, the browser has nothing to complain of and loads nothing."""
    chromium.get("about:blank")
    chromium.get_log("browser"), chromium.get_log("performance")
    yield Page(chromium)
    assert chromium.get_log("browser") == []
    messages = [
        json.loads(entry["message"])["message"] for entry in chromium.get_log("performance")
    ]
    requested = {
        message["params"]["request"]["url"].split("#")[0]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    }
    assert {url for url in requested if not url.startswith("file:")} == set()
    assert len(requested) <= 1


# The networks


@pytest.fixture(scope="module")
def breeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The notes' network in elementary operations: a tensor for every column of their table."""
    x = BREEDS
    w12, w345 = ag.Tensor(BREED_WEIGHTS[:2]), ag.Tensor(BREED_WEIGHTS[2:])
    with ag.keep_values():
        h = x @ w12
        y = np.expand_dims(h, 1) * w345
        e = np.exp(y)
        s = np.sum(e, axis=1, keepdims=True)
        p = e / s
        picked = p[np.arange(3), BREED]
        logs = np.log(picked)
        loss = -np.sum(logs)
        loss.backward()
    names = {
        "x": x, "w12": w12, "w345": w345, "h": h, "y": y, "e": e, "s": s, "p": p,
        "picked": picked, "logs": logs, "loss": loss,
    }  # fmt: skip
    path = tmp_path_factory.mktemp("breeds") / "breeds.html"
    return Path(ag.draw(loss, names=names, values=True).save(path))


class Breeds(ag.nn.Module):
    """The same network of layers, without biases."""

    def __init__(self) -> None:
        self.hidden = ag.nn.Linear(2, 1, bias=False, dtype=float)
        self.output = ag.nn.Linear(1, 3, bias=False, dtype=float)
        self.hidden.weight.assign([BREED_WEIGHTS[:2]])
        self.output.weight.assign(BREED_WEIGHTS[2:, np.newaxis])

    def forward(self, x: Any) -> Any:
        return self.output(self.hidden(x))


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    net = Breeds()
    with ag.keep_values():
        logits = net(BREEDS)
        loss = ag.cross_entropy(logits, BREED, "sum")
        loss.backward()
    names = {"x": BREEDS, "loss": loss}
    path = tmp_path_factory.mktemp("layers") / "layers.html"
    return Path(ag.draw(loss, names=names, values=True).save(path))


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Modules in modules, and arrays too large for tables."""
    table = ag.data.digits()
    x = table.images[:64].reshape(64, -1) / 16
    net = ag.nn.MLP([64, 32, 32, 10], "relu", rng=np.random.default_rng(0))
    with ag.keep_values():
        loss = ag.cross_entropy(net(x), table.labels[:64])
        loss.backward()
    path = tmp_path_factory.mktemp("digits") / "digits.html"
    return Path(ag.draw(loss, names={"x": x, "loss": loss}, values=True).save(path))


# The notes' tables, recomputed

H = np.array([0.14, 0.32, 0.2])
Y = np.array([[0.042, 0.098, 0.056], [0.096, 0.224, 0.128], [0.06, 0.14, 0.08]])
E = np.array([
    [1.04289447875076, 1.10296278510851, 1.05759768373661],
    [1.10075906399398, 1.25107101942836, 1.13655300269706],
    [1.06183654654536, 1.15027379885723, 1.08328706767496],
])  # fmt: skip
S = np.array([[3.20345494759588], [3.4883830861194], [3.29539741307755]])
P = np.array([
    [0.325553034399136, 0.344304135113951, 0.330142830486913],
    [0.315549937268645, 0.358639228703547, 0.325810834027808],
    [0.322218055501148, 0.349054652495766, 0.328727292003087],
])  # fmt: skip
LOSSES = np.array([1.12222989850371, 1.02543832975196, 1.11252677163073])
TOTAL = 3.2601949998863977

BY_LOGITS = np.array([
    [-0.6744469656008645, 0.3443041351139511, 0.33014283048691334],
    [0.31554993726864483, -0.6413607712964526, 0.3258108340278078],
    [0.32221805550114785, 0.3490546524957655, -0.6712727079969134],
])  # fmt: skip
BY_HIDDEN = np.array([0.17073593709427173, -0.22396322511580022, 0.07249459019861482])
BY_WEIGHTS = np.array([
    -0.05415931786175269294825, -0.05608604807946132829204, 0.07099701584207490564982,
    -0.08722193739975859780494, 0.01622492155768369215511,
])  # fmt: skip

PICKED = P.diagonal()  # the classes are 0, 1, 2
ON_DIAGONAL = np.diag(-1 / PICKED)

FORWARD = {
    "x": BREEDS, "w12": BREED_WEIGHTS[:2], "w345": BREED_WEIGHTS[2:], "h": H,
    "expand_dims": H[:, np.newaxis],
    "y": Y, "e": E, "s": S, "p": P, "picked": PICKED, "logs": -LOSSES, "sum": -TOTAL,
    "loss": TOTAL,
}  # fmt: skip
BACKWARD = {
    "loss": 1.0,
    "sum": -1.0,
    "logs": -np.ones(3),
    "picked": -1 / PICKED,
    "p": ON_DIAGONAL,
    "s": np.array([[1.0]] * 3) / S,  # -g * e / s**2, summed: 1 / s, as the classes' gradient is
    "e": BY_LOGITS / E,
    "y": BY_LOGITS,
    "expand_dims": BY_HIDDEN[:, np.newaxis],
    "h": BY_HIDDEN,
    "w12": BY_WEIGHTS[:2],
    "w345": BY_WEIGHTS[2:],
}


def by_name(name: str, table: dict[str, Any]) -> Any:
    """The expected array of a step, which may be called after its op and its number."""
    return np.asarray(table[name.split(" #")[0]])


def the_table(shown: dict[str, Any], label: str) -> Any:
    (rows,) = (rows for name, rows in shown["tables"] if name == label)
    return np.array(rows)


def close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(
        np.asarray(found).ravel(), np.asarray(expected).ravel(), rtol=2e-14, atol=1e-15
    )


def test_every_step_shows_the_numbers_of_the_notes(page: Page, breeds: Path) -> None:
    page.open(breeds)
    seen: dict[str, list[str]] = {"forward": [], "backward": []}
    for shown in page.clicked_through():
        name, direction = shown["name"], shown["direction"]
        seen[direction].append(name.split(" #")[0])
        if direction == "forward":
            value, expected = the_table(shown, name), by_name(name, FORWARD)
            assert value.shape == np.atleast_2d(expected).shape
            close(value, expected)
        else:
            gradient = the_table(shown, f"the gradient of loss by {name}")
            close(gradient, by_name(name, BACKWARD))
            check_ways(shown, gradient)
    assert set(seen["forward"]) == set(FORWARD)
    assert set(seen["backward"]) == set(BACKWARD)
    assert seen["backward"] == [name for name in reversed(seen["forward"]) if name != "x"]


def check_ways(shown: dict[str, Any], gradient: Any) -> None:
    """Through every operand: the product is that of the incoming gradient and the derivative."""
    for way in shown["ways"]:
        labels = dict(way["tables"])
        local = [
            np.array(rows) for name, rows in way["tables"] if name.startswith("the derivative")
        ]
        product = [np.array(rows) for name, rows in way["tables"] if name.startswith("the product")]
        if not product:
            assert "no gradient goes there" in way["text"]
            continue
        if way["sign"] == "×":
            close(product[0], gradient * local[0])
        else:
            matrix = local[0].reshape(gradient.size, -1)
            close(product[0], gradient.ravel() @ matrix)
        for name, rows in labels.items():
            if name.startswith("the contribution"):  # the operand was broadcast
                assert np.size(rows) < product[0].size
                close(np.sum(rows), product[0].sum())
            if name.startswith("sum, "):
                before = np.array(labels[name.replace("sum,", "sum before,")])
                close(rows, before + np.array(labels[name.replace("sum,", "product,")]))


def test_inputs_are_shown_beside_the_result(page: Page, breeds: Path) -> None:
    page.open(breeds)
    click(page, '#view [aria-label^="p,"]')
    shown = page.shown()
    assert [way["head"].split(" (")[0].strip() for way in shown["ways"]] == ["x = e", "y = s"]
    close(the_table(shown, "e"), E)
    close(the_table(shown, "s"), S)
    assert page.one(".call").text == "divide(e, s)"


def click(page: Page, selector: str) -> None:
    """A click with the pointer: on whatever lies on top there."""
    ActionChains(page.driver).move_to_element(page.one(selector)).click().perform()


def test_a_shared_result_gathers_its_contributions(page: Page, breeds: Path) -> None:
    page.open(breeds)
    back = [moment for moment in page.moments() if moment["direction"] == "backward"]
    (at_p,) = (moment for moment in back if moment["name"] == "p")
    (at_s,) = (moment for moment in back if moment["name"] == "s")
    assert "Contribution 1 of 2 to e: the sum begins with it." in at_p["ways"][0]["text"]
    assert "Contribution 2 of 2 to e" in at_s["ways"][0]["text"]
    tables = dict(at_s["ways"][0]["tables"])
    close(tables["sum, e"], BY_LOGITS / E)
    page.press(Keys.END)
    assert "Complete: one contribution." in page.one("#panel").text


def test_the_network_of_layers_shows_the_same_numbers(page: Page, layers: Path) -> None:
    page.open(layers)
    moments = list(page.moments())
    forward = {m["name"]: m for m in moments if m["direction"] == "forward"}
    backward = {m["name"]: m for m in moments if m["direction"] == "backward"}
    logits = next(name for name in reversed(forward) if name.startswith("affine"))
    hidden = next(name for name in forward if name.startswith("affine"))
    close(the_table(forward[hidden], hidden), H)
    close(the_table(forward[logits], logits), Y)
    close(the_table(forward["loss"], "loss"), TOTAL)
    close(the_table(backward[logits], f"the gradient of loss by {logits}"), BY_LOGITS)
    close(the_table(backward[hidden], f"the gradient of loss by {hidden}"), BY_HIDDEN)
    for name, expected in (("hidden", BY_WEIGHTS[:2]), ("output", BY_WEIGHTS[2:])):
        weight = f"{name}.weight"
        close(the_table(backward[weight], f"the gradient of loss by {weight}"), expected)
    for moment in backward.values():
        check_ways(moment, the_table(moment, f"the gradient of loss by {moment['name']}"))


def test_digits_are_as_many_as_one_asks_for(page: Page, breeds: Path) -> None:
    page.open(breeds, digits=None)
    page.press(Keys.END)
    for digits in ("3", "4", "6"):
        page.choose("digits", digits)
        for _, rows in page.shown()["tables"]:
            np.testing.assert_allclose(
                rows, [[float(f"{x:.{digits}g}") for x in BY_WEIGHTS[:2]]], rtol=1e-15
            )


def test_large_arrays_are_statistics_and_heat_maps(page: Page, digits: Path) -> None:
    page.open(digits, digits="6")
    names = ["min", "max", "mean", "std", "norm"]
    found = dict(zip(names, page.run(
        "return [...document.querySelectorAll('dd')].map(d => Number(d.textContent))"
    ), strict=True))  # fmt: skip
    x = ag.data.digits().images[:64] / 16
    assert found["min"] == 0
    assert found["max"] == 1
    assert found["mean"] == pytest.approx(x.mean(), rel=1e-5)
    assert found["std"] == pytest.approx(x.std(), rel=1e-5)
    assert found["norm"] == pytest.approx(float(np.sqrt((x * x).sum())), rel=1e-5)
    page.press(Keys.END)
    for dark in (False, True):
        page.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]},
        )
        colors = page.run(
            "const from = document.querySelector('canvas'), to = from.cloneNode();"
            "const context = to.getContext('2d', { willReadFrequently: true });"
            "context.drawImage(from, 0, 0);"
            "const d = context.getImageData(0, 0, to.width, to.height).data;"
            "let [blue, orange] = [0, 0];"
            "for (let i = 0; i < d.length; i += 4) {"
            "  blue += d[i + 2] > d[i] + 40; orange += d[i] > d[i + 2] + 40; }"
            "return [blue, orange];"
        )
        assert min(colors) > 0


# Moving


def test_the_keyboard_moves_through_the_steps(page: Page, breeds: Path) -> None:
    page.open(breeds)
    count = len(FORWARD) + len(BACKWARD)
    page.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert page.where().startswith("Forward 3 of 13")
    page.press(Keys.ARROW_LEFT)
    assert page.where().startswith("Forward 2 of 13")
    page.press(Keys.END)
    assert page.where().startswith("Backward 12 of 12")
    page.press(Keys.ARROW_RIGHT)
    assert page.where().startswith("Backward 12 of 12")  # there is nothing beyond
    page.press(Keys.HOME)
    assert page.where().startswith("Forward 1 of 13")
    page.press(Keys.ARROW_LEFT)
    assert page.where().startswith("Forward 1 of 13")
    assert page.one("#slider").get_attribute("max") == str(count - 1)


def test_the_slider_moves_through_the_steps(page: Page, breeds: Path) -> None:
    page.open(breeds)
    slider = page.one("#slider")
    slider.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert page.where().startswith("Forward 3 of 13")
    assert slider.get_attribute("aria-valuetext") == page.where()
    width = slider.size["width"]
    ActionChains(page.driver).move_to_element_with_offset(
        slider, width // 2 - 3, 0
    ).click().perform()
    assert page.where().startswith("Backward 12 of 12")
    slider.send_keys(Keys.HOME)
    assert page.where().startswith("Forward 1 of 13")


def test_buttons_say_when_they_lead_nowhere(page: Page, breeds: Path) -> None:
    page.open(breeds)

    def disabled() -> list[str]:
        return [b.get_attribute("id") for b in page.all('footer button[aria-disabled="true"]')]

    assert disabled() == ["first", "previous"]
    page.one("#last").click()
    assert disabled() == ["next", "last"]
    page.one("#previous").click()
    assert disabled() == []


def test_it_plays_by_itself_and_pauses(page: Page, breeds: Path) -> None:
    page.open(breeds)
    page.choose("speed", "4")
    play = page.one("#play")
    page.run("document.activeElement.blur()")
    page.press(Keys.SPACE)
    assert play.get_attribute("aria-label") == "Pause"
    page.wait_for(lambda: int(page.one("#slider").get_attribute("value")) >= 2)
    play.click()
    assert play.get_attribute("aria-label") == "Play"
    page.press(Keys.END, Keys.ARROW_LEFT)
    play.click()
    page.wait_for(lambda: play.get_attribute("aria-label") == "Play")  # at the end it stops
    assert page.where().startswith("Backward 12 of 12")
    play.click()  # from the end it begins again
    assert page.where().startswith("Forward 1 of 13")
    page.one("#next").click()  # whoever steps has taken over
    assert play.get_attribute("aria-label") == "Play"


LIT = """
const labels = (selector) =>
  [...document.querySelectorAll(selector)].map((box) => box.ariaLabel.split(",")[0]).sort();
return {
  name: document.querySelector("#panel h2").textContent.split(" #")[0],
  direction: document.querySelector("#panel .direction").textContent,
  current: labels("#view [aria-current=step]"),
  active: labels("#view .active"),
  sources: labels("#view .source"),
  edges: document.querySelectorAll("#view .edge.lit").length,
  ahead: document.querySelectorAll("#view .node.ahead").length,
};
"""

OPERANDS = {
    "h": ["w12", "x"], "expand_dims": ["h"], "y": ["expand_dims", "w345"], "e": ["y"], "s": ["e"],
    "p": ["e", "s"], "picked": ["p"], "logs": ["picked"], "sum": ["logs"], "loss": ["sum"],
}  # fmt: skip


def test_the_drawing_follows(page: Page, breeds: Path) -> None:
    page.open(breeds)
    moments = page.moments(LIT)
    for lit in moments:
        assert lit["active"] == lit["current"] == [lit["name"]]
        expected = OPERANDS.get(lit["name"], [])
        if lit["direction"] == "backward":
            expected = [name for name in expected if name != "x"]
        assert lit["sources"] == expected
        assert lit["edges"] == len(expected)
    assert [lit["ahead"] for lit in moments[:13]] == list(range(12, -1, -1))
    assert [lit["ahead"] for lit in moments[13:]] == [0] * 12


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_forward_and_backward_are_lit_in_their_colors(page: Page, breeds: Path, dark: bool) -> None:
    page.open(breeds, dark=dark)
    for key, color in ((Keys.HOME, "--forward"), (Keys.END, "--backward")):
        page.press(key)
        found, expected = page.run(
            "const probe = document.createElement('p');"
            "probe.style.color = `var(${arguments[0]})`; document.body.append(probe);"
            "const expected = getComputedStyle(probe).color; probe.remove();"
            "const shape = document.querySelector('#view .active :is(path, polygon)');"
            "return [getComputedStyle(shape).stroke, expected]",
            color,
        )
        assert found == expected


def test_a_click_on_a_box_leads_to_its_step(page: Page, breeds: Path) -> None:
    page.open(breeds)
    click(page, '#view [aria-label^="picked"]')
    assert page.shown()["name"] == "picked"
    page.one("#panel header button").click()
    assert (page.shown()["name"], page.shown()["direction"]) == ("picked", "backward")
    assert page.driver.switch_to.active_element.get_attribute("id") == "panel"  # not lost
    click(page, '#view [aria-label^="w12"]')
    assert page.where().startswith("Backward 12 of 12")  # still in the same direction
    click(page, '#view [aria-label^="x,"]')
    assert page.where().startswith("Forward 1 of 13")  # where there is no gradient
    link = page.one('#view [aria-current="step"]')
    link.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert page.shown()["name"] == "h"
    page.all("#panel h4 button")[1].click()
    assert page.shown()["name"] == "w12"


# Search


def test_search_by_name_op_and_kind(page: Page, breeds: Path) -> None:
    page.open(breeds)
    query = page.one("#query")

    def found() -> list[str]:
        return [b.text.split("\n")[0] for b in page.all("#results button")]

    query.send_keys("exp")
    assert [name.split(" #")[0] for name in found()] == ["expand_dims", "e"]
    assert page.one("#found").text == "2 steps"
    assert len(page.all("#view .found")) == 2
    query.send_keys(Keys.ARROW_DOWN, Keys.NULL)
    page.press(Keys.ARROW_DOWN, Keys.ENTER)
    assert page.shown()["name"] == "e"
    assert not page.one("#results").is_displayed()
    query.clear()
    query.send_keys("VARIABLE")
    assert found() == ["w12", "w345"]
    query.send_keys(Keys.ENTER)
    assert page.shown()["name"] == "w12"
    query.clear()
    query.send_keys("nothing of this name")
    assert page.one("#found").text == "0 steps"
    query.clear()
    query.send_keys("w", Keys.ARROW_DOWN)
    page.press(Keys.ARROW_DOWN, Keys.ESCAPE)  # from within the list
    assert query.get_attribute("value") == ""
    assert page.driver.switch_to.active_element == query
    assert page.all("#view .found") == []


def test_keys_typed_into_the_search_do_not_step(page: Page, breeds: Path) -> None:
    page.open(breeds)
    page.one("#query").send_keys("w 0+-", Keys.HOME, Keys.ARROW_RIGHT, Keys.END)
    assert page.where().startswith("Forward 1 of 13")


# Pan and zoom


def view_box(page: Page) -> list[float]:
    box = page.one("#view svg").get_dom_attribute("viewBox")
    return [float(part) for part in box.split()]


def test_zoom_by_buttons_wheel_and_keys(page: Page, breeds: Path) -> None:
    page.open(breeds)
    view = page.one("#view")
    whole = view_box(page)
    page.one("#nearer").click()
    assert view_box(page)[2] == pytest.approx(whole[2] / 1.25)
    page.one("#farther").click()
    assert view_box(page) == pytest.approx(whole)
    view.send_keys("+", "+")
    assert view_box(page)[2] < whole[2] / 1.5
    view.send_keys("0")
    assert view_box(page) == pytest.approx(whole)
    view.send_keys(Keys.SHIFT, Keys.ARROW_RIGHT)
    assert view_box(page)[0] > whole[0]
    assert page.where().startswith("Forward 1 of 13")
    page.one("#whole").click()
    box = page.one('#view [aria-label^="w12"]')
    before = center(box)
    origin = webdriver.common.actions.wheel_input.ScrollOrigin.from_element(box)
    ActionChains(page.driver).scroll_from_origin(origin, 0, -300).perform()
    assert view_box(page)[2] < whole[2]
    assert center(box) == pytest.approx(before, abs=3)  # the point under the pointer stays


def center(element: Any) -> tuple[float, float]:
    rect = element.rect
    return rect["x"] + rect["width"] / 2, rect["y"] + rect["height"] / 2


def test_a_drag_moves_the_drawing_and_is_no_click(page: Page, breeds: Path) -> None:
    page.open(breeds)
    whole = view_box(page)
    box = page.one('#view [aria-label^="loss"]')
    ActionChains(page.driver).click_and_hold(box).move_by_offset(-80, 30).release().perform()
    moved = view_box(page)
    assert moved[2:] == whole[2:]
    assert moved[0] > whole[0]
    assert moved[1] < whole[1]
    assert page.where().startswith("Forward 1 of 13")
    ActionChains(page.driver).move_to_element(box).click().perform()
    assert page.where().startswith("Forward 13 of 13")


def test_two_fingers_zoom(page: Page, breeds: Path) -> None:
    page.open(breeds, PHONE)
    before = view_box(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        page.driver.execute_cdp_cmd(
            "Input.dispatchTouchEvent",
            {
                "type": kind,
                "touchPoints": [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)],
            },
        )

    touch("touchStart", (180, 200))
    touch("touchStart", (180, 200), (220, 200))
    touch("touchMove", (160, 200), (240, 200))
    touch("touchMove", (140, 200), (260, 200))
    touch("touchEnd")
    assert view_box(page)[2] == pytest.approx(before[2] / 3, rel=0.05)


def test_what_is_lit_is_brought_into_view(page: Page, breeds: Path) -> None:
    page.open(breeds)
    page.one("#view").send_keys("+", "+", "+", "+", "+", "+")
    for key in (Keys.END, Keys.HOME):
        page.press(key)
        frame = page.one("#view").rect
        x, y = center(page.one("#view .active"))
        assert frame["x"] < x < frame["x"] + frame["width"]
        assert frame["y"] < y < frame["y"] + frame["height"]


# Modules


def visible_boxes(page: Page) -> dict[str, list[float]]:
    """Where the boxes and the collapsed modules are, in pixels, by their labels."""
    found: dict[str, list[float]] = page.run("""
        return Object.fromEntries([...document.querySelectorAll('#view .node, #view .stand-in')]
          .filter((box) => box.getBoundingClientRect().width > 0).map((box) => {
            const shape = box.querySelector('path, polygon, rect').getBoundingClientRect();
            return [box.id || box.ariaLabel,
              [shape.left, shape.right, shape.top, shape.bottom]];
          }));""")
    return found


def overlapping(boxes: dict[str, list[float]]) -> list[tuple[str, str]]:
    return [
        (one, other)
        for one, (left, right, top, bottom) in boxes.items()
        for other, (l2, r2, t2, b2) in boxes.items()
        if one < other and min(right, r2) - max(left, l2) > 1 and min(bottom, b2) - max(top, t2) > 1
    ]


LOOSE_EDGES = """
const near = (point, box) => point.x > box.left - 14 && point.x < box.right + 14
  && point.y > box.top - 14 && point.y < box.bottom + 14;
const rect = (id) =>
  document.getElementById(id).querySelector("path, polygon").getBoundingClientRect();
const loose = [];
for (const edge of document.querySelectorAll("#view .edge")) {
  const path = edge.querySelector("path");
  if (!path.getBoundingClientRect().width && !path.getBoundingClientRect().height) continue;
  const place = (share) =>
    path.getPointAtLength(share * path.getTotalLength()).matrixTransform(path.getScreenCTM());
  const [source, target] = edge.id.split("-").map((id, i) => i < 2 && rect(id));
  const [a, b] = [place(0), place(1)];
  const joined = (near(a, source) && near(b, target)) || (near(b, source) && near(a, target));
  if (!joined) loose.push(edge.id);
}
return loose;
"""


def press_sign(page: Page, label: str) -> None:
    sign = page.one(f'#view [role="button"][aria-label^="{label}"]')
    page.run("arguments[0].focus()", sign)
    page.press(Keys.ENTER)


def test_modules_collapse_and_expand(page: Page, digits: Path) -> None:
    page.open(digits)
    page.one("#whole").click()
    before, extent = visible_boxes(page), page.one("#view g.graph").rect
    press_sign(page, "Collapse MLP")
    boxes = visible_boxes(page)
    closed = [name for name in boxes if name.startswith("Expand MLP")]
    assert len(closed) == 1
    assert len(boxes) < len(before) / 2
    assert overlapping(boxes) == []
    assert len(page.all("#view .detours path")) == 2  # from the data, to the loss
    now = page.one("#view g.graph").rect
    assert now["width"] / now["height"] != pytest.approx(extent["width"] / extent["height"])
    press_sign(page, "Expand MLP")
    page.one("#whole").click()
    assert visible_boxes(page) == before
    assert page.all("#view .detours path") == []


def test_many_edges_into_a_collapsed_module_become_one(page: Page, tmp_path: Path) -> None:
    class Square(ag.nn.Module):
        def forward(self, x: Any) -> Any:
            return x * x + x

    drawing = ag.draw(Square()(ag.Tensor([1.0, 2.0], name="x")))
    page.open(Path(drawing.save(tmp_path / "square.html")))
    edges = [edge for edge in page.all("#view .edge") if edge.is_displayed()]
    assert len(edges) == 4
    press_sign(page, "Collapse Square")
    assert [edge for edge in page.all("#view .edge") if edge.is_displayed()] == []
    assert len(page.all("#view .detours path")) == 1


def test_a_click_on_the_sign_collapses(page: Page, digits: Path) -> None:
    page.open(digits)
    click(page, '#view .sign[aria-label^="Collapse Linear 2"]')
    (stand_in,) = (s for s in page.all("#view .stand-in") if s.is_displayed())
    assert overlapping(visible_boxes(page)) == []
    ActionChains(page.driver).move_to_element(stand_in).click().perform()
    assert not any(s.is_displayed() for s in page.all("#view .stand-in"))


def test_any_modules_can_be_collapsed_without_overlap(page: Page, digits: Path) -> None:
    page.open(digits)
    page.one("#modules summary").click()
    switches = page.all("#modules li button")
    names = [switch.text for switch in switches]
    assert len(names) == len(set(names)) == 6
    rng = np.random.default_rng(0)
    for _ in range(10):
        switch = switches[rng.integers(1, len(switches))]
        page.run("arguments[0].click()", switch)
        assert overlapping(visible_boxes(page)) == []
        assert page.run(LOOSE_EDGES) == []
        hidden = [s for s in switches if s.get_attribute("aria-expanded") == "false"]
        assert len([s for s in page.all("#view .stand-in") if s.is_displayed()]) == len(hidden)


def test_collapsed_modules_are_lit_for_what_is_in_them(page: Page, digits: Path) -> None:
    page.open(digits)
    page.one("#modules summary").click()
    page.one("#close-all").click()
    outer = [s for s in page.all("#view .stand-in") if s.is_displayed()]
    assert len(outer) == 1
    lit = page.moments("return document.querySelector('.stand-in.active') !== null")
    assert any(lit)
    assert not all(lit)
    page.one("#open-all").click()
    assert not any(s.is_displayed() for s in page.all("#view .stand-in"))


# A phone


def test_on_a_phone_all_is_within_reach(page: Page, digits: Path) -> None:
    page.open(digits, PHONE)
    for key in (Keys.HOME, Keys.END):
        page.press(key)
        assert page.run("return document.documentElement.scrollWidth <= innerWidth")
        assert page.run("return document.documentElement.scrollHeight <= innerHeight")
        for control in page.all("button, select, input, summary"):
            if control.is_displayed():
                size = control.size
                assert size["height"] >= 44, control.get_attribute("outerHTML")
                assert size["width"] >= 44, control.get_attribute("outerHTML")
    panel = page.one("#panel").rect
    assert panel["width"] > 380
    assert panel["height"] > 150
    page.one("#next").click()
    page.one("#previous").click()
    assert page.where().startswith("Backward")


def test_tables_wider_than_a_phone_scroll_by_keyboard(page: Page, breeds: Path) -> None:
    page.open(breeds, PHONE)
    page.press(Keys.HOME, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert page.run("return document.documentElement.scrollWidth <= innerWidth")
    wide = page.moments(
        "return [...document.querySelectorAll('.scroller')]"
        ".filter(s => s.scrollWidth > s.clientWidth)"
        ".map(s => [s.tabIndex, s.getAttribute('aria-label')])"
    )
    scrollers = [scroller for moment in wide for scroller in moment]
    assert scrollers
    assert all(index == 0 and label for index, label in scrollers)


# For everyone


INTERACTIVE = {"button", "slider", "searchbox", "combobox", "textbox", "img", "table", "region"}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_control_has_a_name_and_a_role(page: Page, digits: Path, size: Any) -> None:
    page.open(digits, size)
    page.one("#modules summary").click()
    page.one("#query").send_keys("relu")
    for key in ("", Keys.END):
        page.press(key)
        tree = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        nameless = [
            node
            for node in tree
            if not node["ignored"]
            and node["role"]["value"] in INTERACTIVE
            and not node.get("name", {}).get("value", "").strip()
        ]
        assert nameless == []
    assert page.run("return document.documentElement.lang") == "en"
    ids = page.run("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    levels = page.run(
        "return [...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))"
    )
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    references = page.run(
        "return [...document.querySelectorAll('[aria-labelledby], [aria-describedby]')]"
        ".flatMap(e => [e.getAttribute('aria-labelledby'), e.getAttribute('aria-describedby')])"
        ".filter(Boolean)"
    )
    assert set(references) <= set(ids)


CONTRASTS = """
const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
const luminance = ([r, g, b]) =>
  0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const canvas = document.createElement("canvas");
const context = canvas.getContext("2d", { willReadFrequently: true });
const solid = (color) => { // any CSS color, as red, green, blue and opacity
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data];
};
const ground = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const color = solid(getComputedStyle(e).backgroundColor);
    if (color[3] === 255) return color;
  }
  return [255, 255, 255];
};
const found = [];
for (const element of document.querySelectorAll("body *:not(script, style, svg *)")) {
  const text = [...element.childNodes].filter((n) => n.nodeType === 3)
    .map((n) => n.textContent).join("").trim();
  const box = element.getBoundingClientRect();
  if (!text || !box.width || element.closest("[aria-disabled=true], .unseen, noscript")) continue;
  const [a, b] = [luminance(solid(getComputedStyle(element).color)), luminance(ground(element))]
    .sort((x, y) => y - x);
  found.push([text.slice(0, 40), (a + 0.05) / (b + 0.05)]);
}
return found;
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_all_text_stands_out(page: Page, breeds: Path, dark: bool) -> None:
    page.open(breeds, dark=dark)
    page.one("#query").send_keys("w")
    for contrasts in page.moments(CONTRASTS):
        assert len(contrasts) > 10
        assert [(text, ratio) for text, ratio in contrasts if ratio < 4.5] == []


SVG_CONTRASTS = """
const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
const luminance = (color) => {
  const [r, g, b] = color.match(/[\\d.]+/g).map(Number);
  return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
};
const ground = getComputedStyle(document.querySelector("#view")).backgroundColor;
return [...document.querySelectorAll("#view .node")].flatMap((node) => {
  const shape = node.querySelector("path, polygon");
  const fill = getComputedStyle(shape).fill;
  return [...node.querySelectorAll("text")].map((text) => {
    const colors = [getComputedStyle(text).fill, fill === "none" ? ground : fill];
    const [a, b] = colors.map(luminance).sort((x, y) => y - x);
    return [text.textContent, (a + 0.05) / (b + 0.05)];
  });
});
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_words_in_the_drawing_stand_out(page: Page, breeds: Path, dark: bool) -> None:
    page.open(breeds, dark=dark)
    contrasts = page.run(SVG_CONTRASTS)
    assert len(contrasts) > 20
    assert [(text, ratio) for text, ratio in contrasts if ratio < 4.5] == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_tab_visits_every_control_once_and_shows_where_it_is(
    page: Page, digits: Path, size: Any
) -> None:
    page.open(digits, size)
    page.run("document.activeElement.blur()")
    visited = []
    for _ in range(60):
        page.press(Keys.TAB)
        element = page.driver.switch_to.active_element
        if element.tag_name == "body" or element in visited:
            break
        visited.append(element)
        ring = element.value_of_css_property("outline-style")
        assert ring != "none", element.get_attribute("outerHTML")[:200]
    order = page.run(
        "return arguments[0].map((e, i, all) => i === 0 || Boolean("
        "all[i - 1].compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING))",
        visited,
    )
    assert all(order)
    wanted = [
        control
        for control in page.all("button, input, select, summary, #view, #view .active, .sign")
        if control.is_displayed()
    ]
    assert [c.get_attribute("outerHTML")[:100] for c in wanted if c not in visited] == []


def test_steps_are_read_out(page: Page, breeds: Path) -> None:
    page.open(breeds)
    said = page.one("#said")
    assert said.get_attribute("role") == "status"
    page.press(Keys.ARROW_RIGHT)
    assert said.get_attribute("textContent") == "Forward 2 of 13: w12"


@pytest.mark.parametrize("still", [True, False])
def test_motion_is_left_out_for_those_who_ask(page: Page, breeds: Path, still: bool) -> None:
    page.open(breeds, still=still)
    page.press(Keys.END, Keys.ARROW_LEFT)
    moving = page.run("return document.getAnimations().length")
    assert (moving == 0) == still


# Strings of users

HOSTILE = [
    '"><script>document.title = "caught"</script>',
    "</script><script>alert(1)",
    "x" * 10_000,
]


@pytest.mark.parametrize("name", HOSTILE, ids=["tag", "end of script", "long"])
def test_names_are_shown_and_never_run(page: Page, tmp_path: Path, name: str) -> None:
    x = ag.Tensor([1.0, 2.0], name=name)
    with ag.keep_values():
        loss = np.sum(np.tanh(x))
        loss.backward()
    drawing = ag.draw(loss, names={name: loss}, values=True)
    page.open(Path(drawing.save(tmp_path / "names.html")))
    assert page.driver.title.startswith("Computation graph of")
    assert len(page.all("script")) == 2
    words = name[:12]
    assert page.shown()["name"].startswith(words)
    assert page.one("h1").text.startswith(f"Computation graph of {words}")
    page.press(Keys.END)
    assert words in page.shown()["name"]
    page.one("#query").send_keys(words)
    assert page.all("#results button")[0].text.startswith(words)
    assert page.run("return document.documentElement.scrollWidth <= innerWidth")


def test_no_script_but_the_pages_own_may_run(page: Page, breeds: Path) -> None:
    page.open(breeds)
    ran = page.run(
        "const s = document.createElement('script'); s.setAttribute('id', 'intruder');"
        "let refused = false; try { s.text = 'window.ran = 1'; document.body.append(s) }"
        "catch { refused = true } return [window.ran === 1, refused]"
    )
    assert ran[0] is False
    page.driver.get_log("browser")  # the refusal is written there


# Without values


def test_a_drawing_without_values_shows_structure_and_says_how_to_get_them(
    page: Page, tmp_path: Path
) -> None:
    x = ag.Tensor([1.0, 2.0], name="x")
    loss = np.sum(np.tanh(x) * x)
    loss.backward()
    page.open(Path(ag.draw(loss).save(tmp_path / "structure.html")))
    assert "with ag.keep_values():" in page.one("#panel .note").text
    names = [shown["name"].split(" #")[0] for shown in page.moments()]
    assert names == ["x", "tanh", "multiply", "sum"]
    assert page.all("#panel table") == []
    assert page.where() == "Forward 4 of 4: sum #4"


def test_what_is_not_finite_is_said_in_words(page: Page, tmp_path: Path) -> None:
    x = ag.Tensor([np.nan, np.inf, -np.inf, 1.0])
    with ag.keep_values():
        loss = np.sum(x * 1.0)
        loss.backward()
    page.open(Path(ag.draw(loss, values=True).save(tmp_path / "odd.html")))
    cells = [cell.text for cell in page.all("#panel td")]
    assert cells == ["NaN", "∞", "-∞", "1"]
