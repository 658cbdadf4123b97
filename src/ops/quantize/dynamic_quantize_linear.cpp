// DynamicQuantizeLinear: uint8 over the range of the data, which always takes in 0. In single precision,
// which decides how ties are rounded.
#include <array>
#include <cmath>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/reference_support.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  c.require(c.type(0) == DType::undefined || c.type(0) == DType::f32, "the elements must be float32");
  c.output(0, DType::u8, c.shape(0));
  c.output(1, DType::f32, Shape::scalar());
  c.output(2, DType::u8, Shape::scalar());
}

struct Range {
  float low = 0, high = 0;
};

Range rangeOf(std::span<const float> values) {
  Range range;
  for (float value : values) {
    range.low = std::fmin(range.low, value);
    range.high = std::fmax(range.high, value);
  }
  return range;
}

void reference(KernelContext& k) {
  constexpr int64_t kBlock = 512;
  const TensorView& in = k.input(0);
  const float* x = in.as<float>();
  const Range range = rangeOf({x, static_cast<size_t>(in.count())});
  const float scale = range.high == range.low ? 1.0f : (range.high - range.low) / 255.0f;
  const float zero = std::nearbyint(std::clamp(-range.low / scale, 0.0f, 255.0f));
  if (k.wants(1)) storeNumber(k.output(1), 0, static_cast<double>(scale));
  if (k.wants(2)) storeNumber(k.output(2), 0, static_cast<double>(zero));
  if (!k.wants(0)) return;
  parallelRanges(in.count(), kBlock, [&](int64_t begin, int64_t end) {
    std::array<double, kBlock> values;
    for (int64_t first = begin; first < end; first += kBlock) {
      const int64_t count = std::min(kBlock, end - first);
      for (int64_t at = 0; at < count; ++at)
        values[static_cast<size_t>(at)] =
            std::nearbyint(static_cast<double>(x[first + at] / scale)) + static_cast<double>(zero);
      storeNumbers(k.output(0), first, count, values.data());
    }
  });
}

}  // namespace

constinit const Op dynamicQuantizeLinear{.name = "DynamicQuantizeLinear",
                                         .since = 11,
                                         .minOutputs = 3,
                                         .maxOutputs = 3,
                                         .infer = infer,
                                         .reference = reference,
                                         .cost = costPerInput<4>,
                                         .traits = {.foldable = false}};

}  // namespace ridge::ops
