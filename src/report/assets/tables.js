// The tables of the report: their columns.

const NAME_LETTERS = 30;  // as many as fit into the column; the whole name is its title

const COLUMNS = {
  index: {title: "#", numeric: true, width: "index", value: (layer) => layer.index},
  name: {
    title: "Layer",
    width: "name",
    value: (layer) => layer.name,
    letters: NAME_LETTERS,
    decorate: (cell, layer) => {
      if (layer.depth > 0) cell.classList.add("inner");
    }
  },
  op: {title: "Operator", width: "op", value: (layer) => layer.op},
  shape: {title: "Output", width: "shape", value: (layer) => layer.shape},
  kernel: {
    title: "Kernel",
    width: "kernel",
    value: (layer) => (layer.fallback ? `${layer.kernel || "reference"} (fallback)` : layer.kernel)
  },
  layout: {title: "Layout", width: "shape", value: (layer) => layer.layout},
  precision: {title: "Prec.", width: "short", value: (layer) => layer.precision},
  bound: {
    title: "Bound",
    width: "short",
    value: (layer) => (layer.bound === "unknown" ? "" : layer.bound),
    text: (layer) => (layer.bound === "unknown" ? NO_VALUE : boundText(layer)),
    decorate: (cell, layer) => cell.classList.add(`bound-${layer.bound}`)
  },
  flops: numberColumn("Operations", "flops", opsText),
  macs: numberColumn("MACs", "macs", countText),
  weightBytes: numberColumn("Weights", "weightBytes", bytesText),
  bytes: numberColumn("Bytes", "bytes", bytesText),
  intensity: {...numberColumn("Intensity", "intensity", intensityText), width: "wide"},
  floorMs: numberColumn("Least time", "floorMs", timeText),
  ms: numberColumn("Time", "ms", timeText),
  gapMs: numberColumn("Over limit", "gapMs", timeText),
  share: {...numberColumn("Share", "share", percentText), decorate: shareBar},
  roofShare: numberColumn("Of limit", "roofShare", percentText),
  opsPerS: {...numberColumn("Rate", "opsPerS", opsRateText), width: "wide"},
  bytesPerS: numberColumn("Memory rate", "bytesPerS", bandwidthText),
};

const GRAPH_COLUMNS = [
  "index", "name", "op", "shape", "flops", "macs", "weightBytes", "bytes", "intensity", "bound", "floorMs",
  "share"
];
const PLAN_COLUMNS =
    ["index", "name", "op", "kernel", "shape", "flops", "bytes", "intensity", "bound", "floorMs", "share"];
const PROFILE_COLUMNS = [
  "index", "name", "op", "kernel", "layout", "precision", "ms", "share", "floorMs", "roofShare", "opsPerS",
  "bytesPerS", "intensity", "bound"
];
const WORK_COLUMNS = ["index", "name", "op", "kernel", "gapMs", "ms", "floorMs", "roofShare", "bound"];

function numberColumn(title, key, text) {
  return {
    title,
    numeric: true,
    width: "number",
    value: (layer) => layer[key],
    text: (layer) => text(layer[key])
  };
}

/** The share as a bar behind its figure. */
function shareBar(cell, layer) {
  cell.classList.add("share-cell");
  cell.style.setProperty("--share", `${Math.min(100, (layer.share ?? 0) * 100)}%`);
}

/** Columns in which no layer has anything are left out. */
function columnsFor(names, layers) {
  const filled = (column) => layers.some((layer) => ![null, undefined, ""].includes(column.value(layer)));
  return names.map((name) => COLUMNS[name]).filter((column) => column === COLUMNS.name || filled(column));
}

function layerTable(view) {
  const names = view.id === "graph" ? GRAPH_COLUMNS : report.profiled ? PROFILE_COLUMNS : PLAN_COLUMNS;
  const title = view.id === "graph" ? "Layers of the imported graph" : "Layers of the plan";
  return tableCard(
      `table-${view.id}`, title, "In order of execution; a click on a heading sorts.", view, view.layers,
      columnsFor(names, view.layers), {column: 0, falling: false});
}

/** Where time could be won, most first. */
function workTable(view) {
  const rows = view.layers.filter((layer) => layer.gapMs !== null);
  const columns = columnsFor(WORK_COLUMNS, rows);
  const gap = columns.indexOf(COLUMNS.gapMs);
  return tableCard(
      "table-work", "Work list", "Time lost over the limit of the roof, most first.", view, rows, columns,
      {column: gap, falling: true});
}

function tableCards() {
  const cards = [];
  for (const view of report.views) {
    if (view.layers.some((layer) => layer.gapMs !== null)) cards.push(workTable(view));
    cards.push(layerTable(view));
  }
  return cards;
}
