// (x - mean) / sqrt(variance + epsilon) over all spatial axes, scaled and shifted by channel, is
// InstanceNormalization.
#include "ir/dump.h"
#include "ops/norm/norm.h"
#include "ops/ops.h"
#include "passes/channel_affine.h"
#include "passes/pass.h"
#include "passes/row_norm.h"

namespace ridge::passes {
namespace {

bool areSpatial(const std::vector<int64_t>& axes) {
  return axes.front() == 2;
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const auto read = normalizedBy(graph, id);
  const auto* norm = std::get_if<Normalized>(&read);
  if (!norm || !norm->centered || !areSpatial(norm->axes) || !areLastAxes(graph, *norm)) return NoMatch{};
  const Value& x = graph.value(norm->x);
  if (!x.shape[1].isInteger() || x.shape[1].value() <= 0) return NoMatch{};
  const int64_t rank = x.shape.rank(), channels = x.shape[1].value();
  const auto scaled = soleStep(graph, norm->out, ops::mul);
  if (!scaled) return NoMatch{};
  const auto scale = perChannel(graph.value(scaled->constant).constant, rank, 1, channels);
  if (!scale || graph.value(scaled->constant).constant.count() == 1)
    return NoMatch{};  // a LayerNormalization

  std::vector<NodeId> nodes = norm->nodes;
  nodes.push_back(scaled->node);
  std::vector<double> bias(static_cast<size_t>(channels), 0.0);
  ValueId out = scaled->out;
  if (const auto shifted = soleStep(graph, out, ops::add))
    if (const auto shift = perChannel(graph.value(shifted->constant).constant, rank, 1, channels)) {
      bias = *shift;
      out = shifted->out;
      nodes.push_back(shifted->node);
    }
  GraphBuilder builder(graph, nodes);
  const std::string name = displayName(graph, id);
  auto attrs = std::make_shared<InstanceNormalizationAttributes>();
  attrs->epsilon = static_cast<float>(norm->epsilon);
  const ValueId scales = builder.constant(name + ".scale", fromDoubles(x.type, {channels}, *scale));
  const ValueId biases = builder.constant(name + ".bias", fromDoubles(x.type, {channels}, bias));
  builder.replace(
      out, builder.node(ops::instanceNormalization, std::move(attrs), {norm->x, scales, biases}, name));
  return builder.finish("pixels normalized channel by channel are InstanceNormalization");
}

}  // namespace

extern const Pass instanceNorm{.name = "instance_norm",
                               .summary = "recognises pixels that are normalized channel by channel",
                               .run = run};

}  // namespace ridge::passes
