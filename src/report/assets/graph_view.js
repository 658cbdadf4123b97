// The plan as a graph: zoom, pan, search; a click, or the arrow keys, choose a node.

const ZOOM_STEP = 1.3;
const READABLE = 0.42;  // below this scale texts are hidden: they could not be read
const SCALES = {
  least: 0.02,
  most: 3
};
const PAPER_SCALE = 0.8;  // at most
const HEATS = 6;          // steps of the colour scale of time

function graphCard(view) {
  const node = card(
      "graph", view.id === "plan" ? "The plan as a graph" : "The graph",
      "Drag to move, wheel after a click (or with Ctrl) to zoom, arrow keys to walk along edges. Columns read from top to bottom.",
      {class: "whole", noteClass: "hint"});
  const state = {
    view,
    layout: layoutGraph(view.layers.length, view.edges, 2.1),
    scale: 1,
    x: 0,
    y: 0,
    hits: [],
    hit: -1
  };
  state.svg = svgElement("svg", {
    class: "graph",
    tabindex: "0",
    role: "application",
    "aria-label": `Graph of ${view.layers.length} nodes`
  });
  state.svg.style.setProperty("--height", `${Math.max(240, Math.min(620, state.layout.height + 60))}px`);
  drawGraph(state);
  node.firstChild.append(graphControls(state));
  const legend = element("p", {class: "legend"});
  const paint = (coloring) => paintNodes(state, coloring, legend);
  paint("bound");
  const coloring = segments(
      element("div", {class: "segments", role: "group", "aria-label": "Colour of nodes"}),
      [{id: "bound", title: "Bound"}, {id: "time", title: "Time"}], "bound", paint);
  node.append(state.svg, element("div", {class: "graph-foot"}, legend, coloring));
  listenToPointer(state);
  state.svg.addEventListener("keydown", (event) => walk(state, event));
  onSelection((ofView, index) => showChosen(state, ofView === view ? index : null));
  new ResizeObserver(() => state.touched || fitGraph(state)).observe(state.svg);
  onPaper(() => fitToPaper(state), () => fitToScreen(state));
  return node;
}

function drawGraph(state) {
  const {layout, view} = state;
  const wires = layout.wires.filter(Boolean).map((d) => svgElement("path", {d}));
  state.chosenWires = svgElement("path", {class: "wire-chosen"});
  state.nodes = view.layers.map((layer) => nodeElement(layer, layout.nodes[layer.index]));
  state.stage = svgElement(
      "g", {}, svgElement("g", {class: "wires"}, ...wires), state.chosenWires,
      svgElement("g", {}, ...state.nodes));
  state.svg.append(state.stage);
}

function nodeElement(layer, place) {
  const time = timeOf(layer) > 0 ? timeText(timeOf(layer)) : "";
  return svgElement(
      "g",
      {class: "node", "data-index": layer.index, transform: `translate(${round(place.x)} ${round(place.y)})`},
      svgElement("title", {text: [layer.name, layer.op, layer.shape, time].filter(Boolean).join("   ")}),
      svgElement("rect", {width: NODE.width, height: NODE.height, rx: 5}),
      svgElement("rect", {class: "edge-mark", width: 5, height: NODE.height, rx: 2}),
      svgElement("text", {class: "node-op", x: 13, y: 16, text: shortened(visible(layer.op), 15)}),
      svgElement("text", {class: "node-time", x: NODE.width - 8, y: 16, text: time}),
      svgElement("text", {class: "node-name", x: 13, y: 30, text: shortened(visible(layer.name), 30)}));
}

function graphControls(state) {
  const search = element("input", {
    type: "search",
    placeholder: "Find a node",
    "aria-label": "Find a node of the graph",
    oninput: () => findNodes(state, search.value),
    onkeydown: (event) => {
      if (event.key === "Enter") goToHit(state, event.shiftKey ? -1 : 1);
    }
  });
  state.count = element("span", {class: "count", role: "status"});
  const button = (text, label, action) =>
      element("button", {type: "button", class: "button", text, "aria-label": label, onclick: action});
  return element(
      "div", {class: "controls"}, state.count, search,
      button("+", "Zoom in", () => zoomAtCentre(state, ZOOM_STEP)),
      button("\u2212", "Zoom out", () => zoomAtCentre(state, 1 / ZOOM_STEP)),
      button("Fit", "Show the whole graph", () => fitGraph(state)));
}

