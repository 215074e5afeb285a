// What is to be seen of one moment: the numbers that go in and out, or the gradient's way back.

/** Fill the panel. `go` leads to the moment of another step. */
function showMoment(panel, data, i, digits, go) {
  const { step, backward } = data.moments[i];
  const view = { data, digits, go, backward };
  const parts = backward ? backwardParts(step, view) : forwardParts(step, view);
  const hadFocus = panel.contains(document.activeElement);
  panel.replaceChildren(heading(step, view), element("div", { class: "parts" }, ...parts));
  if (hadFocus) panel.focus({ preventScroll: true }); // what had it may be gone
  panel.querySelectorAll(".scroller").forEach(makeReachable);
  panel.classList.toggle("backward", backward);
  panel.scrollTop = 0;
}

/** A table that does not fit can be scrolled by keyboard, once Tab leads to it. */
function makeReachable(scroller) {
  const { scrollWidth, clientWidth, scrollHeight, clientHeight } = scroller;
  if (scrollHeight > clientHeight) scroller.classList.add("tall");
  if (scrollWidth <= clientWidth && scrollHeight <= clientHeight) return;
  const label = scroller.firstChild.getAttribute("aria-label");
  for (const [name, value] of [
    ["tabindex", 0],
    ["role", "region"],
    ["aria-label", label],
  ]) {
    scroller.setAttribute(name, value);
  }
}

function heading(step, view) {
  const { data, backward, go } = view;
  const other = momentOf(data, step, !backward);
  const hasOther = data.moments[other].backward !== backward;
  const switching = backward ? "Show it forward" : "Show its gradient";
  return element(
    "header",
    {},
    element("p", { class: "direction" }, backward ? "backward" : "forward"),
    element("h2", { id: "what" }, nameOf(step)),
    step.kind === "operation" && element("p", { class: "call" }, callText(step, data)),
    element("p", { class: "facts" }, factsText(step)),
    hasOther && button(switching, () => go(other), { class: "link" }),
    data.note && element("p", { class: "note" }, ...withCode(data.note)),
  );
}

/** Text in which what stands between backticks is code. */
function withCode(text) {
  return text.split("`").map((part, i) => (i % 2 ? element("code", {}, part) : part));
}

function factsText(step) {
  const where = step.path ? `in ${step.path}` : null;
  const what = step.kind === "operation" ? null : step.kind;
  return [what, step.facts, where].filter(Boolean).join(" · ");
}

// Forward

function forwardParts(step, view) {
  if (!view.data.hasValues) return structureParts(step, view);
  const value = arrayView(step.value, nameOf(step), view);
  if (step.kind !== "operation") return [section("Value", value)];
  const inputs = step.operands.map((operand) => inputCard(operand, view));
  return [section("Inputs", ...inputs), section("Result", value)];
}

function inputCard(operand, view) {
  const name = operandName(operand, view.data);
  return element(
    "div",
    { class: "card" },
    operandHead(operand, view),
    arrayView(operand.value, name, view),
  );
}

/** "x = name": the letter that formulas use, and the way to the operand's own step. */
function operandHead(operand, view) {
  const { data, go, backward } = view;
  const name = operandName(operand, data);
  const target = data.byNumber.get(operand.step);
  const shown = target
    ? button(name, () => go(momentOf(data, target, backward)), { class: "link" })
    : element("span", {}, name);
  return element(
    "h4",
    {},
    operand.letter && element("var", {}, operand.letter),
    operand.letter && " = ",
    shown,
    " ",
    element("small", {}, shapeText(data, operand.value)),
  );
}

function structureParts(step, view) {
  if (!step.operands.length) return [];
  const heads = step.operands.map((operand) => element("li", {}, operandHead(operand, view)));
  return [section("Inputs", element("ul", { class: "plain" }, ...heads))];
}

// Backward

function backwardParts(step, view) {
  const { data } = view;
  const gradient = element(
    "div",
    { class: "term" },
    element("p", { class: "symbol" }, fraction(endName(data), nameOf(step))),
    arrayView(step.gradient, `the gradient of ${endName(data)} by ${nameOf(step)}`, view),
  );
  if (step.kind !== "operation") {
    return [section("Gradient", sumRemark(step, data), gradient, complexRemark(step, data))];
  }
  const ways = step.operands.map((operand) => wayCard(operand, step, view));
  return [section("Incoming gradient", gradient), section("Through each operand", ...ways)];
}

/** The way of the gradient through one operand: local derivative, product, and the sum there. */
function wayCard(operand, step, view) {
  const head = operandHead(operand, view);
  if (!operand.arrival) {
    const words = "A constant: no gradient goes there.";
    return element("div", { class: "card" }, head, element("p", {}, words));
  }
  return element(
    "div",
    { class: "card" },
    head,
    ruleLine(operand),
    equation(operand, step, view),
    operand.product !== null && broadcastLine(operand, view),
    arrivalLine(operand, view),
  );
}

