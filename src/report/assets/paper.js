// Printing: parts of the page say what they do for paper; what they said is forgotten when they are drawn anew.

const paper = { theme: "light", prepare: [], restore: [] };

function onPaper(prepare, restore) {
  paper.prepare.push(prepare);
  paper.restore.push(restore);
}

function forgetPaper() {
  paper.prepare = [];
  paper.restore = [];
}

/** Paper is light, and charts are drawn for its width. */
function startPaper() {
  addEventListener("beforeprint", () => {
    paper.theme = currentTheme();
    setTheme("light");
    drawCharts();
    fitChartsToPaper();
    for (const prepare of paper.prepare) prepare();
  });
  addEventListener("afterprint", () => {
    setTheme(paper.theme);
    drawCharts();
    fitChartsToScreen();
    for (const restore of paper.restore) restore();
  });
}
