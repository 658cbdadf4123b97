// Places for the nodes of a graph, layer by layer: rows by the longest path, order in a row by barycentres,
// and, since networks are deep and screens are wide, rows folded into columns like the text of a newspaper.

const NODE = {
  width: 190,
  height: 38,
  gapX: 16,
  gapY: 26
};
const WIRE_WIDTH = 10;  // room for an edge that passes a row
const COLUMN_GAP = 56;
const LONGEST_WIRE = 240;  // rows; longer edges go straight
const SWEEPS = 6;

/**
 * edges: [from, to] with from < to. `aspect`: width over height that is wanted.
 * Returns {width, height, nodes: [{x, y, row}] (top left corners), wires: [path text per node, or ""],
 * edgePath(from, to)}.
 */
function layoutGraph(count, edges, aspect) {
  const rowOfNode = longestPathRows(count, edges);
  const cells = makeCells(rowOfNode, edges);
  const rows = rowsOf(cells);
  orderRows(rows);
  placeInRows(rows);
  const size = foldRows(rows, aspect);
  const nodes = cells.slice(0, count).map((cell) => ({x: cell.x - NODE.width / 2, y: cell.y, row: cell.row}));
  return {
    ...size,
    nodes,
    wires: nodes.map((_, index) => wiresFrom(cells[index])),
    edgePath: (from, to) => pathText(wireOf(cells[from], cells[to])),
  };
}

/**
 * A node stands below all that it reads; what reads nothing right above its first reader; without edges, in
 * order.
 */
function longestPathRows(count, edges) {
  if (edges.length === 0) return Array.from({length: count}, (_, index) => index);
  const row = new Array(count).fill(0);
  const fed = new Array(count).fill(false);
  const byFrom = [...edges].sort((a, b) => a[0] - b[0]);
  for (const [from, to] of byFrom) {
    row[to] = Math.max(row[to], row[from] + 1);
    fed[to] = true;
  }
  const firstReader = new Map();
  for (const [from, to] of edges) firstReader.set(from, Math.min(firstReader.get(from) ?? Infinity, row[to]));
  for (const [from, reader] of firstReader)
    if (!fed[from]) row[from] = reader - 1;
  return row;
}

/**
 * Cells of nodes, then cells of wires: all edges of a node share one chain of wires down to its last reader.
 */
function makeCells(rowOfNode, edges) {
  const cells = rowOfNode.map((row) => makeCell(row, NODE.width));
  const chains = new Map();
  const byReader = [...edges].sort((a, b) => rowOfNode[a[1]] - rowOfNode[b[1]]);
  for (const [from, to] of byReader) {
    if (rowOfNode[to] - rowOfNode[from] > LONGEST_WIRE) {
      link(cells[from], cells[to]);
      continue;
    }
    const chain = chains.get(from) ?? [cells[from]];
    chains.set(from, chain);
    while (chain.length < rowOfNode[to] - rowOfNode[from]) {
      const wire = makeCell(rowOfNode[from] + chain.length, WIRE_WIDTH);
      link(chain[chain.length - 1], wire);
      chain.push(wire);
      cells.push(wire);
    }
    link(chain[chain.length - 1], cells[to]);
  }
  return cells;
}

function makeCell(row, width) { return {row, width, up: [], down: [], position: 0, x: 0, y: 0, column: 0}; }

function link(upper, lower) {
  upper.down.push(lower);
  lower.up.push(upper);
}

const isWire = (cell) => cell.width === WIRE_WIDTH;

/** Wires that run side by side may be close. */
function gapBetween(left, right) { return isWire(left) && isWire(right) ? 0 : NODE.gapX; }

function rowsOf(cells) {
  const rows = [];
  for (const cell of cells) (rows[cell.row] ??= []).push(cell);
  const dense = Array.from(rows, (row) => row ?? []);
  for (const row of dense) row.forEach((cell, at) => (cell.position = at));
  return dense;
}

/** Sweeps down and up: each cell goes to the mean of its neighbours in the row before. */
function orderRows(rows) {
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const downward = sweep % 2 === 0;
    for (const row of downward ? rows : [...rows].reverse()) {
      for (const cell of row)
        cell.weight = meanOf(downward ? cell.up : cell.down, (other) => other.position) ?? cell.position;
      row.sort((a, b) => a.weight - b.weight);
      row.forEach((cell, at) => (cell.position = at));
    }
  }
}

function meanOf(cells, value) {
  return cells.length === 0 ? null : cells.reduce((sum, cell) => sum + value(cell), 0) / cells.length;
}

/** Horizontal places: close to the neighbours, in the order found, with room between. */
function placeInRows(rows) {
  for (const row of rows) spread(row, row.map(() => 0));
  for (let sweep = 0; sweep < SWEEPS + 2; sweep += 1) {
    const downward = sweep % 2 === 0;
    for (const row of downward ? rows : [...rows].reverse()) {
      spread(row, row.map((cell) => meanOf(downward ? cell.up : cell.down, (other) => other.x) ?? cell.x));
    }
  }
}

/**
 * Least squared distance from `wanted` with the order kept and no overlap: once the widths to the left are
 * taken off, the places must only not fall, and blocks that would fall are pooled at their mean.
 */
