// A BatchNormalization that stands alone is a Mul and an Add, so that it has an expression and fuses.
#include <fmt/format.h>

#include "ir/dump.h"
#include "ops/ops.h"
#include "passes/channel_affine.h"
#include "passes/pass.h"

namespace ridge::passes {
namespace {

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::batchNormalization) return NoMatch{};
  AffineOrReason result = batchNormAffine(graph, id);
  if (auto* reason = std::get_if<Declined>(&result)) return std::move(*reason);
  const auto& affine = std::get<ChannelAffine>(result);
  const Value& x = graph.value(affine.x);
  if (!x.shape.ranked() || x.shape.rank() < 2) return Declined{"the rank of its input is not known"};

  Dims dims(static_cast<size_t>(x.shape.rank() - 1), 1);  // [C,1,1] for an image
  dims[0] = static_cast<int64_t>(affine.scale.size());
  auto scale = finiteTensor(x.type, dims, affine.scale);
  auto shift = finiteTensor(x.type, dims, affine.shift);
  if (!scale || !shift) return Declined{"its scale or shift is not finite"};

  GraphBuilder builder(graph, {id});
  const std::string name = displayName(graph, id);
  const ValueId scaled =
      builder.node(ops::mul, nullptr, {affine.x, builder.constant(name + ".scale", std::move(*scale))}, name);
  const ValueId shifted =
      builder.node(ops::add, nullptr, {scaled, builder.constant(name + ".shift", std::move(*shift))}, name);
  builder.replace(node.out[0], shifted);
  return builder.finish("became a Mul and an Add");
}

}  // namespace

extern const Pass batchNormToAffine{
    .name = "batch_norm_to_affine",
    .summary = "makes a BatchNormalization that stands alone a Mul and an Add",
    .run = run};

}  // namespace ridge::passes
