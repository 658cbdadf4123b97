// Puts the page together.

function sectionsOf(view) {
  const sections = [];
  if (view && (report.roofs.length > 0 || plotPoints(view, null).length > 0)) sections.push(rooflineCard(view));
  if (view && hasTimes(view)) sections.push(shareCard(view));
  if (report.stages.length > 0) sections.push(stagesCard());
  if (view && hasTimes(view)) sections.push(timeCard(view));
  if (view?.layers.some((layer) => layer.intensity > 0)) sections.push(intensityCard(view));
  if (view && view.memory.some((bytes) => bytes !== null)) sections.push(memoryCard(view));
  if (report.advice.length > 0) sections.push(adviceCard());
  if (view) sections.push(graphCard(view));
  sections.push(...tableCards());
  if (!view) sections.unshift(element("p", { class: "notice", text: "This document has no layers." }));
  return sections;
}

function drawPage() {
  forgetCharts();
  forgetPaper();
  selection.listeners = [];
  fillTiles(selection.view);
  document.getElementById("sections").replaceChildren(...sectionsOf(selection.view));
  drawCharts();
}

function showView(view) {
  selection.view = view;
  selection.index = null;
  showDetails(view, null);
  drawPage();
  offerViews();
}

/** Imported graph and plan can be changed for each other. */
function offerViews() {
  const node = document.getElementById("views");
  node.hidden = report.views.length < 2;
  segments(node, report.views, selection.view?.id, (id) => showView(report.views.find((view) => view.id === id)));
}

fillHeader();
startTheme(drawCharts);
drawPage();
offerViews();
startPaper();
addEventListener("keydown", closeOnEscape);
document.body.dataset.ready = "yes";
