// Mod.
#include "ops/elementwise/mod.h"

#include "ops/elementwise/elementwise.h"

namespace ridge::ops {
namespace {

// The remainder of a truncating division has the sign of the dividend.
constexpr auto truncatingMod = []<class T>(T x, T y) {
  if constexpr (std::is_floating_point_v<T>) return std::fmod(x, y);
  if constexpr (std::is_same_v<T, int64_t>)
    if (y == -1) return T{0};
  if constexpr (!std::is_floating_point_v<T>) return static_cast<T>(x % y);
};

constexpr auto flooringMod = []<class T>(T x, T y) {
  const T rest = truncatingMod(x, y);
  if constexpr (std::is_floating_point_v<T>) {
    if (rest == 0) return std::copysign(T{0}, y);
    if ((rest < 0) != (y < 0)) return rest + y;  // NaN stays
  }
  if constexpr (std::is_same_v<T, int64_t>)
    if (rest != 0 && (rest < 0) != (y < 0)) return static_cast<T>(rest + y);
  return rest;
};

void reference(KernelContext& k) {
  const TensorView& divisor = k.input(1);
  const bool integers = numberClassOf(divisor.type) != NumberClass::real;
  if (integers && k.output(0).count() > 0)
    for (int64_t at = 0; at < divisor.count(); ++at)
      if (loadNumber<int64_t>(divisor, at) == 0) k.fail("an integer is divided by zero");
  if (k.attrs<ModAttributes>().fmod)
    numberKernel<truncatingMod, 2>(k);
  else
    numberKernel<flooringMod, 2>(k);
}

int sinceFor(const Node& node, const Graph& graph) {
  const DType type = inputType(node, graph, 0);
  const bool flooredFloats = isFloat(type) && !node.as<ModAttributes>().fmod;
  return flooredFloats ? 28 : sinceOfType({.base = 10}, type);
}

}  // namespace

constinit const Op mod{
    .name = "Mod",
    .since = 10,
    .sinceFor = sinceFor,
    .minInputs = 2,
    .maxInputs = 2,
    .attributes = ModAttributes::read,
    .infer = inferNumbers,
    .reference = reference,
    .cost = costPerOutput<1>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
