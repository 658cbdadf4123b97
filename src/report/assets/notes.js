// Advice: what would make the model faster on this machine, most first.

const MOST_ADVICE = 12;

/** Equal advice for several layers is one: [{gain, text, saves, layers: [{name, saves}]}], most first. */
function groupedAdvice() {
  const groups = new Map();
  for (const advice of report.advice) {
    const [gain, text] = [textOf(advice.gain) || "advice", textOf(advice.text)];
    const key = JSON.stringify([gain, text]);
    if (!groups.has(key)) groups.set(key, {gain, text, saves: 0, layers: []});
    const group = groups.get(key);
    const saves = finite(advice.saves_ms) ?? 0;
    group.saves += saves;
    group.layers.push({name: textOf(advice.layer), saves});
  }
  const falling = (a, b) => b.saves - a.saves;
  for (const group of groups.values()) group.layers.sort(falling);
  return [...groups.values()].sort(falling);
}

function adviceLayers(layers) {
  const items = () => layers.map(
      ({name, saves}) => element(
          "li", {}, element("span", {text: name}), element("span", {class: "saves", text: timeText(saves)})));
  const list = element("ul", {class: "advice-layers"});
  // Thousands of lines are made when somebody wants to see them.
  const fold = element(
      "details", {ontoggle: () => list.replaceChildren(...(fold.open ? items() : []))},
      element("summary", {text: "Which"}), list);
  return fold;
}

function adviceItem({gain, text, saves, layers}) {
  const who = layers.length === 1 ? layers[0].name : countedText(layers.length, "layer");
  const head = element(
      "div", {class: "advice-head"}, element("span", {class: "tag", text: gain}),
      element("strong", {text: who}));
  if (saves > 0) head.append(element("span", {class: "saves", text: `saves ${timeText(saves)}`}));
  const item = element("li", {}, head, element("p", {text}));
  if (layers.length > 1) item.append(adviceLayers(layers));
  return item;
}

function adviceCard() {
  const sorted = groupedAdvice();
  const node =
      card("advice", "Advice", "What would save time on this machine, most first.", {class: "whole"});
  const list = element("ul", {class: "advice"}, ...sorted.slice(0, MOST_ADVICE).map(adviceItem));
  node.append(list);
  if (sorted.length > MOST_ADVICE) {
    const more = element("button", {
      type: "button",
      class: "button",
      text: `Show all ${sorted.length}`,
      onclick: () => {
        list.append(...sorted.slice(MOST_ADVICE).map(adviceItem));
        more.remove();
      }
    });
    node.append(more);
  }
  return node;
}
