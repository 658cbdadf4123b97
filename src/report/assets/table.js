// A table that sorts and filters. Only rows in sight are in the page, so that thousands stay fluent.

const ROW_HEIGHT = 28;  // of style.css
const SPARE_ROWS = 8;
const WIDTHS = {
  index: 52,
  name: 230,
  op: 150,
  kernel: 170,
  shape: 112,
  short: 76,
  number: 98,
  wide: 116
};  // of style.css

/**
 * columns: {title, value(row), text(row), numeric, width, letters}; `text` defaults to the value,
 * which is cut in the middle to so many `letters`. `sort`: {column,
 * falling}. Rows are layers; choosing one selects it in `view`.
 */
function tableCard(id, title, note, view, rows, columns, sort) {
  const state = {rows, columns, view, sort, shown: rows, needle: ""};
  // On paper are the tables of what is shown.
  const node = card(id, title, note, {class: view === selection.view ? "whole" : "whole other-view"});
  const filter = element("input", {
    type: "search",
    placeholder: "Filter names, operators\u2026",
    "aria-label": `Filter ${title}`,
    oninput: () => applyFilter(state, filter.value)
  });
  state.count = element("span", {class: "count", role: "status"});
  node.firstChild.append(element("div", {class: "controls"}, state.count, filter));
  state.body = element("tbody", {onclick: (event) => chooseRow(state, event.target)});
  state.headings = columns.map((column, at) => headingCell(state, column, at));
  const widths = columns.map((column) => element("col", {class: `width-${column.width}`}));
  const table = element(
      "table", {"aria-rowcount": rows.length + 1}, element("colgroup", {}, ...widths),
      element("thead", {}, element("tr", {}, ...state.headings)), state.body);
  // Narrower, the table scrolls inside its box.
  table.style.minWidth = `${columns.reduce((sum, column) => sum + WIDTHS[column.width], 0)}px`;
  state.box = element(
      "div", {
        class: "table-box",
        tabindex: "0",
        role: "region",
        "aria-label": title,
        onscroll: () => drawRows(state),
        onkeydown: (event) => moveInRows(state, event)
      },
      table);
  node.append(state.box);
  onSelection((ofView, index) => followSelection(state, ofView, index));
  new ResizeObserver(() => drawRows(state)).observe(state.box);
  onPaper(() => drawRows(state, true), () => drawRows(state));
  applySort(state);
  return node;
}

function headingCell(state, column, at) {
  const button = element("button", {
    type: "button",
    text: column.title,
    onclick: () => {
      const falling = state.sort?.column === at ? !state.sort.falling : column.numeric === true;
      state.sort = {column: at, falling};
      applySort(state);
    }
  });
  return element("th", {scope: "col", class: column.numeric ? "number" : ""}, button);
}

/** What is missing comes last, whichever way it is sorted; equal rows keep the order of execution. */
function compareBy(column, falling) {
  return (a, b) => {
    const [left, right] = [column.value(a), column.value(b)];
    const missing = (value) => value === null || value === undefined || value === "";
    if (missing(left) || missing(right)) return missing(left) - missing(right) || a.index - b.index;
    const order =
        column.numeric ? left - right : String(left).localeCompare(String(right), "en", {numeric: true});
    return (falling ? -order : order) || a.index - b.index;
  };
}

function applySort(state) {
  const {sort, columns} = state;
  state.headings.forEach((cell, at) => {
    const direction = sort.falling ? "descending" : "ascending";
    cell.setAttribute("aria-sort", at === sort.column ? direction : "none");
  });
  state.rows = [...state.rows].sort(compareBy(columns[sort.column], sort.falling));
  applyFilter(state, state.needle);
}

function applyFilter(state, needle) {
  state.needle = needle;
  const wanted = needle.trim().toLowerCase();
  state.shown = wanted === "" ? state.rows : state.rows.filter((layer) => matches(layer, wanted));
  state.count.textContent = `${state.shown.length} of ${state.rows.length}`;
  state.box.scrollTop = 0;
  drawRows(state);
}

/** Of a name, an operator, a kernel or a member of a fused step. */
function matches(layer, wanted) {
  return [layer.name, layer.op, layer.kernel, layer.layout, layer.bound, layer.shape, ...layer.members].some(
      (text) => text.toLowerCase().includes(wanted));
}

function spacer(rows, columns) {
  const cell = element("td", {colspan: columns});
  cell.style.height = `${rows * ROW_HEIGHT}px`;
  return element("tr", {class: "spacer", "aria-hidden": "true"}, cell);
}

function drawRows(state, all = false) {
  const {shown, columns, box} = state;
  const first =
      all ? 0 : Math.max(0, Math.min(Math.floor(box.scrollTop / ROW_HEIGHT) - SPARE_ROWS, shown.length));
  const last = all ?
      shown.length :
      Math.min(shown.length, first + Math.ceil(box.clientHeight / ROW_HEIGHT) + 2 * SPARE_ROWS);
  const rows = shown.slice(first, last).map((layer, at) => rowOf(state, layer, first + at, all));
  if (first > 0) rows.unshift(spacer(first, columns.length));
  if (last < shown.length) rows.push(spacer(shown.length - last, columns.length));
  if (shown.length === 0)
    rows.push(element(
        "tr", {}, element("td", {colspan: columns.length, class: "empty", text: "Nothing matches."})));
  const focused = state.body.contains(document.activeElement) ? document.activeElement.dataset.index : null;
  state.body.replaceChildren(...rows);
  if (focused !== null) state.body.querySelector(`[data-index="${focused}"]`)?.focus({preventScroll: true});
}

function rowOf(state, layer, at, wholeNames) {
  const chosen = selection.view === state.view && selection.index === layer.index;
  const cells = state.columns.map((column) => {
    const text = column.text ? column.text(layer) : String(column.value(layer) ?? NO_VALUE);
    const shown = column.letters && !wholeNames ? shortened(visible(text), column.letters) : text;
    const cell = element(
        "td",
        {class: column.numeric ? "number" : "", title: column.numeric ? null : visible(text), text: shown});
    column.decorate?.(cell, layer);
    return cell;
  });
  return element(
      "tr", {
        "data-index": layer.index,
        tabindex: "-1",
        "aria-rowindex": at + 2,
        "aria-selected": chosen ? "true" : null
      },
      ...cells);
}

function chooseRow(state, target) {
  const row = target.closest("tr[data-index]");
  if (row) selectLayer(state.view, Number(row.dataset.index));
}

/** The box is one stop of the tabulator; arrows go from it into the rows. */
function moveInRows(state, event) {
  const row = event.target.closest("tr[data-index]");
  if (event.key === "ArrowDown" || (row && event.key === "ArrowUp")) {
    event.preventDefault();
    if (!row)
      state.body.querySelector("tr[data-index]")?.focus();
    else
      (event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling)?.focus();
  } else if (row && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    chooseRow(state, row);
  }
}

function followSelection(state, view, index) {
  for (const row of state.body.querySelectorAll("tr[data-index]")) {
    if (view === state.view && Number(row.dataset.index) === index)
      row.setAttribute("aria-selected", "true");
    else
      row.removeAttribute("aria-selected");
  }
}
