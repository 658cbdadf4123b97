// GlobalAveragePool, GlobalMaxPool and GlobalLpPool: every spatial axis shrinks to 1.
#include <cmath>
#include <limits>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/pool/pool.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

void infer(InferContext& c) {
  requireFloat(c, 0);
  requireRank(c, 0, 2);
  const Shape& input = c.shape(0);
  if (!input.ranked()) return c.output(0, c.type(0), {});
  std::vector<Dim> dims(input.dims().size(), Dim(1));
  dims[0] = input[0];
  dims[1] = input[1];
  c.output(0, c.type(0), Shape(std::move(dims)));
}

// Folds every plane: state = step(state, element), in order; finish(state, elements) is stored.
template <class Step, class Finish>
void foldPlanes(const KernelContext& k, double initial, Step step, Finish finish) {
  constexpr int64_t kBlock = 512;
  const TensorView &in = k.input(0), &out = k.output(0);
  const int64_t planes = out.count(), pixels = planes == 0 ? 0 : in.count() / planes;
  numberClassOf(in.type);
  parallelRanges(planes, 1, [&](int64_t begin, int64_t end) {
    double block[kBlock];
    for (int64_t plane = begin; plane < end; ++plane) {
      double state = initial;
      for (int64_t at = 0; at < pixels; at += kBlock) {
        const int64_t count = std::min(kBlock, pixels - at);
        loadNumbers(in, plane * pixels + at, 1, count, block);
        for (int64_t i = 0; i < count; ++i) state = step(state, block[i]);
      }
      storeNumber(out, plane, finish(state, static_cast<double>(pixels)));
    }
  });
}

void average(KernelContext& k) {
  foldPlanes(
      k, 0.0, [](double sum, double x) { return sum + x; },
      [](double sum, double pixels) { return sum / pixels; });
}

void maximum(KernelContext& k) {
  foldPlanes(
      k, -std::numeric_limits<double>::infinity(),
      [](double best, double x) { return x > best || std::isnan(x) ? x : best; },
      [](double best, double) { return best; });
}

void inferNorm(InferContext& c) {
  c.require(c.attrs<GlobalLpPoolAttributes>().p > 0, "p must be positive");
  infer(c);
}

void norm(KernelContext& k) {
  const auto p = static_cast<double>(k.attrs<GlobalLpPoolAttributes>().p);
  foldPlanes(
      k, 0.0, [p](double sum, double x) { return sum + std::pow(std::fabs(x), p); },
      [p](double sum, double) { return std::pow(sum, 1.0 / p); });
}

}  // namespace

constinit const Op ops::globalAveragePool{.name = "GlobalAveragePool",
                                          .sinceFor = ops::sinceByType<ops::SinceTable{.bf16 = 22}>,
                                          .infer = infer,
                                          .reference = average,
                                          .cost = costPerInput<1>};

constinit const Op ops::globalMaxPool{.name = "GlobalMaxPool",
                                      .sinceFor = ops::sinceByType<ops::SinceTable{.bf16 = 22}>,
                                      .infer = infer,
                                      .reference = maximum,
                                      .cost = costPerInput<1>};

constinit const Op ops::globalLpPool{.name = "GlobalLpPool",
                                     .since = 2,
                                     .sinceFor = ops::sinceByType<ops::SinceTable{.base = 2, .bf16 = 22}>,
                                     .attributes = GlobalLpPoolAttributes::read,
                                     .infer = inferNorm,
                                     .reference = norm,
                                     .cost = costPerInput<3>};

}  // namespace ridge
