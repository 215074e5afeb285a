// The controls: buttons, slider, keys, and playing by itself.

const PERIOD = 1600; // milliseconds of a step at speed 1

function makePlayer(data, show) {
  const player = { data, show, at: 0, timer: null };
  const slider = byId("slider");
  slider.max = String(data.moments.length - 1);
  slider.style.setProperty(
    "--forward-end",
    `${(100 * (data.steps.length - 0.5)) / Math.max(1, data.moments.length - 1)}%`,
  );
  slider.addEventListener("input", () => goTo(player, Number(slider.value)));
  const actions = {
    first: () => goTo(player, 0),
    previous: () => goTo(player, player.at - 1),
    next: () => goTo(player, player.at + 1),
    last: () => goTo(player, data.moments.length - 1),
  };
  for (const [id, action] of Object.entries(actions)) {
    byId(id).addEventListener("click", () => {
      pause(player);
      action();
    });
  }
  byId("play").addEventListener("click", () => togglePlaying(player));
  byId("speed").addEventListener("change", () => player.timer && play(player));
  document.addEventListener("keydown", (event) => pressed(player, actions, event));
  return player;
}

function goTo(player, at) {
  player.at = Math.min(player.data.moments.length - 1, Math.max(0, at));
  const [slider, text] = [byId("slider"), momentText(player.data, player.at)];
  slider.value = String(player.at);
  slider.setAttribute("aria-valuetext", text);
  byId("where").textContent = text;
  setReachable(player);
  player.show(player.at);
}

/** At either end two of the buttons have nowhere to lead; they stay where Tab finds them. */
function setReachable(player) {
  const ends = { first: 0, previous: 0, next: player.data.moments.length - 1 };
  ends.last = ends.next;
  for (const [id, end] of Object.entries(ends)) {
    byId(id).setAttribute("aria-disabled", String(player.at === end));
  }
}

function togglePlaying(player) {
  if (player.timer) pause(player);
  else play(player);
}

function play(player) {
  clearInterval(player.timer);
  const end = player.data.moments.length - 1;
  if (player.at === end) goTo(player, 0);
  const advance = () => {
    goTo(player, player.at + 1);
    if (player.at === end) pause(player);
  };
  player.timer = setInterval(advance, PERIOD / Number(byId("speed").value));
  setPlaying(true);
}

function pause(player) {
  clearInterval(player.timer);
  player.timer = null;
  setPlaying(false);
}

function setPlaying(isPlaying) {
  byId("play").classList.toggle("playing", isPlaying);
  byId("play").setAttribute("aria-label", isPlaying ? "Pause" : "Play");
}

/** The arrow keys, Home, End and Space, wherever they have no meaning of their own. */
function pressed(player, actions, event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("input, select, .scroller, .search")) return;
  const keys = {
    ArrowLeft: actions.previous,
    ArrowRight: actions.next,
    Home: actions.first,
    End: actions.last,
  };
  const isFree = !event.target.closest("button, summary, [role=button]");
  if (event.key === " " && isFree) togglePlaying(player);
  else if (keys[event.key]) {
    pause(player);
    keys[event.key]();
  } else return;
  event.preventDefault();
}
