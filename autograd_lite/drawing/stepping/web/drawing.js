// The drawing as the script knows it: its boxes, edges and groups, found by id, and their places.

const HEADING = 22; // the height of a module's own line of text

/** What the script knows of the drawing: elements, their places, who is in which group. */
function readGraph(svg, data) {
  svg.setAttribute("role", "group");
  svg.removeAttribute("width");
  svg.removeAttribute("height");
  const root = svg.querySelector("g.graph");
  const graph = { svg, root, data, boxes: new Map(), edges: [], groups: [], closed: new Set() };
  for (const box of data.boxes) {
    const found = svg.getElementById(box.key);
    if (found) graph.boxes.set(box.key, { ...box, element: found, place: placeOfElement(found) });
  }
  for (const found of root.querySelectorAll("g.edge")) graph.edges.push(readEdge(found, graph));
  data.groups.forEach((group, i) => {
    const found = svg.getElementById(`group${i}`);
    graph.groups.push({ ...group, number: i, element: found, ...(found && placesOfGroup(found)) });
  });
  graph.rest = [...root.children].filter(
    (child) => child.tagName !== "g" && child.tagName !== "title",
  );
  graph.horizontal = isHorizontal(graph);
  return graph;
}

function placeOfElement(found) {
  const { x, y, width, height } = found.getBBox();
  return { left: x, right: x + width, top: y, bottom: y + height };
}

/** The room around the drawing in the color of its own ground, by day and by night. */
function paintGround(graph, view) {
  const ground = graph.rest.find((part) => part.tagName === "polygon");
  const paint = () => {
    view.style.backgroundColor = ground ? getComputedStyle(ground).fill : "";
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  paint();
}

/** A module's place, and the corners of it in which its name and its sign stand. */
function placesOfGroup(found) {
  const place = placeOfElement(found);
  const { left, right, top } = place;
  const ends = [...found.querySelectorAll("text")].map((text) => placeOfElement(text).right);
  const name = { left, right: Math.max(left + HEADING, ...ends), top, bottom: top + HEADING };
  const sign = { left: right - HEADING, right, top, bottom: top + HEADING };
  return { place, corners: [name, sign] };
}

function readEdge(found, graph) {
  const [source, target] = found.id.split("-");
  const path = found.querySelector("path");
  return {
    element: found,
    source,
    target,
    d: path?.getAttribute("d"),
    path,
    heads: [...found.querySelectorAll("polygon, text")].map((part) => ({
      part,
      place: placeOfElement(part),
    })),
    known: graph.boxes.has(source) && graph.boxes.has(target),
  };
}

/** Whether the drawing goes from left to right, by where its edges lead. */
function isHorizontal(graph) {
  let [across, down] = [0, 0];
  for (const { source, target, known } of graph.edges) {
    if (!known) continue;
    const [from, to] = [graph.boxes.get(source).place, graph.boxes.get(target).place];
    across += to.left - from.right > 0;
    down += to.top - from.bottom > 0;
  }
  return across >= down;
}

/** A group and all groups around it, the outermost first. */
function chainOf(graph, number) {
  const chain = [];
  for (let i = number; i !== null; i = graph.groups[i].parent) chain.unshift(i);
  return chain;
}

/** The outermost collapsed group around a group, or null. */
function coverOf(graph, number) {
  return chainOf(graph, number).find((i) => graph.closed.has(i)) ?? null;
}

/** The boxes as buttons that lead to their steps; one of them is on the way of the Tab key. */
function makeBoxesButtons(graph, go) {
  for (const box of graph.boxes.values()) {
    const steps = graph.data.steps.filter((step) => step.key === box.key);
    if (!steps.length) continue;
    box.element.setAttribute("role", "button");
    box.element.setAttribute("tabindex", "-1");
    box.element.setAttribute("aria-label", `${box.name ?? box.title}, ${box.facts}`);
    box.element.classList.add("reachable");
    onPress(box.element, () => go(steps[0]));
  }
}
