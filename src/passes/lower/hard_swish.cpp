// x * clip(x + 3, 0, 6) / 6 in the ways that exporters write it is HardSwish.
#include <cmath>

#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/activation/activation.h"
#include "ops/ops.h"
#include "passes/pass.h"

namespace ridge::passes {
namespace {

bool isSixthAndHalf(const Node& node) {
  const auto& attrs = node.as<ops::HardSigmoidAttributes>();
  return std::abs(attrs.alpha - 1.0F / 6) < 1e-6F && attrs.beta == 0.5F;
}

std::vector<Pattern> makePatterns() {
  const auto number = [](double value) { return Pattern::number(value); };
  const auto times = [](Pattern a, Pattern b) {
    return Pattern::commutative(ops::mul, std::move(a), std::move(b));
  };
  const auto over = [](Pattern a, Pattern b) {
    return Pattern::node(ops::div, {std::move(a), std::move(b)});
  };
  const Pattern x = Pattern::slot(0);
  const Pattern relu6 =
      Pattern::node(ops::clip, {Pattern::commutative(ops::add, x, number(3)), number(0), number(6)});
  return {
      times(x, Pattern::node(ops::hardSigmoid, {x}).where(isSixthAndHalf)),
      over(times(x, relu6), number(6)),
      times(times(x, relu6), number(1.0 / 6)),
      times(x, over(relu6, number(6))),
      times(x, times(relu6, number(1.0 / 6))),
      times(over(x, number(6)), relu6),
      times(times(x, number(1.0 / 6)), relu6),
  };
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::mul && node.op != &ops::div) return NoMatch{};
  if (!isFloat(graph.value(node.out[0]).type)) return NoMatch{};  // integers divide otherwise
  static const std::vector<Pattern> kPatterns = makePatterns();
  for (const Pattern& pattern : kPatterns) {
    const auto found = match(graph, id, pattern);
    // A constant of higher rank would stretch the result.
    if (!found || !sameShape(graph.value(found->slots[0]).shape, graph.value(node.out[0]).shape)) continue;
    GraphBuilder builder(graph, found->nodes);
    builder.replace(node.out[0],
                    builder.node(ops::hardSwish, nullptr, {found->slots[0]}, displayName(graph, id)));
    return builder.finish("x * clip(x + 3, 0, 6) / 6 is HardSwish");
  }
  return NoMatch{};
}

}  // namespace

extern const Pass hardSwish{
    .name = "hard_swish", .summary = "recognises x * clip(x + 3, 0, 6) / 6", .run = run};

}  // namespace ridge::passes
