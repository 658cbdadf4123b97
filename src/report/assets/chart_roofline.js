// Operations per second over operations per byte, both logarithmic, under the roofs of the machine.

/**
 * Layers that have a place on the plot, with it: measured rate where there is one, else the rate at the
 * least time.
 */
function plotPoints(view, roof) {
  const points = [];
  for (const layer of view.layers) {
    if (!(layer.intensity > 0) || !(layer.flops > 0)) continue;
    const rate = layer.opsPerS ?? (roof ? roofAt(roof, layer.intensity) : null);
    if (rate > 0) points.push({x: layer.intensity, y: rate, layer});
  }
  return points;
}

function pointRadius(layer) { return 3 + 22 * Math.sqrt(Math.min(Math.max(layer.share ?? 0, 0), 1)); }

function familyDataset(family, points) {
  return {
    label: family.id,
    data: points,
    order: 1,
    pointStyle: family.shape,
    backgroundColor: `${colorOf(family)}b0`,
    borderColor: colorOf(family),
    borderWidth: family.shape === "crossRot" || family.shape === "star" ? 2 : 1,
    pointRadius: points.map((point) => pointRadius(point.layer)),
    pointHoverRadius: points.map((point) => pointRadius(point.layer) + 2),
  };
}

function roofDataset(roof, range, first) {
  const ridge = roof.peak / roof.bandwidth;
  const corners = [range[0], ridge, range[1]].map((x) => ({x, y: roofAt(roof, x)}));
  return {
    label: roof.cache ? roof.name : `${roof.name} roof`,
    roof,
    data: corners,
    type: "line",
    order: 2,
    borderColor: token(first ? "ink" : "ink-faint"),
    borderWidth: first ? 2 :
        roof.cache     ? 1 :
                         1.5,
    borderDash: first ? [] :
        roof.cache    ? [2, 3] :
                        [6, 4],
    pointStyle: "rectRot",
    pointRadius: [0, 6, 0],
    pointHoverRadius: [0, 7, 0],
    pointBackgroundColor: token("paper"),
    pointBorderWidth: 2,
  };
}

/** Writes the figures of the roofs beside their lines. */
const roofLabels = {
  id: "roofLabels",
  afterDatasetsDraw(chart) {
    const {ctx, chartArea, scales: {x, y}} = chart;
    ctx.save();
    ctx.font = `600 11px ${Chart.defaults.font.family}`;
    chart.data.datasets.filter((set) => set.roof).forEach(({roof, borderColor}) => {
      ctx.fillStyle = borderColor;
      if (roof.cache) return writeAlongSlope(chart, roof, x, y);
      ctx.textAlign = "right";
      const below = report.roofs.some((other) => other.peak > roof.peak);
      write(
          ctx, `${roof.name}  ${opsRateText(roof.peak)}`, chartArea.right - 6,
          y.getPixelForValue(roof.peak) + (below ? 16 : -8));
      writeAlongSlope(chart, roof, x, y);
    });
    markRidge(chart, x, y);
    ctx.restore();
  },
};

/** On a rim of paper, since points and lines may be behind. */
function write(ctx, text, x, y) {
  ctx.strokeStyle = token("paper");
  ctx.lineWidth = 4;
  ctx.lineJoin = "round";
  ctx.strokeText(text, x, y);
  ctx.fillText(text, x, y);
}

/** A line from the ridge down to its intensity. */
function markRidge(chart, x, y) {
  const {ctx, chartArea} = chart;
  const roof = report.roofs[0];
  if (!roof) return;
  const place = x.getPixelForValue(roof.peak / roof.bandwidth);
  ctx.setLineDash([3, 4]);
  ctx.lineWidth = 1;
  ctx.strokeStyle = token("ink-faint");
  ctx.beginPath();
  ctx.moveTo(place, y.getPixelForValue(roof.peak) + 8);
  ctx.lineTo(place, chartArea.bottom);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.fillStyle = token("ink-soft");
  ctx.textAlign = "left";
  write(ctx, `ridge point ${intensityText(roof.peak / roof.bandwidth)}`, place + 7, chartArea.bottom - 9);
}