function spread(row, wanted) {
  const offsets = [];
  let taken = 0;
  row.forEach((cell, at) => {
    if (at > 0) taken += (row[at - 1].width + cell.width) / 2 + gapBetween(row[at - 1], cell);
    offsets.push(taken);
  });
  const blocks = [];
  wanted.forEach((place, at) => {
    let block = {sum: place - offsets[at], size: 1};
    while (blocks.length > 0 &&
           blocks[blocks.length - 1].sum / blocks[blocks.length - 1].size > block.sum / block.size) {
      const before = blocks.pop();
      block = {sum: before.sum + block.sum, size: before.size + block.size};
    }
    blocks.push(block);
  });
  let at = 0;
  for (const {sum, size} of blocks) {
    for (let of = 0; of < size; of += 1, at += 1) row[at].x = sum / size + offsets[at];
  }
}

/** Cuts the rows into columns and gives every cell its place. */
function foldRows(rows, aspect) {
  const cuts = chooseCuts(rows, rowsPerColumn(rows, aspect));
  let left = 0;
  let height = 0;
  cuts.forEach((begin, column) => {
    const own = rows.slice(begin, cuts[column + 1]);
    const cells = own.flat();
    const least = cells.reduce((most, cell) => Math.min(most, cell.x - cell.width / 2), Infinity);
    const widest = cells.reduce((most, cell) => Math.max(most, cell.x + cell.width / 2), -Infinity);
    own.forEach((row, at) => {
      for (const cell of row) {
        cell.x += left - least;
        cell.y = at * (NODE.height + NODE.gapY);
        cell.column = column;
        cell.columnLeft = left;
      }
    });
    left += widest - least + COLUMN_GAP;
    height = Math.max(height, own.length * (NODE.height + NODE.gapY));
  });
  const bottom = height - NODE.gapY / 2;
  for (const cell of rows.flat()) cell.bottom = bottom;
  return {width: Math.max(left - COLUMN_GAP, NODE.width), height: Math.max(height - NODE.gapY, NODE.height)};
}

/** With n rows of mean width w a column of r rows makes a picture of (n / r * w) by (r * row height). */
function rowsPerColumn(rows, aspect) {
  const extents = rows.map((row) => (row.length === 0 ? 0 : row[row.length - 1].x - row[0].x + NODE.width))
                      .sort((a, b) => a - b);
  const usual = extents[Math.floor(extents.length * 0.9)] ?? NODE.width;
  const height = NODE.height + NODE.gapY;
  const wanted = Math.sqrt((rows.length * (usual + COLUMN_GAP)) / (height * aspect));
  return Math.max(8, Math.round(wanted));
}

/** A column ends near the wanted length, where the fewest edges are cut. */
function chooseCuts(rows, length) {
  const cuts = [0];
  while (rows.length - cuts[cuts.length - 1] > length * 1.25) {
    const last = cuts[cuts.length - 1];
    let best = last + length;
    for (let at = last + Math.ceil(length * 0.88);
         at <= Math.min(last + Math.floor(length * 1.12), rows.length - 1); at += 1) {
      const better = rows[at].length - rows[best].length ||
          Math.abs(at - last - length) - Math.abs(best - last - length);
      if (better < 0) best = at;
    }
    cuts.push(best);
  }
  return cuts;
}

/** All edges that leave a node, as one path. */
function wiresFrom(node) {
  const parts = [];
  const open = [node];
  while (open.length > 0) {
    const cell = open.pop();
    for (const next of cell.down) {
      parts.push(stretch(cell, next));
      if (isWire(next)) open.push(next);
    }
  }
  return pathText(parts);
}

/** The stretches between two nodes, upwards from the reader: a wire has one cell above it. */
function wireOf(from, to) {
  for (let cell of to.up) {
    const parts = [stretch(cell, to)];
    while (isWire(cell)) {
      parts.push(stretch(cell.up[0], cell));
      cell = cell.up[0];
    }
    if (cell === from) return parts;
  }
  return [];
}

const pathText = (parts) => parts.join("");

/** From the lower edge of one cell to the upper edge of another; wires go on to their own lower edge. */
function stretch(upper, lower) {
  const top = upper.y + NODE.height;
  const tail = isWire(lower) ? `V${round(lower.y + NODE.height)}` : "";
  const start = `M${round(upper.x)} ${round(top)}`;
  if (upper.column !== lower.column) return start + aroundColumns(upper, lower) + tail;
  const middle = top + Math.min((lower.y - top) / 2, NODE.gapY);
  const end = `${round(lower.x)} ${round(lower.y)}`;
  return `${start}C${round(upper.x)} ${round(middle)} ${round(lower.x)} ${round(lower.y - (middle - top))} ${
      end}${tail}`;
}

/** Down to below the column, across to the gap before the next, up, and into it from above. */
function aroundColumns(upper, lower) {
  const gap = lower.columnLeft - COLUMN_GAP / 2;
  return `V${round(upper.bottom)}H${round(gap)}V${- NODE.gapY / 2}H${round(lower.x)}V${round(lower.y)}`;
}

const round = (value) => Math.round(value * 10) / 10;
