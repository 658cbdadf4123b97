// What all charts share: fonts and colours of the theme, drawing anew, sizes on paper.

// CSS pixels: between the margins of an A4 page, and of charts by their size.
const PAPER_WIDTH = 690;
const PAPER_HEIGHTS = { tall: 370, usual: 210, low: 140 };
const drawn = []; // {canvas, build, chart, paperHeight} of every chart of the page

/** A card with a chart; `build()` gives Chart.js's configuration and is asked again when the theme changes. */
function chartCard(id, title, note, build, options = {}) {
  const node = card(id, title, note, options);
  const canvas = element("canvas", { role: "img", "aria-label": `${title}. ${note}` });
  node.append(element("div", { class: `chart ${options.size ?? ""}` }, canvas));
  drawn.push({ canvas, build, chart: null, paperHeight: options.paperHeight ?? PAPER_HEIGHTS[options.size ?? "usual"] });
  return node;
}

function drawChart(entry) {
  entry.chart?.destroy();
  const config = entry.build();
  config.options = {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    ...config.options,
  };
  entry.chart = new Chart(entry.canvas, config);
}

function drawCharts() {
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 11;
  Chart.defaults.color = token("ink-soft");
  Chart.defaults.borderColor = token("line");
  drawn.forEach(drawChart);
}

function forgetCharts() {
  for (const entry of drawn.splice(0)) entry.chart?.destroy();
}

/** Canvases keep their pixels when a page is laid out for paper: they are drawn for its width. */
function fitChartsToPaper() {
  for (const { canvas, chart, paperHeight } of drawn) {
    const half = canvas.closest(".card").matches(".half");
    chart.resize(half ? PAPER_WIDTH / 2 - 12 : PAPER_WIDTH, paperHeight);
  }
}

function fitChartsToScreen() {
  for (const { chart } of drawn) chart.resize();
}

function axisTitle(text) {
  return { display: true, text, color: token("ink-soft"), font: { size: 11 } };
}

function logarithmicAxis(title, unit, range) {
  return {
    type: "logarithmic",
    title: axisTitle(title),
    min: range[0],
    max: range[1],
    grid: { color: (context) => (isDecade(context.tick?.value) ? token("line-strong") : token("line")), drawBorder: false },
    ticks: { callback: (value) => decadeText(value, unit), autoSkip: false, maxRotation: 0 },
  };
}

function isDecade(value) {
  const exponent = Math.log10(value);
  return Math.abs(exponent - Math.round(exponent)) < 1e-6;
}

/** Lower and upper end with some air, at least a decade apart, beyond all that are positive. */
function logarithmicRange(values) {
  const positive = values.filter((value) => value > 0);
  if (positive.length === 0) return [1, 10];
  const least = positive.reduce((a, b) => Math.min(a, b));
  const most = positive.reduce((a, b) => Math.max(a, b));
  return [least / 1.8, Math.max(most * 1.8, least * 10)];
}

/** Layers along an axis are numbered in order of execution. */
function layerAxis(count) {
  return {
    type: "linear",
    offset: false,
    min: -0.5,
    max: count - 0.5,
    title: axisTitle("layer, in order of execution"),
    grid: { display: false, drawBorder: false },
    ticks: { precision: 0, maxRotation: 0, callback: (value) => (Number.isInteger(value) ? value : "") },
  };
}

function tooltip(titleOfItem, linesOfItem) {
  return {
    displayColors: false,
    backgroundColor: token("ink"),
    titleColor: token("paper"),
    bodyColor: token("paper"),
    padding: 10,
    callbacks: { title: (items) => (items.length > 0 ? titleOfItem(items[0]) : ""), label: linesOfItem },
  };
}

function layerTooltip(layerAt) {
  const lines = (layer) => factsOf(layer)
    .filter(([key]) => key !== "made of")
    .map(([key, text]) => `${key}: ${shortened(visible(text), 60)}`);
  return {
    ...tooltip((item) => titleOf(layerAt(item)), (item) => linesOf(layerAt(item), lines)),
    filter: (item, at) => at === 0 && layerAt(item) !== undefined,
  };
}

function titleOf(layer) {
  return layer ? shortened(visible(layer.name), 60) : "";
}

function linesOf(layer, lines) {
  return layer ? lines(layer) : [];
}

/** A click on what belongs to a layer chooses it. */
function chooseOnClick(view, layerAt) {
  return (event, elements, chart) => {
    const hit = elements.map(({ datasetIndex, index }) => layerAt({ datasetIndex, dataIndex: index, chart })).find(Boolean);
    if (hit) selectLayer(view, hit.index);
  };
}
