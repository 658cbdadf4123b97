// Hardmax: 1 at the first largest element of a line, 0 elsewhere.
#include <cmath>
#include <cstring>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"
#include "ops/softmax/softmax.h"

namespace ridge {
namespace {

int64_t placeOfLargest(const TensorView& in, int64_t first, int64_t stride, int64_t length) {
  constexpr int64_t kBlock = 256;
  double block[kBlock], largest = 0;
  int64_t place = -1;
  for (int64_t at = 0; at < length; at += kBlock) {
    const int64_t count = std::min(kBlock, length - at);
    loadNumbers(in, first + at * stride, stride, count, block);
    for (int64_t i = 0; i < count; ++i) {
      const bool larger = block[i] > largest || (std::isnan(block[i]) && !std::isnan(largest));
      if (place >= 0 && !larger) continue;
      largest = block[i];
      place = at + i;
    }
  }
  return place;
}

void reference(KernelContext& k) {
  const TensorView &in = k.input(0), &out = k.output(0);
  const auto axis = static_cast<size_t>(
      normalizeAxis(k.attrs<SoftmaxAttributes>().axis, static_cast<int64_t>(in.dims.size())));
  const int64_t length = in.dims[axis], stride = elementCount(in.dims.subspan(axis + 1));
  if (in.count() == 0) return;
  numberClassOf(in.type);
  std::memset(out.data, 0, bytesOf(out.type, out.count()));  // zero in every type
  parallelRanges(in.count() / length, 8, [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      const int64_t first = line / stride * stride * length + line % stride;
      storeNumber(out, first + placeOfLargest(in, first, stride, length) * stride, 1.0);
    }
  });
}

}  // namespace

constinit const Op ops::hardmax{.name = "Hardmax",
                                .since = 13,
                                .attributes = SoftmaxAttributes::read,
                                .infer = inferSoftmax,
                                .reference = reference,
                                .cost = costPerInput<1>};

}  // namespace ridge
