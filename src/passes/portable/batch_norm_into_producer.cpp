// BatchNormalization of a Conv, Gemm or MatMul goes into its weights and bias.
#include "ops/ops.h"
#include "passes/pass.h"
#include "passes/scale_weights.h"

namespace ridge::passes {
namespace {

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::batchNormalization) return NoMatch{};
  const auto producer = linearProducer(graph, node.in[0]);
  // Axis 1 is the channel axis of a BatchNormalization.
  if (!producer || producer->axis != 1) return NoMatch{};
  AffineOrReason affine = batchNormAffine(graph, id);
  if (auto* reason = std::get_if<Declined>(&affine)) return std::move(*reason);
  return foldIntoWeights(graph, *producer, id, std::get<ChannelAffine>(affine));
}

}  // namespace

extern const Pass batchNormIntoProducer{
    .name = "batch_norm_into_producer",
    .summary = "folds BatchNormalization into the Conv, Gemm or MatMul before it",
    .run = run};

}  // namespace ridge::passes
