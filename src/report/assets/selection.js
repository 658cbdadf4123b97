// Which view is shown and which layer is chosen: charts, graph, tables and the panel of details follow it.

const selection = {
  view: report.views[0] ?? null,
  index: null,
  listeners: []
};

/** Called with (view, index or null) whenever another layer is chosen, until the sections are drawn anew. */
function onSelection(listener) { selection.listeners.push(listener); }

function selectLayer(view, index) {
  if (view !== selection.view) showView(view);
  selection.index = index;
  for (const listener of selection.listeners) listener(view, index);
  showDetails(view, index);
}

function factsOf(layer) {
  return [
    ["operator", layer.op],
    ["output", layer.shape],
    ["kernel", layer.kernel],
    ["layout", layer.layout],
    ["precision", layer.precision],
    ["time", layer.ms === null ? "" : timeText(layer.ms)],
    ["fastest", layer.minMs === null ? "" : timeText(layer.minMs)],
    ["least time", timeText(layer.floorMs)],
    ["over the limit", layer.gapMs === null ? "" : timeText(layer.gapMs)],
    ["share of time", percentText(layer.share)],
    ["of the limit", layer.roofShare === null ? "" : percentText(layer.roofShare)],
    ["bound", BOUNDS[layer.bound].title + (layer.cache ? ` (${layer.cache})` : "")],
    ["intensity", intensityText(layer.intensity)],
    ["operations", opsText(layer.flops)],
    ["multiply-adds", scaledText(layer.macs, "MAC")],
    ["achieved", layer.opsPerS === null ? "" : opsRateText(layer.opsPerS)],
    ["memory rate", layer.bytesPerS === null ? "" : bandwidthText(layer.bytesPerS)],
    ["weights", bytesText(layer.weightBytes)],
    ["inputs", bytesText(layer.inputBytes)],
    ["outputs", bytesText(layer.outputBytes)],
    ...Object.entries(layer.counters).map(([key, value]) => [key.replaceAll("_", " "), countText(value)]),
    ["fallback", layer.fallback ? layer.fallbackReason || "reference kernel" : ""],
    ["made of", layer.members.join(", ")],
  ].filter(([, text]) => text !== "" && text !== NO_VALUE);
}

function showDetails(view, index) {
  const panel = document.getElementById("details");
  panel.hidden = index === null;
  if (index === null) return panel.replaceChildren();
  const layer = view.layers[index];
  const close = element(
      "button", {type: "button", class: "button", text: "Close", onclick: () => selectLayer(view, null)});
  const facts = factsOf(layer).flatMap(([key, text]) => [element("dt", {text: key}), element("dd", {text})]);
  panel.replaceChildren(
      element("div", {class: "details-head"}, element("h2", {text: layer.name}), close),
      element("dl", {}, ...facts),
  );
}

function closeOnEscape(event) {
  if (event.key === "Escape" && selection.index !== null) selectLayer(selection.view, null);
}
