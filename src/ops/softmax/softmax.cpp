#include "ops/softmax/softmax.h"

#include <cmath>
#include <limits>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

// Calls fn(element) for one line of the axis, in order.
template <class Fn>
void visitLine(const TensorView& in, int64_t first, int64_t stride, int64_t length, Fn&& fn) {
  constexpr int64_t kBlock = 256;
  double block[kBlock];
  for (int64_t at = 0; at < length; at += kBlock) {
    const int64_t count = std::min(kBlock, length - at);
    loadNumbers(in, first + at * stride, stride, count, block);
    for (int64_t i = 0; i < count; ++i) fn(at + i, block[i]);
  }
}

// result(x - max, sum of exp(x - max)) for every element.
template <class Result>
void normalize(const KernelContext& k, Result result) {
  const TensorView &in = k.input(0), &out = k.output(0);
  const auto axis = static_cast<size_t>(
      normalizeAxis(k.attrs<SoftmaxAttributes>().axis, static_cast<int64_t>(in.dims.size())));
  const int64_t length = in.dims[axis], stride = elementCount(in.dims.subspan(axis + 1));
  const int64_t lines = length == 0 ? 0 : in.count() / length;
  numberClassOf(in.type);
  parallelRanges(lines, 1, [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      const int64_t first = line / stride * stride * length + line % stride;
      double most = -std::numeric_limits<double>::infinity(), sum = 0;
      visitLine(in, first, stride, length,
                [&](int64_t, double x) { most = x > most || std::isnan(x) ? x : most; });
      visitLine(in, first, stride, length, [&](int64_t, double x) { sum += std::exp(x - most); });
      visitLine(in, first, stride, length,
                [&](int64_t at, double x) { storeNumber(out, first + at * stride, result(x - most, sum)); });
    }
  });
}

void softmaxKernel(KernelContext& k) {
  normalize(k, [](double below, double sum) { return std::exp(below) / sum; });
}

void logSoftmaxKernel(KernelContext& k) {
  normalize(k, [](double below, double sum) { return below - std::log(sum); });
}

}  // namespace

void inferSoftmax(InferContext& c) {
  requireFloat(c, 0);
  requireRank(c, 0, 1);
  if (c.shape(0).ranked()) axisOf(c, c.attrs<SoftmaxAttributes>().axis, c.shape(0).rank());
  inferSameAsInput(c);
}

// Subtraction, exponential, sum and division count one each.
constinit const Op ops::softmax{.name = "Softmax",
                                .since = 13,
                                .attributes = SoftmaxAttributes::read,
                                .infer = inferSoftmax,
                                .reference = softmaxKernel,
                                .cost = costPerOutput<4>};

constinit const Op ops::logSoftmax{.name = "LogSoftmax",
                                   .since = 13,
                                   .attributes = SoftmaxAttributes::read,
                                   .infer = inferSoftmax,
                                   .reference = logSoftmaxKernel,
                                   .cost = costPerOutput<4>};

}  // namespace ridge
