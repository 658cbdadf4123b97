// What if: the model at other batches, precisions or machines, and the layers whose bound changes there.

const MOST_CROSSING = 40;

function plainTable(headings, rows) {
  const cells = (texts, tag) => texts.map((text, at) => element(tag, {class: at > 0 ? "number" : "", text}));
  return element(
      "div", {class: "plain-box"},
      element(
          "table", {class: "plain"}, element("thead", {}, element("tr", {}, ...cells(headings, "th"))),
          element("tbody", {}, ...rows.map((texts) => element("tr", {}, ...cells(texts, "td"))))));
}

function variantRow(variant) {
  const layers = isObject(variant.layers) ? variant.layers : {};
  const count = (bound) => (finite(layers[bound]) === null ? NO_VALUE : wholeText(layers[bound]));
  return [
    textOf(variant.value), timeText(variant.floor_ms), timeText(variant.floor_ms_per_item),
    intensityText(variant.intensity), count("compute"), count("memory"), count("none")
  ];
}

function sweepParts(sweep) {
  const variants = listOf(sweep.variants).filter(isObject);
  const crossing = listOf(sweep.crossing).filter(isObject);
  const parts = [
    element("h3", {text: textOf(sweep.sweep)}),
    plainTable(
        ["", "least time", "for one item", "intensity", "compute bound", "memory bound", "no arithmetic"],
        variants.map(variantRow)),
  ];
  if (crossing.length > 0) {
    const more = crossing.length > MOST_CROSSING ? `, of which ${MOST_CROSSING} are shown` : "";
    parts.push(element(
        "p", {class: "note", text: `Layers that cross the ridge: ${wholeText(crossing.length)}${more}.`}));
    parts.push(plainTable(
        ["layer", ...variants.map((variant) => textOf(variant.value))],
        crossing.slice(0, MOST_CROSSING)
            .map((layer) => [textOf(layer.layer), ...listOf(layer.bounds).map(textOf)])));
  }
  return parts;
}

function sweepsCard() {
  const node = card("sweeps", "What if", "The whole model with one thing changed.", {class: "whole"});
  node.append(...report.sweeps.flatMap(sweepParts));
  return node;
}
