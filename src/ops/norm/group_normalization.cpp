#include "ops/cost_support.h"
#include "ops/norm/norm.h"
#include "ops/norm/norm_support.h"
#include "ops/ops.h"

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

}  // namespace

constinit const Op ops::groupNormalization{.name = "GroupNormalization",
                                           .since = 21,
                                           .minInputs = 3,
                                           .maxInputs = 3,
                                           .attributes = GroupNormalizationAttributes::read,
                                           .infer = infer,
                                           .reference = reference,
                                           .cost = costPerInput<7>};

}  // namespace ridge
