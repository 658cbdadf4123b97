#include "ir/patch.h"
#include "ops/cost_support.h"
#include "ops/norm/norm.h"
#include "ops/norm/norm_support.h"
#include "ops/ops.h"
#include "ops/shape/reshape.h"
#include "ops/shape/shape_of.h"

namespace ridge {
namespace {

void infer(InferContext& c) {
  const int64_t groups = c.attrs<GroupNormalizationAttributes>().groups;
  c.require(groups >= 1, "num_groups must be 1 or more");
  inferChannelNormalization(c);
  if (!c.shape(0).ranked() || !c.shape(0)[1].isInteger()) return;
  const int64_t channels = c.shape(0)[1].value();
  if (channels % groups != 0)
    c.fail(std::to_string(channels) + " channels do not make " + std::to_string(groups) + " equal groups");
}

void reference(KernelContext& k) {
  const auto& attrs = k.attrs<GroupNormalizationAttributes>();
  normalizeChannels(k, attrs.groups, static_cast<double>(attrs.epsilon));
}

// [N, groups, rest] under InstanceNormalization, then scale and bias by channel: an older way to say it.
void expandGroups(const Node& node, GraphBuilder& b) {
  const auto& attrs = node.as<GroupNormalizationAttributes>();
  const Value& x = b.graph().value(node.in[0]);
  const auto all = [&](double number) {
    const std::vector<double> values(static_cast<size_t>(attrs.groups), number);
    return b.constant("norm.unit", fromDoubles(x.type, {attrs.groups}, values));
  };
  const auto reshaped = [&](ValueId value, ValueId shape) {
    return b.node(ops::reshape, std::make_shared<ops::ReshapeAttributes>(), {value, shape}, "norm.groups");
  };
  auto instance = std::make_shared<InstanceNormalizationAttributes>();
  instance->epsilon = attrs.epsilon;
  const std::vector<int64_t> target{0, attrs.groups, -1};
  const ValueId split = b.constant("norm.shape", Tensor::of({3}, std::span<const int64_t>(target)));
  const ValueId unit = b.node(ops::instanceNormalization, std::move(instance),
                              {reshaped(node.in[0], split), all(1), all(0)}, "norm.instance");
  const ValueId shape =
      b.node(ops::shapeOf, std::make_shared<ops::ShapeAttributes>(), {node.in[0]}, "norm.shape");
  const int64_t rank = x.shape.rank();
  expandScaled(node, b, reshaped(unit, shape), expandByChannel(b, node.in[1], rank),
               expandByChannel(b, node.in[2], rank));
}

}  // namespace

constinit const Op ops::groupNormalization{.name = "GroupNormalization",
                                           .since = 21,
                                           .minInputs = 3,
                                           .maxInputs = 3,
                                           .attributes = GroupNormalizationAttributes::read,
                                           .infer = infer,
                                           .reference = reference,
                                           .cost = costPerInput<7>,
                                           .expand = expandGroups};

}  // namespace ridge
