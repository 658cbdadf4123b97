// Where the time goes, summed up: by kind of operator, by stage of the application.

const MOST_KINDS = 12;

function sharesByOp(view) {
  const kinds = new Map();
  for (const layer of view.layers) {
    const kind = kinds.get(layer.op) ?? {op: layer.op || "(no name)", family: layer.family, ms: 0, count: 0};
    kind.ms += timeOf(layer);
    kind.count += 1;
    kinds.set(layer.op, kind);
  }
  const sorted = [...kinds.values()].sort((a, b) => b.ms - a.ms);
  const rest = sorted.splice(MOST_KINDS);
  if (rest.length > 0) {
    const sum = (key) => rest.reduce((total, kind) => total + kind[key], 0);
    sorted.push({op: `${rest.length} other kinds`, family: null, ms: sum("ms"), count: sum("count")});
  }
  const total = sorted.reduce((sum, kind) => sum + kind.ms, 0);
  return sorted.map((kind) => ({...kind, share: total > 0 ? kind.ms / total : 0}));
}

/** Horizontal bars with a text at the end of each. */
function rankedBars(entries, axisText) {
  return {
    type: "bar",
    data: {
      labels: entries.map((entry) => shortened(visible(entry.label), 24)),
      datasets: [{
        data: entries.map((entry) => entry.value),
        backgroundColor: entries.map((entry) => entry.color),
        maxBarThickness: 20
      }],
    },
    plugins: [barTexts(entries)],
    options: {
      indexAxis: "y",
      scales: {
        x: {
          beginAtZero: true,
          grace: "30%",
          grid: {color: token("line"), drawBorder: false},
          ticks: {callback: axisText, maxRotation: 0}
        },
        y: {grid: {display: false, drawBorder: false}, ticks: {autoSkip: false}},
      },
      plugins: {
        legend: {display: false},
        tooltip: tooltip(
            (item) => visible(entries[item.dataIndex].label), (item) => entries[item.dataIndex].lines),
      },
    },
  };
}

function barTexts(entries) {
  return {
    id: "barTexts",
    afterDatasetsDraw(chart) {
      chart.ctx.save();
      chart.ctx.font = `11px ${Chart.defaults.font.family}`;
      chart.ctx.fillStyle = token("ink");
      chart.ctx.textBaseline = "middle";
      chart.getDatasetMeta(0).data.forEach(
          (bar, at) => chart.ctx.fillText(entries[at].text, bar.x + 6, bar.y));
      chart.ctx.restore();
    },
  };
}

function shareCard(view) {
  const build = () => rankedBars(
      sharesByOp(view).map(
          (kind) => ({
            label: kind.op,
            value: kind.share * 100,
            text: `${percentText(kind.share)}`,
            color: kind.family ? colorOf(kind.family) : token("ink-faint"),
            lines: [countedText(kind.count, "layer"), timeText(kind.ms), percentText(kind.share)],
          })),
      (value) => `${value} %`);
  const note = report.profiled ? "Of the measured time." : "Of the least time.";
  return chartCard("share", "Share by kind", note, build, {class: "third", size: "tall", paperHeight: 270});
}

function stagesCard() {
  const ownShare = (stage) => finite(stage.share) ?? null;
  const build = () => rankedBars(
      report.stages.map((stage) => ({
                          label: textOf(stage.name),
                          value: finite(stage.ms) ?? 0,
                          text: [timeText(stage.ms), percentText(ownShare(stage))]
                                    .filter((text) => text !== NO_VALUE)
                                    .join(", "),
                          color: token("accent"),
                          lines: [timeText(stage.ms), percentText(ownShare(stage))],
                        })),
      timeText);
  return chartCard("stages", "Whole application", stagesNote(), build, {class: "whole", size: "low"});
}

/** Faster layers do not help where most of the time goes elsewhere. */
function stagesNote() {
  const lead = "Time of each stage from the file to the answer.";
  if (source.stages_note) return `${lead} ${visible(textOf(source.stages_note))}`;
  const slowest = report.stages.reduce(
      (most, stage) => ((finite(stage.ms) ?? 0) > (finite(most.ms) ?? 0) ? stage : most));
  const name = textOf(slowest.name);
  return /infer|network|model/i.test(name) ?
      lead :
      `${lead} The network is not the bottleneck: ${visible(name)} takes longest.`;
}
