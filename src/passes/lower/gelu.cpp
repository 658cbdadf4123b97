// x * (1 + erf(x / sqrt 2)) / 2, or its approximation with tanh, in the ways that exporters write it is Gelu.
#include <numbers>

#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/activation/activation.h"
#include "ops/ops.h"
#include "passes/pass.h"

namespace ridge::passes {
namespace {

constexpr double kTanhScale = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;  // sqrt(2 / pi)
constexpr double kTanhCubic = 0.044715;

Pattern number(double value) {
  return Pattern::number(value);
}
Pattern times(Pattern a, Pattern b) {
  return Pattern::commutative(ops::mul, std::move(a), std::move(b));
}
Pattern plus(Pattern a, Pattern b) {
  return Pattern::commutative(ops::add, std::move(a), std::move(b));
}
Pattern over(Pattern a, Pattern b) {
  return Pattern::node(ops::div, {std::move(a), std::move(b)});
}

/// The products of x, gate and 1/2.
void addProducts(std::vector<Pattern>& patterns, const Pattern& gate) {
  const Pattern x = Pattern::slot(0);
  const auto half = [](const Pattern& of) {
    return std::vector<Pattern>{times(of, number(0.5)), over(of, number(2))};
  };
  for (Pattern& whole : half(times(x, gate))) patterns.push_back(std::move(whole));
  for (Pattern& halfX : half(x)) patterns.push_back(times(std::move(halfX), gate));
  for (Pattern& halfGate : half(gate)) patterns.push_back(times(x, std::move(halfGate)));
}

std::vector<Pattern> byErf() {
  const Pattern x = Pattern::slot(0);
  std::vector<Pattern> patterns;
  for (const Pattern& argument :
       {over(x, number(std::numbers::sqrt2)), times(x, number(1 / std::numbers::sqrt2))})
    addProducts(patterns, plus(Pattern::node(ops::erf, {argument}), number(1)));
  return patterns;
}

std::vector<Pattern> byTanh() {
  const Pattern x = Pattern::slot(0), square = times(x, x);
  std::vector<Pattern> arguments;
  const Pattern cubes[] = {Pattern::node(ops::pow, {x, number(3)}), times(x, square),
                           times(x, Pattern::node(ops::pow, {x, number(2)}))};
  for (const Pattern& cube : cubes)
    arguments.push_back(times(plus(x, times(cube, number(kTanhCubic))), number(kTanhScale)));
  const Pattern factor = plus(times(square, number(kTanhCubic)), number(1));
  arguments.push_back(times(times(x, factor), number(kTanhScale)));
  arguments.push_back(times(times(x, number(kTanhScale)), factor));
  arguments.push_back(times(x, plus(times(square, number(kTanhScale * kTanhCubic)), number(kTanhScale))));
  std::vector<Pattern> patterns;
  for (const Pattern& argument : arguments)
    addProducts(patterns, plus(Pattern::node(ops::tanh, {argument}), number(1)));
  return patterns;
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::mul && node.op != &ops::div) return NoMatch{};
  if (!isFloat(graph.value(node.out[0]).type)) return NoMatch{};
  static const std::vector<Pattern> kForms[] = {byErf(), byTanh()};
  for (const bool tanh : {false, true})
    for (const Pattern& pattern : kForms[tanh ? 1 : 0]) {
      const auto found = match(graph, id, pattern);
      if (!found) continue;
      if (!sameShape(graph.value(found->slots[0]).shape, graph.value(node.out[0]).shape))
        return Declined{"a constant of higher rank stretches the result"};
      GraphBuilder builder(graph, found->nodes);
      auto attrs = std::make_shared<ops::GeluAttributes>();
      if (tanh) attrs->approximate = "tanh";
      builder.replace(node.out[0],
                      builder.node(ops::gelu, std::move(attrs), {found->slots[0]}, displayName(graph, id)));
      return builder.finish(tanh ? "x * (1 + tanh(...)) / 2 is Gelu"
                                 : "x * (1 + erf(x / sqrt 2)) / 2 is Gelu");
    }
  return NoMatch{};
}

}  // namespace

extern const Pass gelu{
    .name = "gelu", .summary = "recognises x * (1 + erf(x / sqrt 2)) / 2 and its tanh form", .run = run};

}  // namespace ridge::passes