/** Classes rather than colours: the style sheet knows them for light, dark and paper. */
function paintNodes(state, coloring, legend) {
  const {layers} = state.view;
  const most = layers.reduce((time, layer) => Math.max(time, timeOf(layer)), 0);
  const heat = (layer) =>
      (most > 0 ? Math.min(HEATS - 1, Math.floor(Math.sqrt(timeOf(layer) / most) * HEATS)) : 0);
  state.nodes.forEach((node, at) => {
    const kind = coloring === "bound" ? `bound-${layers[at].bound}` : `heat-${heat(layers[at])}`;
    node.setAttribute(
        "class",
        `node ${kind}${node.classList.contains("hit") ? " hit" : ""}${
            node.classList.contains("chosen") ? " chosen" : ""}`);
  });
  const entries = coloring === "bound" ?
      boundsOf(state.view).map(([id, bound]) => [`bound-${id}`, bound.title]) :
      Array.from(
          {length: HEATS},
          (_, at) =>
              [`heat-${at}`,
               at === 0             ? "little time" :
                   at === HEATS - 1 ? `up to ${timeText(most)}` :
                                      ""]);
  legend.replaceChildren(
      ...entries.map(([name, text]) => element("span", {class: `legend-entry ${name}`, text})));
}

function applyTransform(state) {
  state.svg.removeAttribute("viewBox");
  state.stage.setAttribute(
      "transform", `translate(${round(state.x)} ${round(state.y)}) scale(${state.scale.toFixed(4)})`);
  state.svg.classList.toggle("far", state.scale < READABLE);
}

function fitGraph(state) {
  const {clientWidth, clientHeight} = state.svg;
  if (clientWidth === 0) return;
  const {width, height} = state.layout;
  const margin = 24;
  state.scale = Math.min(1.1, (clientWidth - 2 * margin) / width, (clientHeight - 2 * margin) / height);
  state.x = (clientWidth - width * state.scale) / 2;
  state.y = (clientHeight - height * state.scale) / 2;
  state.touched = false;
  applyTransform(state);
}

/** On paper the whole graph, as large as the page is wide. */
function fitToPaper(state) {
  const margin = 20;
  const {width, height} = state.layout;
  state.svg.setAttribute("viewBox", `${- margin} ${- margin} ${width + 2 * margin} ${height + 2 * margin}`);
  state.stage.removeAttribute("transform");
  state.svg.style.maxWidth = `${Math.round(width * PAPER_SCALE)}px`;
  // Texts stay: who reads the file on a screen can enlarge them.
  state.svg.classList.remove("far");
  state.svg.classList.toggle("tinted", PAPER_WIDTH / width < READABLE);
}

function fitToScreen(state) {
  state.svg.style.maxWidth = "";
  state.svg.classList.remove("tinted");
  applyTransform(state);
}

function zoomAt(state, factor, x, y) {
  const scale = Math.min(SCALES.most, Math.max(SCALES.least, state.scale * factor));
  const real = scale / state.scale;
  state.x = x - (x - state.x) * real;
  state.y = y - (y - state.y) * real;
  state.scale = scale;
  state.touched = true;
  applyTransform(state);
}

function zoomAtCentre(state, factor) {
  zoomAt(state, factor, state.svg.clientWidth / 2, state.svg.clientHeight / 2);
}

function listenToPointer(state) {
  const {svg} = state;
  let drag = null;
  svg.addEventListener("wheel", (event) => {
    // The page scrolls over a graph that nobody has touched yet.
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== svg) return;
    event.preventDefault();
    const box = svg.getBoundingClientRect();
    zoomAt(state, Math.exp(-event.deltaY * 0.0015), event.clientX - box.left, event.clientY - box.top);
  }, {passive: false});
  svg.addEventListener("pointerdown", (event) => {
    drag = {x: event.clientX, y: event.clientY, moved: false};
    svg.focus({preventScroll: true});
  });
  svg.addEventListener("pointermove", (event) => {
    if (!drag || event.buttons === 0) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    if (!drag.moved) svg.setPointerCapture(event.pointerId);
    drag = {x: event.clientX, y: event.clientY, moved: true};
    pan(state, dx, dy);
  });
  svg.addEventListener("click", (event) => {
    const node = event.target.closest(".node");
    if (!drag?.moved) selectLayer(state.view, node ? Number(node.dataset.index) : null);
    drag = null;
  });
}

