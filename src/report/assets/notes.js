// Advice: what would make the model faster on this machine, most first.

const MOST_ADVICE = 12;

function adviceItem(advice) {
  const saves = finite(advice.saves_ms);
  const head = element("div", { class: "advice-head" }, element("span", { class: "tag", text: textOf(advice.gain) || "advice" }),
    element("strong", { text: textOf(advice.layer) }));
  if (saves > 0) head.append(element("span", { class: "saves", text: `saves ${timeText(saves)}` }));
  return element("li", {}, head, element("p", { text: textOf(advice.text) }));
}

function adviceCard() {
  const sorted = [...report.advice].sort((a, b) => (finite(b.saves_ms) ?? 0) - (finite(a.saves_ms) ?? 0));
  const node = card("advice", "Advice", "What would save time on this machine, most first.", { class: "whole" });
  const list = element("ul", { class: "advice" }, ...sorted.slice(0, MOST_ADVICE).map(adviceItem));
  node.append(list);
  if (sorted.length > MOST_ADVICE) {
    const more = element("button", { type: "button", class: "button", text: `Show all ${sorted.length}`, onclick: () => {
      list.append(...sorted.slice(MOST_ADVICE).map(adviceItem));
      more.remove();
    } });
    node.append(more);
  }
  return node;
}
