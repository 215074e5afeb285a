// Moving everything to where it stands while some modules are collapsed.

/** Collapse the groups in `graph.closed`, expand all others, and move everything into place. */
function arrange(graph) {
  const { boxes, groups } = graph;
  const cover = new Map([...boxes.values()].map((box) => [box.key, coverOf(graph, box.group)]));
  const outer = groups.filter(
    (group) =>
      group.element && graph.closed.has(group.number) && coverOf(graph, group.parent) === null,
  );
  const open = groups.filter((group) => group.element && coverOf(graph, group.number) === null);
  const seen = [...boxes.values()].filter((box) => cover.get(box.key) === null);
  const maps = mapsOf(
    outer.map((group) => group.place),
    [
      ...seen.map((box) => box.place),
      ...outer.map((group) => group.small),
      ...open.flatMap((group) => group.corners),
    ],
  );
  for (const box of boxes.values()) {
    box.element.classList.toggle("hidden", cover.get(box.key) !== null);
    move(box.element, box.place, maps);
  }
  for (const group of groups)
    arrangeGroup(group, outer.includes(group), open.includes(group), maps);
  arrangeEdges(graph, cover, maps);
  arrangeRest(graph, maps);
}

function arrangeGroup(group, isClosed, isOpen, maps) {
  if (!group.element) return;
  group.element.classList.toggle("hidden", !isOpen);
  group.standIn.classList.toggle("hidden", !isClosed);
  move(group.standIn, group.small, maps);
  move(group.sign, group.corners[1], maps);
  for (const part of group.element.children) {
    if (part.tagName === "path" || part.tagName === "polygon") movePoints(part, maps);
    else if (part.tagName === "text") move(part, placeOfElement(part), maps);
  }
}

/** The ground shrinks with what stands on it; the legend goes up or down as a whole. */
function arrangeRest(graph, maps) {
  const legend = graph.rest.filter((part) => part.tagName !== "polygon");
  for (const part of graph.rest) if (!legend.includes(part)) movePoints(part, maps);
  if (!legend.length) return;
  const places = legend.map(placeOfElement);
  const top = Math.min(...places.map((place) => place.top));
  for (const part of legend) part.setAttribute("transform", `translate(0,${maps.y(top) - top})`);
}

/** Edges between boxes that are seen are bent along; others go to what stands for their ends. */
function arrangeEdges(graph, cover, maps) {
  graph.detours?.remove();
  graph.detours = svgElement("g", { class: "detours" });
  const drawn = new Set();
  for (const edge of graph.edges) {
    if (!edge.known) continue;
    const ends = [edge.source, edge.target].map((key) => cover.get(key));
    const isWhole = ends[0] === null && ends[1] === null;
    edge.element.classList.toggle("hidden", !isWhole);
    if (isWhole) {
      movePoints(edge.path, maps);
      for (const { part, place } of edge.heads) move(part, place, maps);
    } else if (ends[0] !== ends[1]) {
      const names = [ends[0] ?? edge.source, ends[1] ?? edge.target].join("-");
      if (drawn.has(names)) continue;
      drawn.add(names);
      graph.detours.append(detour(graph, edge, ends, maps));
    }
  }
  graph.root.append(graph.detours);
}

function detour(graph, edge, [from, to], maps) {
  const place = (group, key) =>
    movedBox(group === null ? graph.boxes.get(key).place : graph.groups[group].small, maps);
  const d = pathBetween(place(from, edge.source), place(to, edge.target), graph.horizontal);
  return svgElement("path", { d, "marker-end": "url(#arrow)" });
}

function move(part, place, maps) {
  const moved = movedBox(place, maps);
  const [dx, dy] = [moved.left - place.left, moved.top - place.top];
  if (dx || dy) part.setAttribute("transform", `translate(${dx},${dy})`);
  else part.removeAttribute("transform");
}

function movePoints(part, maps) {
  const name = part.tagName === "path" ? "d" : "points";
  part.dataset.placed ??= part.getAttribute(name);
  part.setAttribute(name, mappedPoints(part.dataset.placed, maps));
}

/** The arrow's head for edges that go to a collapsed module. */
function addArrow(graph) {
  const head = svgElement("path", { d: "M0,0L8,3L0,6z" });
  const marker = svgElement(
    "marker",
    {
      id: "arrow",
      viewBox: "0 0 8 6",
      refX: 7.5,
      refY: 3,
      markerWidth: 7,
      markerHeight: 5.5,
      orient: "auto",
      markerUnits: "userSpaceOnUse",
    },
    head,
  );
  graph.svg.prepend(svgElement("defs", {}, marker));
}
