// The JSON document of `ridge roofline` or `ridge profile`, brought to one form. Anything in it may be
// missing.

const source = readDocument();
const report = {
  profiled: source.kind === "profile",
  roofs: roofsOf(source),
  caches: cachesOf(source),
  ridgePoint: finite(source.ridge_point),
  views: viewsOf(source),
  advice: listOf(source.advice).filter(isObject),
  stages: listOf(source.stages).filter(isObject),
  sweeps: listOf(source.sweeps).filter(isObject),
};

function readDocument() {
  const parsed = JSON.parse(document.getElementById("document").textContent);
  return isObject(parsed) ? parsed : {};
}

function isObject(value) { return typeof value === "object" && value !== null && !Array.isArray(value); }

function listOf(value) { return Array.isArray(value) ? value : []; }

function textOf(value) { return typeof value === "string" ? value : ""; }

/** Integer arithmetic is not floating point; slides count multiply-adds. */
function operationUnit() {
  if (source.convention === "slides") return "MAC";
  return /^int/.test(textOf(source.precision)) ? "OP" : "FLOP";
}

function intensityUnit() { return `${operationUnit()}/B`; }

/** Measured and nominal lines; documents with only the figures at the top have one line without name. */
function roofsOf(from) {
  const all = listOf(from.roofs).filter(isObject);
  if (all.length === 0) all.push({name: "roof", ...from});
  return all
      .map((roof) => ({
             name: textOf(roof.name) || "roof",
             source: textOf(roof.source),
             peak: finite(roof.peak_ops_per_s),
             bandwidth: finite(roof.bandwidth_bytes_per_s),
           }))
      .filter((roof) => roof.peak > 0 && roof.bandwidth > 0);
}

/** Slopes of caches, up to the peak of the first roof; only of documents whose floors count with them. */
function cachesOf(from) {
  const peak = roofsOf(from)[0]?.peak;
  return listOf(from.caches)
      .filter(isObject)
      .map((cache) => ({
             name: textOf(cache.name) || "cache",
             source: finite(cache.capacity_bytes) > 0 ? `holds ${bytesText(cache.capacity_bytes)}` : "",
             peak,
             bandwidth: finite(cache.bandwidth_bytes_per_s),
             cache: true,
           }))
      .filter((cache) => cache.peak > 0 && cache.bandwidth > 0);
}

/** The imported graph, and the plan that was made from it; a profile has the plan only. */
function viewsOf(from) {
  const views = [];
  const plan = isObject(from.plan) ? from.plan : {};
  const graph = isObject(from.graph) ? from.graph : {};
  if (from.kind === "profile") {
    const edges = plan.edges ?? from.edges ?? graph.edges;
    views.push(makeView(
        "plan", "Plan", from.layers ?? plan.layers, edges, from.model ?? plan.model,
        plan.memory ?? from.memory));
  } else {
    views.push(makeView("plan", "Plan after fusion", plan.layers, plan.edges, plan.model, plan.memory));
    views.push(makeView("graph", "Imported graph", from.layers, graph.edges, from.model, null));
  }
  return views.filter((view) => view.layers.length > 0);
}

function makeView(id, title, layers, edges, totals, memory) {
  const list = listOf(layers).filter(isObject).map(normalizedLayer);
  fillShares(list);
  return {
    id,
    title,
    layers: list,
    edges: validEdges(edges, list.length),
    totals: isObject(totals) ? totals : {},
    memory: listOf(memory).map(finite),
  };
}

function normalizedLayer(layer, index) {
  const op = textOf(layer.op) || listOf(layer.ops).map(textOf).join("+");
  const parts = [layer.weight_bytes, layer.input_bytes, layer.output_bytes].map(finite);
  return {
    index,
    name: textOf(layer.name) || `#${index}`,
    op,
    family: familyOf(op),
    shape: textOf(layer.shape),
    depth: finite(layer.depth) ?? 0,
    macs: finite(layer.macs),
    flops: finite(layer.flops),
    weightBytes: parts[0],
    inputBytes: parts[1],
    outputBytes: parts[2],
    bytes: parts.some((part) => part !== null) ? parts.reduce((sum, part) => sum + (part ?? 0), 0) : null,
    intensity: finite(layer.intensity),
    bound: Object.hasOwn(BOUNDS, layer.bound) ? layer.bound : "unknown",
    cache: textOf(layer.cache),
    floorMs: finite(layer.floor_ms),
    ms: finite(layer.ms),
    minMs: finite(layer.min_ms),
    share: finite(layer.share),
    opsPerS: finite(layer.ops_per_s),
    bytesPerS: finite(layer.bytes_per_s),
    roofShare: finite(layer.roof_share),
    gapMs: finite(layer.gap_ms),
    kernel: textOf(layer.kernel),
    layout: textOf(layer.layout),
    precision: textOf(layer.precision),
    members: listOf(layer.members).map(textOf).filter(Boolean),
    counters: isObject(layer.counters) ? layer.counters : {},
    fallback: layer.fallback === true || (typeof layer.fallback === "string" && layer.fallback !== ""),
    fallbackReason: textOf(layer.fallback),
  };
}

/** The bounds that occur, in the order of BOUNDS. */
function boundsOf(view) {
  return Object.entries(BOUNDS).filter(([id]) => view.layers.some((layer) => layer.bound === id));
}

/** Measured where it was, else the least time. */
function timeOf(layer) { return layer.ms ?? layer.floorMs ?? 0; }

function fillShares(layers) {
  const total = layers.reduce((sum, layer) => sum + timeOf(layer), 0);
  for (const layer of layers) layer.share ??= total > 0 ? timeOf(layer) / total : null;
}

/** Only edges that go forward between layers that exist: the layout relies on it. */
function validEdges(edges, count) {
  const seen = new Set();
  return listOf(edges).filter((edge) => {
    if (!Array.isArray(edge) || !edge.every(Number.isInteger)) return false;
    const [from, to] = edge;
    const key = from * count + to;
    if (!(from >= 0 && from < to && to < count) || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The rate that the roof allows at an intensity. */
function roofAt(roof, intensity) { return Math.min(roof.peak, roof.bandwidth * intensity); }