function pan(state, dx, dy) {
  state.x += dx;
  state.y += dy;
  state.touched = true;
  applyTransform(state);
}

function findNodes(state, needle) {
  const wanted = needle.trim().toLowerCase();
  state.hits = wanted === "" ?
      [] :
      state.view.layers.filter((layer) => matches(layer, wanted)).map((layer) => layer.index);
  state.hit = -1;
  const hits = new Set(state.hits);
  state.nodes.forEach((node, at) => node.classList.toggle("hit", hits.has(at)));
  state.svg.classList.toggle("searching", wanted !== "");
  state.count.textContent = wanted === "" ? "" : `${state.hits.length} found`;
}

function goToHit(state, step) {
  if (state.hits.length === 0) return;
  const start = state.hit < 0 && step < 0 ? 0 : state.hit;
  state.hit = (start + step + state.hits.length) % state.hits.length;
  state.count.textContent = `${state.hit + 1} of ${state.hits.length}`;
  selectLayer(state.view, state.hits[state.hit]);
}

/** Marks the chosen node and its edges, and brings it into sight. */
function showChosen(state, index) {
  state.svg.querySelector(".node.chosen")?.classList.remove("chosen");
  state.chosenWires.setAttribute("d", "");
  state.chosen = index;
  if (index === null) return;
  state.nodes[index].classList.add("chosen");
  const own = state.view.edges.filter(([from, to]) => from === index || to === index);
  state.chosenWires.setAttribute("d", own.map(([from, to]) => state.layout.edgePath(from, to)).join(""));
  bringIntoSight(state, state.layout.nodes[index]);
}

function bringIntoSight(state, place) {
  const {clientWidth, clientHeight} = state.svg;
  const x = state.x + (place.x + NODE.width / 2) * state.scale;
  const y = state.y + (place.y + NODE.height / 2) * state.scale;
  const inside = x > 80 && x < clientWidth - 80 && y > 40 && y < clientHeight - 40;
  if (inside && state.scale >= READABLE) return;
  state.scale = Math.max(state.scale, 0.8);
  state.x = clientWidth / 2 - (place.x + NODE.width / 2) * state.scale;
  state.y = clientHeight / 2 - (place.y + NODE.height / 2) * state.scale;
  state.touched = true;
  applyTransform(state);
}

/** Up and down along edges, left and right within a row; with Shift they move the picture. */
function walk(state, event) {
  const moves = {ArrowUp: [0, 60], ArrowDown: [0, -60], ArrowLeft: [60, 0], ArrowRight: [-60, 0]};
  if (event.key === "+")
    zoomAtCentre(state, ZOOM_STEP);
  else if (event.key === "-")
    zoomAtCentre(state, 1 / ZOOM_STEP);
  else if (event.key === "0")
    fitGraph(state);
  else if (!(event.key in moves))
    return;
  else if (event.shiftKey)
    pan(state, ...moves[event.key]);
  else
    selectLayer(state.view, neighbour(state, event.key));
  event.preventDefault();
}

function neighbour(state, key) {
  const {chosen, layout, view} = state;
  if (chosen === null || chosen === undefined) return 0;
  if (key === "ArrowUp") return view.edges.find(([, to]) => to === chosen)?.[0] ?? chosen;
  if (key === "ArrowDown") return view.edges.find(([from]) => from === chosen)?.[1] ?? chosen;
  const row = layout.nodes.map((place, index) => ({...place, index}))
                  .filter((place) => place.row === layout.nodes[chosen].row);
  row.sort((a, b) => a.x - b.x);
  const at = row.findIndex((place) => place.index === chosen) + (key === "ArrowRight" ? 1 : -1);
  return row[at]?.index ?? chosen;
}
