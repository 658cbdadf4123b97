// IsNaN.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op isNaN{
    .name = "IsNaN",
    .since = 9,
    .sinceFor = sinceByType<SinceTable{.base = 9, .float8 = 20}>,
    .infer =
        [](InferContext& c) {
          c.require(c.type(0) == DType::undefined || isFloat(c.type(0)), "a float type is needed");
          c.output(0, DType::boolean, c.shape(0));
        },
    .reference =
        [](KernelContext& k) {
          requireReal(k);
          mapElements<bool, double>(k, [](double x) { return std::isnan(x); });
        },
    .cost = costPerOutput<1>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
