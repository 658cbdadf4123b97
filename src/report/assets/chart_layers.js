// Charts along the layers in order of execution: time, intensity, memory.

const MANY = 300;  // layers from which on a bar is thinner than a pixel or two

function hasTimes(view) { return view.layers.some((layer) => timeOf(layer) > 0); }

function barDataset(label, view, value, color, order) {
  return {
    label,
    order,
    data: view.layers.map((layer) => ({x: layer.index, y: value(layer) ?? 0, layer})),
    backgroundColor: color,
    grouped: false,
    barPercentage: 0.86,
    categoryPercentage: 1,
    // Thinner bars would fade into the background.
    ...(view.layers.length > MANY ? {barThickness: 1.6} : {}),
    maxBarThickness: 26,
  };
}

function timeConfig(view) {
  const colors = view.layers.map((layer) => colorOf(BOUNDS[layer.bound]));
  const datasets = report.profiled ?
      [
        barDataset("measured", view, (layer) => layer.ms, token("bar"), 2),
        barDataset("least time, memory or compute bound", view, (layer) => layer.floorMs, colors, 1),
      ] :
      [barDataset("least time", view, (layer) => layer.floorMs, colors, 1)];
  const layerAt = (item) => view.layers[item.dataIndex];
  return {
    type: "bar",
    data: {datasets},
    options: {
      interaction: {mode: "index", intersect: false},
      onClick: chooseOnClick(view, layerAt),
      scales: {
        x: layerAxis(view.layers.length),
        y: {
          beginAtZero: true,
          title: axisTitle("time"),
          grid: {color: token("line"), drawBorder: false},
          ticks: {callback: timeText}
        },
      },
      plugins: {
        legend: boundLegend(view, report.profiled ? [{text: "measured", color: token("bar")}] : []),
        tooltip: layerTooltip(layerAt)
      },
    },
  };
}

/** What the colours of bounds mean, in place of the names of data sets. */
function boundLegend(view, more) {
  const entries =
      [...more, ...boundsOf(view).map(([, bound]) => ({text: bound.title, color: colorOf(bound)}))];
  return {
    position: "bottom",
    onClick: () => {},
    labels: {
      boxWidth: 10,
      boxHeight: 10,
      padding: 14,
      generateLabels: () => entries.map(
          ({text, color}) => ({text, fillStyle: color, strokeStyle: color, fontColor: token("ink-soft")})),
    },
  };
}

function timeCard(view) {
  const note = report.profiled ?
      "Usual time of each layer, with the least time in front that arithmetic and the caches that hold its bytes allow." :
      "The least time of each layer on this roof.";
  return chartCard("time", "Time per layer", note, () => timeConfig(view), {class: "whole"});
}

function intensityConfig(view) {
  const layers = view.layers.filter((layer) => layer.intensity > 0);
  const ridge = report.ridgePoint;
  const range = logarithmicRange([...layers.map((layer) => layer.intensity), ...(ridge > 0 ? [ridge] : [])]);
  const datasets = [{
    data: layers.map((layer) => ({x: layer.index, y: layer.intensity})),
    backgroundColor: layers.map((layer) => colorOf(BOUNDS[layer.bound])),
    pointStyle: layers.map((layer) => (layer.bound === "compute" ? "rect" : "circle")),
    borderWidth: 0,
    pointRadius: layers.length > MANY ? 2.5 : 4,
  }];
  if (ridge > 0) datasets.push(ridgeDataset(ridge, view.layers.length));
  const layerAt = (item) => (item.datasetIndex === 0 ? layers[item.dataIndex] : undefined);
  return {
    type: "scatter",
    data: {datasets},
    options: {
      interaction: {mode: "nearest", intersect: false},
      onClick: chooseOnClick(view, layerAt),
      scales: {
        x: layerAxis(view.layers.length),
        y: logarithmicAxis("operations per byte", intensityUnit(), range)
      },
      plugins: {
        legend: boundLegend(
            view,
            [{text: `ridge point ${intensityText(ridge)}`, color: token("ink")}].slice(ridge > 0 ? 0 : 1)),
        tooltip: layerTooltip(layerAt)
      },
    },
  };
}

function ridgeDataset(ridge, count) {
  return {
    type: "line",
    data: [{x: -0.5, y: ridge}, {x: count - 0.5, y: ridge}],
    borderColor: token("ink"),
    borderDash: [6, 4],
    borderWidth: 1.5,
    pointRadius: 0,
    pointHitRadius: 0,
  };
}

function intensityCard(view) {
  const note = "Layers under the line wait for memory, those above for arithmetic.";
  return chartCard("intensity", "Intensity per layer", note, () => intensityConfig(view), {class: "half"});
}

function memoryConfig(view) {
  const points = view.memory.map((bytes, index) => ({x: index, y: bytes}));
  const layerAt = (item) => (points.length === view.layers.length ? view.layers[item.dataIndex] : undefined);
  return {
    type: "line",
    data: {
      datasets: [{
        data: points,
        stepped: "middle",
        fill: true,
        borderColor: token("accent"),
        backgroundColor: `${token("accent")}30`,
        borderWidth: 1.5,
        pointRadius: 0,
      }]
    },
    options: {
      interaction: {mode: "index", intersect: false},
      onClick: chooseOnClick(view, layerAt),
      scales: {
        x: layerAxis(points.length),
        y: {
          beginAtZero: true,
          title: axisTitle("alive"),
          grid: {color: token("line"), drawBorder: false},
          ticks: {callback: bytesText}
        },
      },
      plugins: {
        legend: {display: false},
        tooltip: tooltip((item) => titleOf(layerAt(item)), (item) => `alive: ${bytesText(item.parsed.y)}`),
      },
    },
  };
}

function memoryCard(view) {
  const peak =
      view.memory.reduce((best, bytes, index) => (bytes > (view.memory[best] ?? -1) ? index : best), 0);
  const place = view.memory.length === view.layers.length ?
      ` at ${shortened(visible(view.layers[peak].name), 48)}` :
      "";
  const note = `Activations alive at each step: at most ${bytesText(view.memory[peak])}${place}.`;
  return chartCard("memory", "Memory over time", note, () => memoryConfig(view), {class: "half"});
}
