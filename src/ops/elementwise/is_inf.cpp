// IsInf.
#include "ops/elementwise/is_inf.h"

#include "ops/elementwise/elementwise.h"

namespace ridge::ops {
namespace {

void reference(KernelContext& k) {
  requireReal(k);
  const auto& attrs = k.attrs<IsInfAttributes>();
  mapElements<bool, double>(
      k, [&](double x) { return std::isinf(x) && (x < 0 ? attrs.detectNegative : attrs.detectPositive); });
}

int sinceFor(const Node& node, const Graph& graph) {
  const DType type = inputType(node, graph, 0);
  return type == DType::f32 || type == DType::f64 ? 10 : 20;
}

}  // namespace

constinit const Op isInf{
    .name = "IsInf",
    .since = 10,
    .sinceFor = sinceFor,
    .attributes = IsInfAttributes::read,
    .infer =
        [](InferContext& c) {
          c.require(c.type(0) == DType::undefined || isFloat(c.type(0)), "a float type is needed");
          c.output(0, DType::boolean, c.shape(0));
        },
    .reference = reference,
    .cost = costPerOutput<1>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
