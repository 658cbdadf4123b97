// DQ, an op that only moves or selects elements, and Q with the same scale: the op moves the bytes.
#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/ops.h"
#include "passes/pass.h"
#include "passes/quantized.h"

namespace ridge::passes {
namespace {

Rewrite rewrite(const Graph& graph, NodeId id) {
  const ValueId real = graph.node(id).in[0];
  const NodeId moveId = graph.producer(real);
  if (moveId == kNoNode) return NoMatch{};
  const Node& move = graph.node(moveId);
  const bool moves = (move.op->traits.view || move.op->traits.commutesWithQdq) && move.out.size() == 1;
  if (!moves || move.op == &ops::identity) return NoMatch{};
  const auto x = dequantized(graph, move.in[0]);
  if (!x) return NoMatch{};
  for (size_t at = 1; at < move.in.size(); ++at)
    if (move.in[at] != kNoValue && graph.value(move.in[at]).type == DType::f32) return NoMatch{};
  const Steps result = quantizedBy(graph, id);
  if (result.type != x->type || result.theScale() != x->theScale() || result.theZero() != x->theZero())
    throw Refused{"the scales before and behind it differ"};
  GraphBuilder builder(graph, {moveId});
  std::vector<ValueId> in = move.in;
  in[0] = x->bytes;
  builder.replace(graph.node(id).out[0],
                  builder.node(*move.op, move.attrs, std::move(in), displayName(graph, moveId)));
  return builder.finish("moves bytes");
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  if (graph.node(id).op != &ops::quantizeLinear) return NoMatch{};
  return unlessRefused([&] { return rewrite(graph, id); });
}

}  // namespace

extern const Pass quantizedMove{.name = "quantized_move",
                                .summary = "lets Reshape, Transpose and the like move bytes between Q and DQ",
                                .run = run};

}  // namespace ridge::passes
