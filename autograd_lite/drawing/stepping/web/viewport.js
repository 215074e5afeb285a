// Pan and zoom: the part of the drawing that is seen, by the SVG's own view box.

const NEAREST = 4; // pixels for one point of the drawing; below the next its words are too small
const READABLE = 0.75;
const STEP = 1.25; // of one press of a zoom button
const STRIDE = 60; // pixels of one press of an arrow key
const ROOM = 48; // pixels around what is brought into view
const CLICK = 5; // pixels: a press that moves less is a click

function makeViewport(view, svg) {
  const viewport = { view, svg, center: { x: 0, y: 0 }, scale: 1, pointers: new Map(), dragged: 0 };
  view.addEventListener("wheel", (event) => turnWheel(viewport, event), { passive: false });
  view.addEventListener("pointerdown", (event) => pointerDown(viewport, event));
  view.addEventListener("pointermove", (event) => pointerMove(viewport, event));
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) {
    view.addEventListener(name, (event) => viewport.pointers.delete(event.pointerId));
  }
  // A drag that ends on a box is no click on it.
  view.addEventListener(
    "click",
    (event) => viewport.dragged > CLICK && event.stopPropagation(),
    true,
  );
  view.addEventListener("keydown", (event) => pressKey(viewport, event));
  new ResizeObserver(() => (viewport.isWhole ? fit(viewport) : look(viewport))).observe(view);
  return viewport;
}

/** The extent of all that is drawn and not hidden. */
function extentOf(viewport) {
  const { x, y, width, height } = viewport.svg.querySelector("g.graph").getBBox();
  const matrix = viewport.svg.querySelector("g.graph").transform.baseVal.consolidate()?.matrix;
  const [dx, dy] = matrix ? [matrix.e, matrix.f] : [0, 0];
  return { left: x + dx, top: y + dy, width, height };
}

function sizeOf({ view }) {
  return { width: view.clientWidth || 1, height: view.clientHeight || 1 };
}

/** Show the whole drawing. */
function fit(viewport) {
  const extent = extentOf(viewport);
  const { width, height } = sizeOf(viewport);
  viewport.scale = Math.min(width / extent.width, height / extent.height, 2) * 0.98;
  viewport.least = Math.min(viewport.scale, 0.5);
  viewport.center = { x: extent.left + extent.width / 2, y: extent.top + extent.height / 2 };
  look(viewport);
  viewport.isWhole = true;
}

/** Show the whole drawing if its words can be read then, else the part around an element. */
function fitReadably(viewport, target) {
  fit(viewport);
  if (viewport.scale >= READABLE) return;
  const box = target?.getBoundingClientRect();
  if (box) panBy(viewport, ...fromMiddle(viewport, middleOf(box)));
  viewport.scale = READABLE;
  keepWithin(viewport, extentOf(viewport));
  look(viewport);
}

/** Move the center so that no more is seen beside the drawing than has to be. */
function keepWithin(viewport, { left, top, width, height }) {
  const { center, scale } = viewport;
  const view = sizeOf(viewport);
  center.x = nearest(center.x, left, width, view.width / scale);
  center.y = nearest(center.y, top, height, view.height / scale);
}

function nearest(x, start, length, seen) {
  if (length <= seen) return start + length / 2;
  return Math.min(start + length - seen / 2, Math.max(start + seen / 2, x));
}

/** Set the view box from the center and the scale. */
function look(viewport) {
  const { center, scale, svg } = viewport;
  const { width, height } = sizeOf(viewport);
  const [w, h] = [width / scale, height / scale];
  viewport.isWhole = false;
  svg.setAttribute("viewBox", [center.x - w / 2, center.y - h / 2, w, h].join(" "));
}

/** Zoom so that the point under (x, y), in pixels from the middle, stays where it is. */
function zoomBy(viewport, factor, x = 0, y = 0) {
  const before = viewport.scale;
  viewport.scale = Math.min(NEAREST, Math.max(viewport.least ?? 0.05, before * factor));
  viewport.center.x += x / before - x / viewport.scale;
  viewport.center.y += y / before - y / viewport.scale;
  look(viewport);
}

