// x * Sigmoid(x) is ridge.silu.
#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/ops.h"
#include "passes/pass.h"

namespace ridge::passes {
namespace {

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  if (graph.node(id).op != &ops::mul) return NoMatch{};
  static const Pattern kPattern =
      Pattern::commutative(ops::mul, Pattern::slot(0), Pattern::node(ops::sigmoid, {Pattern::slot(0)}));
  const auto found = match(graph, id, kPattern);
  if (!found) return NoMatch{};
  GraphBuilder builder(graph, found->nodes);
  builder.replace(graph.node(id).out[0],
                  builder.node(ops::silu, nullptr, {found->slots[0]}, displayName(graph, id)));
  return builder.finish("x * Sigmoid(x) is SiLU");
}

}  // namespace

extern const Pass silu{.name = "silu", .summary = "recognises x * Sigmoid(x)", .run = run};

}  // namespace ridge::passes
