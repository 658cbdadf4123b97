// CastLike.
#include "ops/elementwise/cast.h"

namespace ridge::ops {

constinit const Op castLike{
    .name = "CastLike",
    .since = 15,
    .sinceFor =
        [](const Node& node, const Graph& graph) {
          const auto& attrs = node.as<CastLikeAttributes>();
          const int attributes = attrs.roundMode != "up" ? 24 : attrs.saturate ? 15 : 19;
          return std::max(attributes, sinceOfCast(inputType(node, graph, 0), inputType(node, graph, 1)));
        },
    .minInputs = 2,
    .maxInputs = 2,
    .attributes = CastLikeAttributes::read,
    .infer = [](InferContext& c) { inferCast(c, c.type(1)); },
    .reference =
        [](KernelContext& k) {
          const auto& attrs = k.attrs<CastLikeAttributes>();
          castKernel(k, attrs.saturate, attrs.roundMode);
        },
    .cost = costPerOutput<1>,
};

}  // namespace ridge::ops
