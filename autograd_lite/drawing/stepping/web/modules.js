// Modules that collapse and expand: by their signs in the drawing, and from a list.

const BOX_HEIGHT = 44;
const LETTER = 6.4; // the width of a letter of a box's text, about

/** Give every module its sign, and the box that stands for it when it is collapsed. */
function makeGroupsButtons(graph, toggle) {
  for (const group of graph.groups) {
    if (!group.element) continue;
    group.sign = signOf(group);
    group.standIn = standInOf(graph, group);
    group.element.append(group.sign);
    graph.root.append(group.standIn);
    onPress(group.sign, () => toggle(group.number));
    onPress(group.standIn, () => toggle(group.number));
  }
}

function groupName(group) {
  return [group.kind, group.path].filter(Boolean).join(" ") || `repeated ${group.times} times`;
}

function signOf({ place, ...group }) {
  const [x, y] = [place.right - 19, place.top + 5];
  return svgElement(
    "g",
    { class: "sign", role: "button", tabindex: 0, "aria-label": `Collapse ${groupName(group)}` },
    svgElement("rect", { x: x - 6, y: y - 6, width: 26, height: 26, class: "target" }),
    svgElement("rect", { x, y, width: 14, height: 14, rx: 3 }),
    svgElement("path", { d: `M${x + 3.5},${y + 7}h7` }),
  );
}

function standInOf(graph, group) {
  const lines = [groupName(group), contentsOf(graph, group.number)];
  const width = 24 + LETTER * Math.max(...lines.map((line) => line.length));
  group.small = boxWithin(group.place, width, BOX_HEIGHT);
  const { left, right, top, bottom } = group.small;
  const center = { x: (left + right) / 2, "text-anchor": "middle" };
  const fitting = (text) => fittedText(text, right - left - 12);
  return svgElement(
    "g",
    {
      class: "stand-in",
      role: "button",
      tabindex: 0,
      "aria-label": `Expand ${lines.join(", ")}`,
    },
    svgElement("rect", { x: left, y: top, width: right - left, height: bottom - top, rx: 6 }),
    svgElement("text", { ...center, y: (top + bottom) / 2 - 3, class: "name" }, fitting(lines[0])),
    svgElement("text", { ...center, y: (top + bottom) / 2 + 12 }, fitting(lines[1])),
  );
}

function fittedText(text, width) {
  const most = Math.max(3, Math.floor(width / LETTER));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** What is in a group, in words. */
function contentsOf(graph, number) {
  const inside = [...graph.boxes.values()].filter((box) =>
    chainOf(graph, box.group).includes(number),
  );
  const count = (roles) => inside.filter((box) => roles.includes(box.role)).length;
  const counts = [
    [count(["operation", "output"]), "op"],
    [count(["module", "more"]), "module"],
    [count(["variable"]), "variable"],
  ];
  return counts
    .filter(([n]) => n)
    .map(([n, noun]) => `${n} ${noun}${n === 1 ? "" : "s"}`)
    .join(", ");
}

/** The modules as a list of buttons: the same as their signs, easier to reach. */
function listModules(graph, list, toggle) {
  graph.switches = graph.groups.map((group) => {
    const made = button(groupName(group), () => toggle(group.number), { "aria-expanded": "true" });
    made.style.setProperty("--depth", String(chainOf(graph, group.number).length - 1));
    list.append(element("li", {}, made));
    return made;
  });
}

function collapse(graph, numbers) {
  graph.closed = new Set(numbers);
  graph.switches.forEach((made, i) =>
    made.setAttribute("aria-expanded", String(!graph.closed.has(i))),
  );
  arrange(graph);
}