/** Incoming gradient, times local derivative, is product. */
function equation(operand, step, view) {
  const { data } = view;
  const end = endName(data);
  const name = operandName(operand, data);
  const product = operand.product ?? operand.arrival.contribution;
  const times = operand.entrywise ? "×" : "·";
  return element(
    "div",
    { class: "equation" },
    element(
      "div",
      { class: "term" },
      element("p", { class: "symbol" }, "incoming"),
      fraction(end, nameOf(step)),
    ),
    operator(times, operand.entrywise ? "times" : "applied to"),
    element(
      "div",
      { class: "term" },
      element("p", { class: "symbol" }, fraction("out", operand.letter), partialText(operand)),
      localView(operand, step, `the derivative of ${nameOf(step)} by ${name}`, view),
    ),
    operator("=", "is"),
    element(
      "div",
      { class: "term" },
      element("p", { class: "symbol" }, "product"),
      arrayView(product, `the product for ${name}`, view),
    ),
  );
}

/** The declared derivative of a function that works entry by entry, beside its symbol. */
function partialText(operand) {
  const isShown = operand.entrywise && operand.formula;
  return isShown && element("span", { class: "formula" }, ` = ${operand.formula}`);
}

/** What the declared rule of any other function makes of the incoming gradient g. */
function ruleLine(operand) {
  if (operand.entrywise || !operand.formula) return null;
  return element(
    "p",
    {},
    element("span", { class: "formula" }, `∇${operand.letter} = ${operand.formula}`),
    element("small", {}, " where g is the incoming gradient"),
  );
}

function localView(operand, step, label, view) {
  const { data, digits } = view;
  if (operand.local === null) {
    const words = operand.entrywise ? "not shown" : "a matrix too large to write out";
    return element("p", { class: "remark" }, words);
  }
  const array = data.arrays[operand.local];
  const value = operand.value === null ? null : data.arrays[operand.value];
  const result = step.value === null ? null : data.arrays[step.value];
  const isJacobian = !operand.entrywise && value && result && result.shape.length > 0;
  if (!isJacobian) return numbersView(array, label, digits);
  const shapes = { result: result.shape, operand: value.shape };
  return element(
    "div",
    {},
    jacobianTable(array, shapes, label, digits),
    element(
      "p",
      { class: "remark narrow" },
      `a row per entry of the result, a column per entry of ${operand.letter}`,
    ),
  );
}

function broadcastLine(operand, view) {
  const name = operandName(operand, view.data);
  return element(
    "div",
    {},
    element("p", {}, `${name} was broadcast, so the product is summed to its shape:`),
    arrayView(operand.arrival.contribution, `the contribution to ${name}`, view),
  );
}

/** Where the contribution goes: the sum of all that has arrived at the operand. */
function arrivalLine(operand, view) {
  const { data } = view;
  const name = operandName(operand, data);
  const { place, count, before, contribution, after } = operand.arrival;
  const whole = fraction(endName(data), name);
  if (count === 1) {
    return element(
      "p",
      { class: "arrival" },
      whole,
      ` The only contribution to ${name}: this is its gradient.`,
    );
  }
  const words = ` Contribution ${place} of ${count} to ${name}`;
  if (place === 1) {
    return element("p", { class: "arrival" }, whole, `${words}: the sum begins with it.`);
  }
  const ending = place === count ? "which is its gradient:" : "so far:";
  return element(
    "div",
    { class: "arrival" },
    element("p", {}, whole, `${words}. Added to what has arrived, the sum ${ending}`),
    element(
      "div",
      { class: "equation" },
      labelled("sum before", before, name, view),
      operator("+", "plus"),
      labelled("product", contribution, name, view),
      operator("=", "is"),
      labelled("sum", after, name, view),
    ),
  );
}

function labelled(word, index, name, view) {
  return element(
    "div",
    { class: "term" },
    element("p", { class: "symbol" }, word),
    arrayView(index, `${word}, ${name}`, view),
  );
}

function complexRemark(step, data) {
  const array = step.gradient === null ? null : data.arrays[step.gradient];
  const isComplex = array && array.dtype.startsWith("c");
  return (
    isComplex && element("p", { class: "remark" }, "Of complex numbers .grad is the conjugate.")
  );
}

/** How many contributions a step's gradient is the sum of, where one of them is known. */
function sumRemark(step, data) {
  const operands = data.steps.flatMap((user) => user.operands);
  const use = operands.find((operand) => operand.step === step.number && operand.arrival);
  if (!use) return null;
  const { count } = use.arrival;
  const words = count > 1 ? `the sum of ${count} contributions` : "one contribution";
  return element("p", { class: "words" }, `Complete: ${words}.`);
}

/** What the gradients are of: the step at which the way back begins. */
function endName(data) {
  const step = data.moments[data.steps.length].step;
  return step.name ?? step.title;
}

// Pieces

function section(words, ...children) {
  return element(
    "section",
    {},
    element("h3", {}, words),
    element("div", { class: "cards" }, ...children),
  );
}

function arrayView(index, label, view) {
  const array = index === null ? null : view.data.arrays[index];
  return numbersView(array, label, view.digits);
}

function operator(sign, word) {
  return element("span", { class: "operator", role: "img", "aria-label": word }, sign);
}

/** ∂above/∂below, one over the other. */
function fraction(above, below) {
  return element(
    "span",
    { class: "fraction", role: "img", "aria-label": `the derivative of ${above} by ${below}` },
    element("span", {}, `∂${above}`),
    element("span", {}, `∂${below}`),
  );
}

function shapeText(data, index) {
  const array = index === null ? null : data.arrays[index];
  if (!array) return "";
  const shape = array.shape.length === 1 ? `(${array.shape[0]},)` : `(${array.shape.join(", ")})`;
  return `${array.shape.length ? shape : "scalar"} ${array.dtype}`;
}
