// Not.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op logicalNot{
    .name = "Not",
    .since = 1,
    .infer = inferLogic,
    .reference = [](KernelContext& k) { mapElements<bool, bool>(k, [](bool x) { return !x; }); },
    .cost = costPerOutput<1>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
