// Put into a report by check_report.py: uses the page as people do, through its elements, and writes down what it saw.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  function type(input, text) {
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function press(target, key) {
    target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  }

  /** Pixels that are not transparent, per chart. */
  function inkOfCharts() {
    const ink = {};
    for (const canvas of all("canvas")) {
      // A copy is read: reading the chart's own canvas often makes Chromium complain on the console.
      const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
      const context = copy.getContext("2d", { willReadFrequently: true });
      context.drawImage(canvas, 0, 0);
      const { data } = context.getImageData(0, 0, copy.width, copy.height);
      let count = 0;
      for (let at = 3; at < data.length; at += 4) count += data[at] > 0;
      ink[canvas.closest(".card").id] = count;
    }
    return ink;
  }

  function useTable(card) {
    const heading = all("th button", card).find((button) => /^(Over limit|Share)$/.test(button.textContent));
    const indexes = () => all("tbody tr[data-index]", card).map((row) => Number(row.dataset.index));
    const box = card.querySelector(".table-box");
    const before = indexes();
    const [filter, count] = [card.querySelector("input"), card.querySelector(".count")];
    if (heading) heading.click();
    const risen = heading?.parentElement.getAttribute("aria-sort") === "ascending";
    if (risen) heading.click(); // it fell already
    const falling = indexes().slice(0, 20);
    box.scrollTop = box.scrollHeight;
    box.dispatchEvent(new Event("scroll"));
    const last = indexes().at(-1);
    type(filter, "no such layer");
    const none = count.textContent;
    type(filter, "");
    return { column: heading?.textContent, before: before.length, falling, last, none, all: count.textContent };
  }

  function useGraph(card) {
    const nodes = all(".node", card);
    const search = card.querySelector("input");
    const wanted = nodes.at(-1).querySelector("title").textContent.split("   ")[0];
    type(search, wanted);
    const found = card.querySelector(".count").textContent;
    press(search, "Enter");
    const chosen = all(".node.chosen", card).map((node) => Number(node.dataset.index));
    const details = document.querySelector("#details h2")?.textContent;
    type(search, "");
    const svg = card.querySelector("svg");
    press(svg, "ArrowUp");
    const above = all(".node.chosen", card).map((node) => Number(node.dataset.index));
    const moved = svg.firstElementChild.getAttribute("transform");
    press(svg, "+");
    const zoomed = svg.firstElementChild.getAttribute("transform") !== moved;
    press(document.body, "Escape");
    const marks = nodes.map((node) => node.querySelector("rect").getBoundingClientRect());
    return { nodes: nodes.length, wires: all(".wires path", card).length, wanted, found, chosen, details, above, zoomed,
      closed: document.querySelector("#details").hidden, overlaps: overlapsOf(marks) };
  }

  /** Nodes that lie on each other: the layout must keep them apart. */
  function overlapsOf(boxes) {
    const sorted = boxes.map((box) => ({ left: box.left, right: box.right, top: box.top, bottom: box.bottom })).sort((a, b) => a.left - b.left);
    let overlaps = 0;
    sorted.forEach((box, at) => {
      for (let next = at + 1; next < sorted.length && sorted[next].left < box.right - 0.01; next += 1) {
        const other = sorted[next];
        overlaps += other.top < box.bottom - 0.01 && box.top < other.bottom - 0.01;
      }
    });
    return overlaps;
  }

  function look() {
    const seen = { ready: document.body.dataset.ready === "yes", charts: inkOfCharts() };
    seen.tiles = all(".tile").length;
    seen.tables = Object.fromEntries(all(".card:has(.table-box)").map((card) => [card.id, useTable(card)]));
    const graph = document.querySelector("#graph");
    seen.graph = graph ? useGraph(graph) : null;
    const theme = document.documentElement.dataset.theme;
    document.querySelector("#theme").click();
    seen.switched = document.documentElement.dataset.theme !== theme;
    seen.chartsAfter = inkOfCharts();
    const views = all("#views button");
    views[1]?.click();
    seen.views = views.length;
    seen.chartsOfView = inkOfCharts();
    seen.sideways = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    seen.strangers = all("img, iframe, object, link, body script").length;
    return seen;
  }

  function write() {
    const result = document.createElement("pre");
    result.id = "probe";
    try {
      result.textContent = JSON.stringify(look());
    } catch (error) {
      result.textContent = JSON.stringify({ failed: `${error}\n${error.stack}` });
    }
    document.body.append(result);
  }
  // A timer rather than a frame: headless Chromium waits for timers before it gives its answer.
  setTimeout(write, 50);
})();
