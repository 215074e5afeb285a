// Arrays of numbers: small ones as tables with color, large ones as statistics and a heat map.

const WRAP = 10; // entries of a long vector in one row
const LONGEST_ROW = 16; // entries of a vector that is not wrapped
const MAP_SIDE = 200; // pixels of the longer side of a heat map
const NOT_FINITE = -128; // the code of a cell of a heat map with a NaN or an infinity
const FULL = 127; // the code of the largest magnitude

/** A number in so many significant digits; 17 stand for all there are. */
function formatted(value, digits) {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return { Infinity: "∞", "-Infinity": "-∞" }[value] ?? value;
  if (Array.isArray(value)) return complexText(value, digits);
  if (digits >= 17) return Object.is(value, -0) ? "-0" : String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  const [mantissa, exponent] = value.toPrecision(digits).split("e");
  const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return exponent === undefined ? short : `${short}e${exponent.replace("+", "")}`;
}

function complexText([real, imaginary], digits) {
  const second = formatted(imaginary, digits);
  return `${formatted(real, digits)}${second.startsWith("-") ? "" : "+"}${second}i`;
}

/** What is shown of an array; a sentence where nothing is known of it. */
function numbersView(array, label, digits) {
  if (array === null) return element("p", { class: "unknown" }, "not kept");
  if (array.entries) return numberTable(array, label, digits);
  return summary(array, label, digits);
}

/** A large array: its statistics beside its heat map. */
function summary(array, label, digits) {
  const { smallest, largest, mean, deviation, norm, not_finite: notFinite } = array.statistics;
  const facts = { min: smallest, max: largest, mean, std: deviation, norm };
  const list = element("dl", { class: "statistics" });
  for (const [word, value] of Object.entries(facts)) {
    list.append(element("dt", {}, word), element("dd", {}, formatted(value, digits)));
  }
  if (notFinite) {
    list.append(element("dt", {}, "NaN or ∞"), element("dd", {}, String(notFinite)));
  }
  return element("div", { class: "summary" }, heatMap(array, label, digits), list);
}

/** The entries in rows and columns, each tinted by its sign and size. */
function numberTable(array, label, digits, heads = {}) {
  const { rows, rowHeads } = rowsOf(array);
  const largest = Math.max(0, ...array.entries.map(magnitude).filter(Number.isFinite));
  const names = heads.rows ?? rowHeads;
  const body = element("tbody");
  rows.forEach((row, i) => {
    const line = element("tr");
    if (names) line.append(element("th", { scope: "row" }, names[i]));
    for (const value of row) line.append(cell(value, largest, digits));
    body.append(line);
  });
  const table = element("table", { class: "numbers", "aria-label": label });
  if (heads.columns) table.append(columnHeads(heads));
  table.append(body);
  const scroller = element("div", { class: "scroller" }, table);
  return scroller;
}

function columnHeads(heads) {
  const corner = heads.rows ? [element("td", { class: "corner" })] : [];
  const cells = heads.columns.map((text) => element("th", { scope: "col" }, text));
  return element("thead", {}, element("tr", {}, ...corner, ...cells));
}

function cell(value, largest, digits) {
  const made = element("td", { title: formatted(value, 17) }, formatted(value, digits));
  const size = magnitude(value);
  if (Number.isFinite(size) && largest > 0 && !Array.isArray(value)) {
    made.className = value < 0 ? "negative" : "positive";
    made.style.setProperty("--weight", `${Math.round((100 * size) / largest)}%`);
  }
  if (typeof value === "string") made.className = "not-finite";
  return made;
}

function magnitude(value) {
  return typeof value === "number" ? Math.abs(value) : NaN;
}

/** The rows of an array's table, and what stands before each (null: nothing). */
function rowsOf({ shape, entries }) {
  if (!entries.length) return { rows: [], rowHeads: null };
  if (shape.length < 2) {
    if (entries.length <= LONGEST_ROW) return { rows: [entries], rowHeads: null };
    const rows = chunks(entries, WRAP);
    return { rows, rowHeads: rows.map((_, i) => String(WRAP * i)) };
  }
  const rows = chunks(entries, shape.at(-1));
  const leading = shape.slice(0, -1);
  const rowHeads = leading.length > 1 ? rows.map((_, i) => indexText(i, leading)) : null;
  return { rows, rowHeads };
}

function chunks(entries, size) {
  const found = [];
  for (let i = 0; i < entries.length; i += size) found.push(entries.slice(i, i + size));
  return found;
}

/** The index of entry number `i` of an array, as NumPy writes it. */
function indexText(i, shape) {
  const index = [];
  for (const length of [...shape].reverse()) {
    index.unshift(i % length);
    i = Math.floor(i / length);
  }
  return `[${index.join(", ")}]`;
}

/** A Jacobian: a row for every entry of the result, a column for every entry of the operand. */
function jacobianTable(array, shapes, label, digits) {
  const [count, width] = array.shape;
  const heads = {
    rows: Array.from({ length: count }, (_, i) => indexText(i, shapes.result)),
    columns: Array.from({ length: width }, (_, i) => indexText(i, shapes.operand)),
  };
  return numberTable(array, label, digits, heads);
}

/** A canvas with a cell per block of entries; drawn again when light turns to dark. */
function heatMap({ shape, heat_map: map }, label, digits) {
  const canvas = element("canvas", {
    role: "img",
    class: "heat-map",
    "aria-label": `Heat map of ${label}, ${shape.join(" by ")} entries`,
  });
  const side = Math.max(2, Math.min(12, Math.floor(MAP_SIDE / Math.max(map.rows, map.columns))));
  canvas.width = map.columns * side;
  canvas.height = map.rows * side;
  const paint = () => paintCells(canvas, map, side);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  queueMicrotask(paint); // once it stands in the page and the page's colors are its own
  const scale = formatted(map.scale, digits);
  const blocks = map.rows * map.columns < shape.reduce((a, b) => a * b, 1);
  return element(
    "figure",
    {},
    canvas,
    element(
      "figcaption",
      {},
      element("span", {}, `-${scale}`),
      element("span", { class: "bar", "aria-hidden": "true" }),
      element("span", {}, scale),
    ),
    blocks && element("p", { class: "remark" }, "each cell the mean of a block"),
  );
}

function paintCells(canvas, map, side) {
  const style = getComputedStyle(canvas);
  const tint = (name) => style.getPropertyValue(name).trim();
  const [plain, positive, negative, odd] = [
    "--heat-zero",
    "--heat-positive",
    "--heat-negative",
    "--heat-odd",
  ].map(tint);
  const context = canvas.getContext("2d");
  context.globalAlpha = 1;
  context.fillStyle = plain;
  context.fillRect(0, 0, canvas.width, canvas.height);
  const codes = Int8Array.from(atob(map.codes), (letter) => letter.charCodeAt(0));
  codes.forEach((code, i) => {
    context.globalAlpha = code === NOT_FINITE ? 1 : Math.abs(code) / FULL;
    context.fillStyle = code === NOT_FINITE ? odd : code < 0 ? negative : positive;
    const [row, column] = [Math.floor(i / map.columns), i % map.columns];
    context.fillRect(column * side, row * side, side, side);
  });
}
