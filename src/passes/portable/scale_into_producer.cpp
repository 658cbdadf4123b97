// Mul, Div, Add or Sub with one constant number a channel goes into the weights and bias of the node before.
#include "ir/matcher.h"
#include "ops/ops.h"
#include "passes/pass.h"
#include "passes/scale_weights.h"

namespace ridge::passes {
namespace {

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  const bool isSum = node.op == &ops::add || node.op == &ops::sub;
  if (!isSum && node.op != &ops::mul && node.op != &ops::div) return NoMatch{};
  const auto operand = constantOperand(graph, node);
  if (!operand) return NoMatch{};
  const auto producer = linearProducer(graph, operand->variable);
  if (!producer) return NoMatch{};
  // A MatMul has no bias to add to; it and its Add are the form that kernels know.
  if (isSum && graph.node(producer->id).op == &ops::matMul) return NoMatch{};
  AffineOrReason affine = arithmeticAffine(graph, id, producer->rank, producer->axis, producer->channels);
  if (std::holds_alternative<NoMatch>(affine)) return NoMatch{};
  if (auto* reason = std::get_if<Declined>(&affine)) return std::move(*reason);
  return foldIntoWeights(graph, *producer, id, std::get<ChannelAffine>(affine));
}

}  // namespace

extern const Pass scaleIntoProducer{
    .name = "scale_into_producer",
    .summary = "folds Mul, Div, Add, Sub by a constant a channel into the Conv, Gemm or MatMul before",
    .run = run};

}  // namespace ridge::passes
