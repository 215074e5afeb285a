// The way through the computation: every step forward, then every step that a gradient reached.

/** The moments in their order: a step, and in which direction it is passed. */
function momentsOf(steps) {
  const forward = steps.map((step) => ({ step, backward: false }));
  const back = steps
    .filter((step) => step.gradient !== null)
    .map((step) => ({ step, backward: true }));
  return [...forward, ...back.reverse()];
}

/** What a step is called: its name, or its op and its number. */
function nameOf(step) {
  if (step.name) return step.name;
  return step.kind === "operation" ? `${step.title} #${step.number}` : step.title;
}

/** What an operand is called; a number is its own name. */
function operandName(operand, data) {
  const step = data.byNumber.get(operand.step);
  if (step) return nameOf(step);
  const value = operand.value === null ? null : data.arrays[operand.value];
  const isNumber = value && value.entries && value.entries.length === 1;
  return isNumber ? formatted(value.entries[0], 4) : operand.title;
}

/** The call that a step is, as one would write it. */
function callText(step, data) {
  const operands = step.operands.map((operand) => operandName(operand, data));
  return `${step.title}(${[...operands, ...step.notes].join(", ")})`;
}

/** The step in words: what is read out, and what the slider says. */
function momentText(data, i) {
  const { step, backward } = data.moments[i];
  const { place, count } = placeOf(data, i);
  return `${backward ? "Backward" : "Forward"} ${place} of ${count}: ${nameOf(step)}`;
}

/** Which of the forward or backward steps a moment is. */
function placeOf(data, i) {
  const { backward } = data.moments[i];
  const forward = data.steps.length;
  if (!backward) return { place: i + 1, count: forward };
  return { place: i - forward + 1, count: data.moments.length - forward };
}

/** The moment at which a step is passed in a direction, or in the other where there is none. */
function momentOf(data, step, backward) {
  const exact = data.moments.findIndex((m) => m.step === step && m.backward === backward);
  return exact >= 0 ? exact : data.moments.findIndex((m) => m.step === step);
}
