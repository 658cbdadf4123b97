// (x - mean) / sqrt(variance + epsilon) over the last axes, with the scale and bias that follow, is
// LayerNormalization; without the mean it is RMSNormalization.
#include "ir/dump.h"
#include "ops/norm/norm.h"
#include "ops/ops.h"
#include "passes/pass.h"
#include "passes/row_norm.h"

namespace ridge::passes {
namespace {

Rewrite recognise(const Graph& graph, NodeId id, bool centered) {
  const auto read = normalizedBy(graph, id);
  if (const auto* declined = std::get_if<Declined>(&read)) return *declined;
  const auto* norm = std::get_if<Normalized>(&read);
  if (!norm || norm->centered != centered) return NoMatch{};
  if (!areLastAxes(graph, *norm)) return Declined{"it normalizes other axes than the last ones"};
  const Value& x = graph.value(norm->x);
  const int64_t axis = norm->axes.front();
  Dims row;
  for (int64_t at = axis; at < x.shape.rank(); ++at) {
    if (!x.shape[at].isInteger()) return Declined{"the size of what it normalizes is not known"};
    row.push_back(x.shape[at].value());
  }
  const RowAffine affine = rowAffineAfter(graph, norm->out, row, centered);

  std::vector<NodeId> nodes = norm->nodes;
  nodes.insert(nodes.end(), affine.nodes.begin(), affine.nodes.end());
  GraphBuilder builder(graph, nodes);
  const std::string name = displayName(graph, id);
  const std::vector<double> ones(static_cast<size_t>(elementCount(row)), 1.0);
  std::vector<ValueId> in{
      norm->x,
      builder.constant(name + ".scale", affine.scale ? *affine.scale : fromDoubles(x.type, row, ones))};
  if (affine.bias) in.push_back(builder.constant(name + ".bias", *affine.bias));
  auto attrs = std::make_shared<RowNormalizationAttributes>();
  attrs->axis = axis;
  attrs->epsilon = static_cast<float>(norm->epsilon);
  builder.replace(affine.out, builder.node(centered ? ops::layerNormalization : ops::rmsNormalization,
                                           std::move(attrs), std::move(in), name));
  return builder.finish(centered ? "(x - mean) / deviation is LayerNormalization"
                                 : "x / root mean square is RMSNormalization");
}

Rewrite runLayer(const Graph& graph, NodeId id, const PassContext&) {
  return recognise(graph, id, true);
}

Rewrite runRms(const Graph& graph, NodeId id, const PassContext&) {
  return recognise(graph, id, false);
}

}  // namespace

extern const Pass layerNorm{
    .name = "layer_norm", .summary = "recognises (x - mean) / sqrt(variance + epsilon)", .run = runLayer};
extern const Pass rmsNorm{
    .name = "rms_norm", .summary = "recognises x / sqrt(mean of x^2 + epsilon)", .run = runRms};

}  // namespace ridge::passes
