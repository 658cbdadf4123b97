// Building the page. Texts come from models and are hostile: they are only ever set as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

// Marks that turn the direction of text, and control characters, could disguise a name: they are shown as what they are.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

function visible(text) {
  return String(text).replace(UNSEEN, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function fill(node, properties, children) {
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "text") node.textContent = visible(value);
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children);
  return node;
}

/** element("p", {class: "note", text: name, onclick: f}, child, ...) */
function element(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

function svgElement(tag, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

/** A titled part of the page; `wide` takes the whole row. */
function card(id, title, note, options = {}) {
  const heading = element("h2", { text: title, id: `${id}-title` });
  const node = element("section", { class: `card ${options.class ?? ""}`, id, "aria-labelledby": `${id}-title` });
  const head = element("div", { class: "card-head" }, element("div", {}, heading));
  if (note) head.firstChild.append(element("p", { class: "note", text: note }));
  node.append(head);
  return node;
}

/** Buttons of which one is pressed. */
function segments(node, choices, chosen, onChoice) {
  node.replaceChildren(...choices.map(({ id, title }) => element("button", {
    type: "button",
    text: title,
    "aria-pressed": id === chosen ? "true" : "false",
    onclick: (event) => {
      for (const other of node.children) other.setAttribute("aria-pressed", other === event.currentTarget);
      onChoice(id);
    },
  })));
  return node;
}
