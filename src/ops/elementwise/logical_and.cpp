// And.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op logicalAnd{
    .name = "And",
    .since = 7,
    .minInputs = 2,
    .maxInputs = 2,
    .infer = inferLogic,
    .reference =
        [](KernelContext& k) { mapElements<bool, bool, bool>(k, [](bool x, bool y) { return x && y; }); },
    .cost = costPerOutput<1>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
