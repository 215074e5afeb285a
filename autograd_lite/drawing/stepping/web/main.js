// The page begins: data, drawing, panel and player are put together.

const WIDE = 1.7; // a drawing so many times wider than high stands above the numbers

function readData() {
  const data = JSON.parse(byId("data").textContent);
  data.byNumber = new Map(data.steps.map((step) => [step.number, step]));
  data.moments = momentsOf(data.steps);
  return data;
}

function start() {
  const data = readData();
  const graph = readGraph(byId("view").querySelector("svg"), data);
  const viewport = makeViewport(byId("view"), graph.svg);
  const panel = byId("panel");
  const digits = byId("digits");

  const lit = () => graph.svg.querySelector(".active:not(.hidden)");
  const show = (i) => {
    const digitsNow = Number(digits.value);
    showMoment(panel, data, i, digitsNow, (j) => goTo(player, j));
    light(graph, data.moments[i], passedBoxes(data, i));
    if (lit()) bringIntoView(viewport, lit());
    byId("said").textContent = momentText(data, i);
  };
  const player = makePlayer(data, show);
  const goToStep = (step) => {
    pause(player);
    goTo(player, momentOf(data, step, data.moments[player.at].backward));
  };
  const close = (numbers) => {
    collapse(graph, numbers);
    fitReadably(viewport, lit());
  };
  const toggleGroup = (number) => {
    const closed = new Set(graph.closed);
    if (!closed.delete(number)) closed.add(number);
    close(closed);
  };

  addArrow(graph);
  paintGround(graph, byId("view"));
  makeBoxesButtons(graph, goToStep);
  makeGroupsButtons(graph, toggleGroup);
  listModules(graph, byId("modules").querySelector("ul"), toggleGroup);
  makeSearch(data, graph, goToStep);
  document.body.classList.toggle("forward-only", data.moments.length === data.steps.length);
  byId("modules").hidden = !graph.groups.length;
  const all = graph.groups.map((group) => group.number);
  byId("close-all").addEventListener("click", () => close(all));
  byId("open-all").addEventListener("click", () => close([]));
  byId("nearer").addEventListener("click", () => zoomBy(viewport, STEP));
  byId("farther").addEventListener("click", () => zoomBy(viewport, 1 / STEP));
  byId("whole").addEventListener("click", () => fit(viewport));
  digits.addEventListener("change", () => show(player.at));

  collapse(graph, []);
  const { width, height } = extentOf(viewport);
  document.body.classList.toggle("wide", width > WIDE * height);
  goTo(player, 0);
  fitReadably(viewport, lit());
}

start();
