// Search: steps by name, op or module, as one types.

const MOST_RESULTS = 30;

function makeSearch(data, graph, go) {
  const [query, results] = [byId("query"), byId("results")];
  const list = results.querySelector("ul");
  const update = () => showResults(data, graph, query.value, list, choose);
  const choose = (step) => {
    results.hidden = true;
    go(step);
  };
  query.addEventListener("input", update);
  query.addEventListener("focus", update);
  query.addEventListener("keydown", (event) => {
    if (event.key === "Enter") list.querySelector("button")?.click();
    if (event.key === "ArrowDown") list.querySelector("button")?.focus();
  });
  list.addEventListener("keydown", (event) => moveInList(list, event, query));
  const search = query.closest(".search");
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") clearSearch(query, update);
  });
  search.addEventListener("focusout", (event) => {
    if (!search.contains(event.relatedTarget)) results.hidden = true;
  });
}

function clearSearch(query, update) {
  query.value = "";
  update();
  query.focus();
}

/** The steps whose name, op, module or number has the words in it. */
function matches(data, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  return data.steps.filter((step) => {
    const about = `${nameOf(step)} ${step.title} ${step.path} ${step.kind}`.toLowerCase();
    return words.every((word) => about.includes(word));
  });
}

function showResults(data, graph, text, list, choose) {
  const found = matches(data, text);
  list.replaceChildren(
    ...found.slice(0, MOST_RESULTS).map((step) => {
      const about =
        step.name && step.kind === "operation" ? `${step.title} · ${step.facts}` : step.facts;
      const made = button(nameOf(step), () => choose(step));
      made.append(element("small", {}, step.path ? `${about} · ${step.path}` : about));
      return element("li", {}, made);
    }),
  );
  byId("results").hidden = !text.trim();
  byId("found").textContent = found.length === 1 ? "1 step" : `${found.length} steps`;
  const keys = new Set(found.map((step) => step.key));
  for (const box of graph.boxes.values()) box.element.classList.toggle("found", keys.has(box.key));
}

function moveInList(list, event, query) {
  const buttons = [...list.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  if (event.key === "ArrowDown") buttons[Math.min(at + 1, buttons.length - 1)].focus();
  else if (event.key === "ArrowUp") (buttons[at - 1] ?? query).focus();
  else return;
  event.preventDefault();
}
