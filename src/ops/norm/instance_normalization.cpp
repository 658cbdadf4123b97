#include "ops/cost_support.h"
#include "ops/norm/norm.h"
#include "ops/norm/norm_support.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

// Every channel is a group.
void reference(KernelContext& k) {
  normalizeChannels(k, k.input(0).dims[1],
                    static_cast<double>(k.attrs<InstanceNormalizationAttributes>().epsilon));
}

void expandChannels(const Node& node, GraphBuilder& b) {
  const int64_t rank = b.graph().value(node.in[0]).shape.rank();
  const float epsilon = node.as<InstanceNormalizationAttributes>().epsilon;
  expandScaled(node, b, expandUnit(b, node.in[0], 2, epsilon, true), expandByChannel(b, node.in[1], rank),
               expandByChannel(b, node.in[2], rank));
}

}  // namespace

constinit const Op ops::instanceNormalization{
    .name = "InstanceNormalization",
    .since = 6,
    .sinceFor = ops::sinceByType<ops::SinceTable{.base = 6, .bf16 = 22}>,
    .minInputs = 3,
    .maxInputs = 3,
    .attributes = InstanceNormalizationAttributes::read,
    .infer = inferChannelNormalization,
    .reference = reference,
    .cost = costPerInput<7>,
    .expand = expandChannels};

}  // namespace ridge