function writeAlongSlope(chart, roof, x, y) {
  const {ctx, chartArea} = chart;
  const start = x.getPixelForValue(x.min);
  const bend = Math.min(x.getPixelForValue(roof.peak / roof.bandwidth), chartArea.right);
  const from = {x: start, y: y.getPixelForValue(roofAt(roof, x.min))};
  const to = {x: bend, y: y.getPixelForValue(roofAt(roof, roof.peak / roof.bandwidth))};
  const same = report.roofs.find((other) => other.bandwidth === roof.bandwidth) !== roof;
  if (to.x - from.x < (roof.cache ? 70 : 140) || (same && !roof.cache)) return;
  const below = !roof.cache && report.roofs.some((other) => other.bandwidth > roof.bandwidth);
  const part = below ? 0.62 : roof.cache ? 0.5 : 0.3;
  ctx.save();
  ctx.translate(from.x + part * (to.x - from.x), from.y + part * (to.y - from.y));
  ctx.rotate(Math.atan2(to.y - from.y, to.x - from.x));
  ctx.textAlign = "center";
  write(ctx, (roof.cache ? `${roof.name}  ` : "") + bandwidthText(roof.bandwidth), 0, below ? 16 : -8);
  ctx.restore();
}

/** Across all points and the ridge, and along all roofs. */
function plotRanges(points) {
  const ridges = report.roofs.map((roof) => roof.peak / roof.bandwidth);
  const x = logarithmicRange(
      [...points.map((point) => point.x), ...ridges.flatMap((ridge) => [ridge / 3, ridge * 6])]);
  const y =
      logarithmicRange([...points.map((point) => point.y), ...report.roofs.map((roof) => roof.peak * 1.6)]);
  return {x, y};
}

function rooflineConfig(view) {
  const points = plotPoints(view, report.roofs[0]);
  const ranges = plotRanges(points);
  // Large points first, so that small ones stay in reach of the pointer.
  points.sort((a, b) => (b.layer.share ?? 0) - (a.layer.share ?? 0));
  const families =
      FAMILIES.map((family) => ({family, own: points.filter((point) => point.layer.family === family)}))
          .filter(({own}) => own.length > 0)
          .map(({family, own}) => familyDataset(family, own));
  const roofs = [...report.roofs, ...report.caches];
  const datasets = [...families, ...roofs.map((roof, at) => roofDataset(roof, ranges.x, at === 0))];
  const layerAt = (item) => datasets[item.datasetIndex].data[item.dataIndex]?.layer;
  return {
    type: "scatter",
    data: {datasets},
    plugins: [roofLabels],
    options: {
      scales: {
        x: logarithmicAxis("intensity: operations per byte", intensityUnit(), ranges.x),
        y: logarithmicAxis("operations per second", `${operationUnit()}/s`, ranges.y),
      },
      onClick: chooseOnClick(view, layerAt),
      plugins: {
        legend: {position: "bottom", labels: {usePointStyle: true, boxWidth: 8, boxHeight: 7, padding: 14}},
        tooltip: rooflineTooltip(datasets, layerAt),
      },
    },
  };
}

/** Points tell about their layer, ridges about their roof. */
function rooflineTooltip(datasets, layerAt) {
  const ofLayers = layerTooltip(layerAt);
  const roofLines = (roof) => [`ridge point: ${intensityText(roof.peak / roof.bandwidth)}`,
                               `peak: ${opsRateText(roof.peak)}`,
                               `memory: ${bandwidthText(roof.bandwidth)}`,
                               visible(roof.source),
  ].filter(Boolean);
  return {
    ...ofLayers,
    filter: (item, at) => at === 0 && (layerAt(item) !== undefined || item.dataIndex === 1),
    callbacks: {
      title: (items) =>
          (items.length === 0 ? "" : titleOf(layerAt(items[0])) || datasets[items[0].datasetIndex].label),
      label: (item) =>
          (layerAt(item) ? ofLayers.callbacks.label(item) : roofLines(datasets[item.datasetIndex].roof)),
    },
  };
}

function rooflineCard(view) {
  const left = view.layers.length - plotPoints(view, report.roofs[0]).length;
  const kind = report.profiled ? "Measured rates" : "Rates at the least time, on the roof by definition";
  const note = `${kind}; the area of a point is its share of the time.` +
      (left > 0 ? ` ${wholeText(left)} of ${
                      wholeText(view.layers.length)} layers have no arithmetic and no place here.` :
                  "");
  return chartCard(
      "roofline", "Roofline", note, () => rooflineConfig(view), {class: "two-thirds", size: "tall"});
}
