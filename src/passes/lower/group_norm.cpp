// Reshape to [N, groups, rest], InstanceNormalization, Reshape back, with the scale and bias by channel that
// follow: how exporters write GroupNormalization.
#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/norm/norm.h"
#include "ops/ops.h"
#include "passes/channel_affine.h"
#include "passes/pass.h"

namespace ridge::passes {
namespace {

/// y = scale * normalized + shift by channel, as far as Mul and Add with constants follow.
struct ChannelSteps {
  std::vector<double> scale, shift;
  ValueId out = kNoValue;
  std::vector<NodeId> nodes;
};

void follow(const Graph& graph, int64_t rank, ChannelSteps& steps) {
  for (int more = 0; more < 2; ++more) {
    const NodeId user = soleUser(graph, steps.out);
    if (user == kNoNode) return;
    const auto read = arithmeticAffine(graph, user, rank, 1, static_cast<int64_t>(steps.scale.size()));
    const auto* affine = std::get_if<ChannelAffine>(&read);
    const ValueId out = graph.node(user).out[0];
    if (!affine || !sameShape(graph.value(out).shape, graph.value(steps.out).shape)) return;
    for (size_t at = 0; at < steps.scale.size(); ++at) {
      steps.scale[at] *= affine->scale[at];
      steps.shift[at] = steps.shift[at] * affine->scale[at] + affine->shift[at];
    }
    steps.out = out;
    steps.nodes.push_back(user);
  }
}

/// What a group's numbers are for each of its channels.
std::optional<std::vector<double>> byChannel(const Graph& graph, ValueId groups, int64_t channels) {
  const Tensor* tensor = graph.constant(groups);
  if (!tensor || tensor->count() == 0) return std::nullopt;
  const std::vector<double> numbers = toDoubles(*tensor);
  std::vector<double> all;
  for (int64_t channel = 0; channel < channels; ++channel)
    all.push_back(numbers[static_cast<size_t>(channel * tensor->count() / channels)]);
  return all;
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::instanceNormalization) return NoMatch{};
  const NodeId split = producerOf(graph, node.in[0], ops::reshape), join = soleUser(graph, node.out[0]);
  if (split == kNoNode || join == kNoNode || graph.node(join).op != &ops::reshape) return NoMatch{};
  const Value& x = graph.value(graph.node(split).in[0]);
  const Shape &grouped = graph.value(node.in[0]).shape, &back = graph.value(graph.node(join).out[0]).shape;
  if (!x.shape.isStatic() || !grouped.isStatic() || !sameShape(x.shape, back)) return NoMatch{};
  if (x.shape.rank() < 3 || x.shape.count() == 0 || x.shape[0] != grouped[0]) return NoMatch{};
  const int64_t channels = x.shape[1].value(), groups = grouped[1].value();
  if (channels % groups != 0) return Declined{"its groups cut through channels"};
  if (!usedOnce(graph, node.in[0])) return Declined{"the reshaped input is also read elsewhere"};
  const auto scale = byChannel(graph, node.in[1], channels), bias = byChannel(graph, node.in[2], channels);
  if (!scale || !bias) return Declined{"the scale or bias of its groups is not constant"};

  ChannelSteps steps{*scale, *bias, graph.node(join).out[0], {id, split, join}};
  follow(graph, x.shape.rank(), steps);
  const auto scales = finiteTensor(x.type, {channels}, steps.scale);
  const auto biases = finiteTensor(x.type, {channels}, steps.shift);
  if (!scales || !biases) return Declined{"its scale or bias is not finite"};
  GraphBuilder builder(graph, steps.nodes);
  const std::string name = displayName(graph, id);
  auto attrs = std::make_shared<GroupNormalizationAttributes>();
  attrs->groups = groups;
  attrs->epsilon = node.as<InstanceNormalizationAttributes>().epsilon;
  builder.replace(steps.out,
                  builder.node(ops::groupNormalization, std::move(attrs),
                               {graph.node(split).in[0], builder.constant(name + ".scale", *scales),
                                builder.constant(name + ".bias", *biases)},
                               name));
  return builder.finish("channels normalized group by group are GroupNormalization");
}

}  // namespace

extern const Pass groupNorm{.name = "group_norm",
                            .summary = "recognises a GroupNormalization written with InstanceNormalization",
                            .run = run};

}  // namespace ridge::passes
