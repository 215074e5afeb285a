// Where things stand when modules are collapsed: the room of what is hidden closes up.
//
// Graphviz has placed everything once. When a module is collapsed, a box takes its place, and along
// each axis the stretches in which only hidden things stood shrink to nothing: a map from old
// coordinates to new ones that keeps their order, so nothing can come to overlap.

const MARGIN = 12; // kept around every box that is still there

/** The map of one axis: `shrinking` intervals close up, but for where they meet `kept` ones. */
function axisMap(shrinking, kept) {
  const edges = [...shrinking, ...kept].flat();
  const stops = [...new Set(edges)].sort((a, b) => a - b);
  const pieces = [];
  let moved = 0;
  for (let i = 0; i + 1 < stops.length; i += 1) {
    const [from, to] = [stops[i], stops[i + 1]];
    const middle = (from + to) / 2;
    const closes = covers(shrinking, middle) && !covers(kept, middle);
    pieces.push({ from, to, start: from - moved, closes });
    if (closes) moved += to - from;
  }
  return (x) => {
    if (!pieces.length || x <= stops[0]) return x;
    const piece = pieces.find(({ to }) => x <= to);
    if (!piece) return x - moved;
    return piece.closes ? piece.start : piece.start + x - piece.from;
  };
}

function covers(intervals, x) {
  return intervals.some(([from, to]) => from <= x && x <= to);
}

/** The maps of both axes: `closed` are the boxes that hide, `visible` those that are seen. */
function mapsOf(closed, visible) {
  const along = (low, high, margin) => (box) => [box[low] - margin, box[high] + margin];
  return {
    x: axisMap(closed.map(along("left", "right", 0)), visible.map(along("left", "right", MARGIN))),
    y: axisMap(closed.map(along("top", "bottom", 0)), visible.map(along("top", "bottom", MARGIN))),
  };
}

/** A box of a given size in the middle of another, but no larger than it. */
function boxWithin(outer, width, height) {
  const [w, h] = [
    Math.min(width, outer.right - outer.left),
    Math.min(height, outer.bottom - outer.top),
  ];
  const [x, y] = [(outer.left + outer.right) / 2, (outer.top + outer.bottom) / 2];
  return { left: x - w / 2, right: x + w / 2, top: y - h / 2, bottom: y + h / 2 };
}

function movedBox(box, maps) {
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const [dx, dy] = [maps.x(x) - x, maps.y(y) - y];
  return { left: box.left + dx, right: box.right + dx, top: box.top + dy, bottom: box.bottom + dy };
}

const NUMBER_PAIR = /(-?[\d.]+(?:e-?\d+)?)[ ,](-?[\d.]+(?:e-?\d+)?)/g;

/** The coordinates of a path or a polygon, each pair mapped. */
function mappedPoints(text, maps) {
  return text.replace(NUMBER_PAIR, (_, x, y) => `${maps.x(Number(x))},${maps.y(Number(y))}`);
}

/** A path from one box to another, leaving and entering along the direction of the drawing. */
function pathBetween(from, to, horizontal) {
  const middle = (box, low, high) => (box[low] + box[high]) / 2;
  const [y1, y2] = [middle(from, "top", "bottom"), middle(to, "top", "bottom")];
  const [x1, x2] = [middle(from, "left", "right"), middle(to, "left", "right")];
  if (horizontal) {
    const half = (to.left - from.right) / 2;
    return `M${from.right},${y1}C${from.right + half},${y1} ${to.left - half},${y2} ${to.left},${y2}`;
  }
  const half = (to.top - from.bottom) / 2;
  return `M${x1},${from.bottom}C${x1},${from.bottom + half} ${x2},${to.top - half} ${x2},${to.top}`;
}
