// Q of a sum of two dequantized tensors is ridge.qadd; of a mean over all pixels ridge.qglobal_average_pool.
#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/ops.h"
#include "passes/pass.h"
#include "passes/quantized.h"

namespace ridge::passes {
namespace {

Rewrite rewriteAdd(const Graph& graph, NodeId id, const Tail& tail, NodeId addId) {
  const Node& node = graph.node(addId);
  const auto a = dequantized(graph, node.in[0]), b = dequantized(graph, node.in[1]);
  if (!a || !b || graph.constant(a->bytes) || graph.constant(b->bytes)) return NoMatch{};
  if (!usedOnce(graph, tail.from)) throw Refused{"its result in float32 is also read elsewhere"};
  std::vector<NodeId> around = tail.nodes;
  around.push_back(addId);
  GraphBuilder builder(graph, around);
  auto attrs = std::make_shared<ops::QAddAttributes>();
  static_cast<ops::QuantizedResult&>(*attrs) = resultOf(tail);
  const double scale = tail.result.theScale();
  attrs->aZero = a->theZero();
  attrs->bZero = b->theZero();
  attrs->aScale = normalFloat(a->theScale() / scale);
  attrs->bScale = normalFloat(b->theScale() / scale);
  builder.replace(graph.node(id).out[0],
                  builder.node(ops::qAdd, std::move(attrs), {a->bytes, b->bytes}, displayName(graph, addId)));
  return builder.finish("Add executes as integers");
}

Rewrite rewritePool(const Graph& graph, NodeId id, const Tail& tail, NodeId poolId) {
  const auto x = dequantized(graph, graph.node(poolId).in[0]);
  if (!x || tail.residual) return NoMatch{};
  if (!usedOnce(graph, tail.from)) throw Refused{"its result in float32 is also read elsewhere"};
  const Shape& shape = graph.value(x->bytes).shape;
  if (!shape.isStatic()) return NoMatch{};
  int64_t count = 1;
  for (size_t axis = 2; axis < shape.dims().size(); ++axis) count *= shape.dims()[axis].value();
  if (count < 1 || count > (int64_t{1} << 31) / 256) throw Refused{"a sum over all pixels may leave int32"};
  std::vector<NodeId> around = tail.nodes;
  around.push_back(poolId);
  GraphBuilder builder(graph, around);
  auto attrs = std::make_shared<ops::QGlobalAveragePoolAttributes>();
  static_cast<ops::QuantizedResult&>(*attrs) = resultOf(tail);
  attrs->xZero = x->theZero();
  attrs->scale = normalFloat(x->theScale() / (tail.result.theScale() * static_cast<double>(count)));
  builder.replace(graph.node(id).out[0], builder.node(ops::qGlobalAveragePool, std::move(attrs), {x->bytes},
                                                      displayName(graph, poolId)));
  return builder.finish("GlobalAveragePool executes as integers");
}

Rewrite rewrite(const Graph& graph, NodeId id) {
  const Tail tail = tailOf(graph, id);
  if (tail.from == kNoValue || tail.residual) return NoMatch{};
  if (const NodeId sum = producerOf(graph, tail.from, ops::add); sum != kNoNode)
    return rewriteAdd(graph, id, tail, sum);
  if (const NodeId pool = producerOf(graph, tail.from, ops::globalAveragePool); pool != kNoNode)
    return rewritePool(graph, id, tail, pool);
  return NoMatch{};
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  if (graph.node(id).op != &ops::quantizeLinear) return NoMatch{};
  return unlessRefused([&] { return rewrite(graph, id); });
}

}  // namespace

extern const Pass quantizedAdd{
    .name = "quantized_add",
    .summary = "makes Q of a sum or a mean of dequantized tensors an integer region",
    .run = run};

}  // namespace ridge::passes
