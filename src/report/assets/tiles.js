// The head of the page: what was looked at, and its totals.

function fillHeader() {
  document.getElementById("kind").textContent = report.profiled ? "ridge profile" : "ridge roofline";
  document.getElementById("model").textContent =
      visible(textOf(source.model_name).split("/").pop() || "Report");
  const facts = [
    textOf(source.target),
    textOf(source.precision),
    source.convention ? `${textOf(source.convention)} convention` : "",
    finite(source.batch) === null ? "" : `batch ${source.batch}`,
    finite(source.threads) === null ? "" : countedText(source.threads, "thread"),
  ];
  document.getElementById("subtitle").textContent = facts.filter(Boolean).map(visible).join("  \u00b7  ");
  const remarks = [source.cost_note, source.counters_note].map(textOf).filter(Boolean);
  document.getElementById("remarks").textContent = visible(remarks.join("; "));
  const version = isObject(source.ridge) ? textOf(source.ridge.version) : textOf(source.ridge);
  document.getElementById("foot").textContent =
      visible(`Made by ridge ${version}. This file needs no network.`);
}

function tile(title, value, note) {
  const node = element(
      "div", {class: "tile"}, element("p", {class: "tile-title", text: title}),
      element("p", {class: "tile-value", text: value}));
  if (note) node.append(element("p", {class: "tile-note", text: note}));
  return node;
}

function latencyTile() {
  const latency = isObject(source.latency_ms) ? source.latency_ms : {};
  const median = finite(latency.median);
  const least = finite(latency.min);
  return median === null ?
      null :
      tile("Latency, median", timeText(median), least === null ? "" : `fastest ${timeText(least)}`);
}

function floorTile(view) {
  const total = finite(view?.totals.floor_ms);
  if (total === null) return null;
  const saved = view.id === "plan" ? finite(source.plan?.saved_ms) : null;
  return tile("Least time", timeText(total), saved > 0 ? `fusion saves ${timeText(saved)}` : "on this roof");
}

function gapTile(view) {
  const gaps = listOf(view?.layers).map((layer) => layer.gapMs).filter((gap) => gap > 0);
  if (gaps.length === 0) return null;
  return tile(
      "Over the limit", timeText(gaps.reduce((sum, gap) => sum + gap, 0)),
      `in ${countedText(gaps.length, "layer")}`);
}

function betweenTile() {
  const between = finite(source.between_ms);
  const overhead = finite(source.overhead_ms);
  if (between === null) return null;
  return tile(
      "Between regions", timeText(between), overhead > 0 ? `profiling costs ${timeText(overhead)}` : "");
}

function roofTile() {
  const roof = report.roofs[0];
  return roof ? tile(`Roof, ${roof.name}`, opsRateText(roof.peak), bandwidthText(roof.bandwidth)) : null;
}

function bytesTile(view) {
  const totals = view?.totals ?? {};
  const saved = view?.id === "plan" ? finite(source.plan?.saved_bytes) : null;
  if (finite(totals.total_bytes) === null) return null;
  return tile(
      "Bytes moved", bytesText(totals.total_bytes),
      saved > 0 ? `fusion saves ${bytesText(saved)}` : "weights, inputs, outputs");
}

function memoryTile(view) {
  const alive = listOf(view?.memory).filter((bytes) => bytes !== null);
  const activations = alive.length > 0 ? bytesText(Math.max(...alive)) : null;
  const process = finite(source.peak_memory_bytes);
  if (process !== null) {
    return tile("Memory of the process", bytesText(process), activations ? `activations ${activations}` : "");
  }
  const arena = finite(source.plan?.arena_bytes) ?? finite(source.arena_bytes);
  return activations ?
      tile("Peak of activations", activations, arena === null ? "" : `arena ${bytesText(arena)}`) :
                                                                null;
}

function fillTiles(view) {
  const totals = view?.totals ?? {};
  const known = (key) => finite(totals[key]) !== null;
  const tiles = [
    latencyTile(),
    floorTile(view),
    gapTile(view),
    betweenTile(),
    known("flops") ?
        tile("Operations", opsText(totals.flops), known("macs") ? scaledText(totals.macs, "MAC") : "") :
        null,
    bytesTile(view),
    known("parameters") ? tile(
                              "Parameters", countText(totals.parameters),
                              known("weight_bytes") ? bytesText(totals.weight_bytes) : "") :
                          null,
    known("intensity") ?
        tile(
            "Intensity", intensityText(totals.intensity),
            report.ridgePoint === null ? "" : `ridge point ${intensityText(report.ridgePoint)}`) :
                                         null,
    roofTile(),
    memoryTile(view),
    view ? tile(view.id === "plan" ? "Steps" : "Nodes", wholeText(view.layers.length), view.title) : null,
  ];
  document.getElementById("tiles").replaceChildren(...tiles.filter(Boolean));
}