function panBy(viewport, dx, dy) {
  viewport.center.x += dx / viewport.scale;
  viewport.center.y += dy / viewport.scale;
  look(viewport);
}

/** Move so far that an element is seen, if it is not. */
function bringIntoView(viewport, target) {
  if (viewport.isWhole) return;
  const [frame, box] = [viewport.view.getBoundingClientRect(), target.getBoundingClientRect()];
  const dx = shortfall(box.left, box.right, frame.left + ROOM, frame.right - ROOM);
  const dy = shortfall(box.top, box.bottom, frame.top + ROOM, frame.bottom - ROOM);
  if (box.width && (dx || dy)) glide(viewport, dx, dy);
}

/** How far a stretch lies outside of a frame; one that is too long is to be in its middle. */
function shortfall(low, high, first, last) {
  if (high - low > last - first) return (low + high - first - last) / 2;
  return Math.min(0, low - first) + Math.max(0, high - last);
}

/** Pan in a quarter of a second, or at once for those who ask for less motion. */
function glide(viewport, dx, dy) {
  cancelAnimationFrame(viewport.frame);
  if (prefersStillness()) {
    panBy(viewport, dx, dy);
    return;
  }
  const start = performance.now();
  let done = 0;
  const tick = (now) => {
    const share = Math.min(1, Math.max(0, (now - start) / 250));
    const eased = share * (2 - share);
    panBy(viewport, dx * (eased - done), dy * (eased - done));
    done = eased;
    if (share < 1) viewport.frame = requestAnimationFrame(tick);
  };
  viewport.frame = requestAnimationFrame(tick);
}

function fromMiddle({ view }, event) {
  const frame = view.getBoundingClientRect();
  return [
    event.clientX - frame.left - frame.width / 2,
    event.clientY - frame.top - frame.height / 2,
  ];
}

function middleOf(box) {
  return { clientX: (box.left + box.right) / 2, clientY: (box.top + box.bottom) / 2 };
}

function turnWheel(viewport, event) {
  event.preventDefault();
  const lines = event.deltaMode === 1 ? 16 : 1;
  const speed = event.ctrlKey ? 0.01 : 0.0015; // a pinch on a touchpad comes as small turns
  zoomBy(viewport, Math.exp(-event.deltaY * lines * speed), ...fromMiddle(viewport, event));
}

function pointerDown(viewport, event) {
  if (!viewport.pointers.size) viewport.dragged = 0;
  viewport.pointers.set(event.pointerId, event);
}

function pointerMove(viewport, event) {
  const { pointers } = viewport;
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
  viewport.dragged += Math.hypot(dx, dy);
  if (pointers.size === 1) panBy(viewport, -dx, -dy);
  else if (pointers.size === 2) pinch(viewport, before, event);
  pointers.set(event.pointerId, event);
}

/** Two fingers: zoom by how their distance changes, around their middle. */
function pinch(viewport, before, event) {
  const other = [...viewport.pointers.values()].find(
    ({ pointerId }) => pointerId !== event.pointerId,
  );
  const distance = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
  const middle = {
    clientX: (event.clientX + other.clientX) / 2,
    clientY: (event.clientY + other.clientY) / 2,
  };
  zoomBy(
    viewport,
    distance(event) / Math.max(1, distance(before)),
    ...fromMiddle(viewport, middle),
  );
}

function pressKey(viewport, event) {
  const pans = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (event.shiftKey && pans[event.key]) {
    panBy(viewport, ...pans[event.key].map((way) => way * STRIDE));
  } else if (event.key === "+" || event.key === "=") zoomBy(viewport, STEP);
  else if (event.key === "-") zoomBy(viewport, 1 / STEP);
  else if (event.key === "0") fit(viewport);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
