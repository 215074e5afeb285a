// What is lit in the drawing: the step's box, what it reads, and what has been passed.

/** Light the box of a moment, what it reads (or gives gradients to), and what has been passed. */
function light(graph, moment, passed) {
  const { step, backward } = moment;
  graph.svg.classList.toggle("backward", backward);
  const ways = step.operands.filter((operand) => !backward || operand.arrival);
  const sources = new Set(ways.map((operand) => operand.key));
  for (const box of graph.boxes.values()) lightBox(box, moment, sources, passed);
  for (const { element: found, source, target } of graph.edges) {
    found.classList.toggle("lit", target === step.key && sources.has(source));
    found.classList.toggle("ahead", !backward && !passed.has(target));
  }
  lightModules(graph, graph.boxes.get(step.key));
}

function lightBox({ key, element: found }, { step, backward }, sources, passed) {
  const isActive = key === step.key;
  found.classList.toggle("active", isActive);
  found.classList.toggle("source", !isActive && sources.has(key));
  found.classList.toggle("ahead", !backward && !passed.has(key));
  found.classList.toggle("reached", backward && passed.has(key));
  found.setAttribute("tabindex", isActive ? "0" : "-1");
  if (isActive) found.setAttribute("aria-current", "step");
  else found.removeAttribute("aria-current");
}

/** A collapsed module is lit for the box inside it. */
function lightModules(graph, box) {
  const around = box ? chainOf(graph, box.group) : [];
  for (const { standIn, number } of graph.groups) {
    standIn?.classList.toggle("active", around.includes(number));
  }
}

/** The boxes that the moments up to this one have passed, in its direction. */
function passedBoxes(data, i) {
  const { backward } = data.moments[i];
  const start = backward ? data.steps.length : 0;
  const keys = new Set(data.boxes.filter((box) => box.role === "constant").map((box) => box.key));
  for (const { step } of data.moments.slice(start, i + 1)) keys.add(step.key);
  return keys;
}
