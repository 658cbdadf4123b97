// HannWindow, HammingWindow and BlackmanWindow: a0 - a1 cos(x) + a2 cos(2x) over one period of x.
#include <cmath>
#include <numbers>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/reference_support.h"

namespace ridge::ops {
namespace {

struct WindowAttributes : AttributesOf<WindowAttributes> {
  int64_t outputDatatype = static_cast<int64_t>(DType::f32);
  bool periodic = true;  // the period is `size`; else `size` - 1, and the window is symmetric

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("output_datatype", self.outputDatatype);
    v("periodic", self.periodic);
  }
};

void infer(InferContext& c) {
  const DType type = typeOfNumber(c, c.attrs<WindowAttributes>().outputDatatype);
  c.require(isFloat(type) || isInteger(type), "output_datatype must be of numbers");
  c.require(c.type(0) == DType::undefined || isInteger(c.type(0)), "the size must be an integer");
  if (c.shape(0).isStatic()) c.require(*c.shape(0).count() == 1, "the size must be a scalar");
  const auto size = c.integers(0);
  const bool known = size && size->size() == 1;
  c.require(!known || size->front() >= 0, "the size is negative");
  c.output(0, type, Shape({known ? Dim(size->front()) : Dim()}));
}

struct Window {
  double a0, a1, a2;
};
constexpr Window kHann{0.5, 0.5, 0.0};
constexpr Window kHamming{25.0 / 46.0, 21.0 / 46.0, 0.0};
constexpr Window kBlackman{0.42, 0.5, 0.08};

template <Window W>
void reference(KernelContext& k) {
  const TensorView& out = k.output(0);
  const int64_t size = out.dims[0];
  if (loadNumber<int64_t>(k.input(0), 0) != size) k.fail("the size is another one than planned");
  const bool whole = numberClassOf(out.type) != NumberClass::real;
  const auto period = static_cast<double>(k.attrs<WindowAttributes>().periodic ? size : size - 1);
  for (int64_t at = 0; at < size; ++at) {
    const double x = 2.0 * std::numbers::pi * static_cast<double>(at) / period;
    const double value = W.a0 - W.a1 * std::cos(x) + W.a2 * std::cos(2.0 * x);
    // The standard's integers are cut off from float32.
    storeNumber(out, at, whole ? std::trunc(static_cast<double>(static_cast<float>(value))) : value);
  }
}

constexpr Op window(std::string_view name, void (*kernel)(KernelContext&)) {
  return {.name = name,
          .since = 17,
          .attributes = WindowAttributes::read,
          .infer = infer,
          .reference = kernel,
          .cost = costPerOutput<2>};
}

}  // namespace

constinit const Op blackmanWindow = window("BlackmanWindow", reference<kBlackman>);
constinit const Op hammingWindow = window("HammingWindow", reference<kHamming>);
constinit const Op hannWindow = window("HannWindow", reference<kHann>);

}  // namespace ridge::ops
