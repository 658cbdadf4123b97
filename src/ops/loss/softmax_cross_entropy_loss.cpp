// SoftmaxCrossEntropyLoss: the likelihood loss of a LogSoftmax over the classes, which is output 1.
#include <cmath>
#include <limits>

#include "ops/cost_support.h"
#include "ops/loss/loss.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

void infer(InferContext& c) {
  inferLoss(c);
  c.output(1, c.type(0), c.shape(0));
}

// Of the scores of one sample: the logarithm of a probability is score - largest - logSum.
struct Normalizer {
  double largest, logSum;
};

template <class Fn>
void visitScores(const KernelContext& k, const LossShape& shape, int64_t sample, Fn&& fn) {
  constexpr int64_t kBlock = 256;
  double block[kBlock];
  for (int64_t at = 0; at < shape.classes; at += kBlock) {
    const int64_t count = std::min(kBlock, shape.classes - at);
    loadNumbers(k.input(0), shape.place(sample, at), shape.pixels, count, block);
    for (int64_t i = 0; i < count; ++i) fn(at + i, block[i]);
  }
}

Normalizer normalizerOf(const KernelContext& k, const LossShape& shape, int64_t sample) {
  double largest = -std::numeric_limits<double>::infinity(), sum = 0;
  visitScores(k, shape, sample,
              [&](int64_t, double x) { largest = x > largest || std::isnan(x) ? x : largest; });
  visitScores(k, shape, sample, [&](int64_t, double x) { sum += std::exp(x - largest); });
  return {largest, std::log(sum)};
}

void reference(KernelContext& k) {
  const LossShape shape(k);
  auto* normalizers = reinterpret_cast<Normalizer*>(k.scratch().data());
  parallelRanges(shape.samples, 8, [&](int64_t begin, int64_t end) {
    for (int64_t sample = begin; sample < end; ++sample) {
      const Normalizer own = normalizers[sample] = normalizerOf(k, shape, sample);
      if (!k.wants(1)) continue;
      visitScores(k, shape, sample, [&](int64_t which, double x) {
        storeNumber(k.output(1), shape.place(sample, which), x - own.largest - own.logSum);
      });
    }
  });
  reduceLoss(k, shape, [&](int64_t sample, int64_t which) {
    const Normalizer& own = normalizers[sample];
    return loadNumber<double>(k.input(0), shape.place(sample, which)) - own.largest - own.logSum;
  });
}

size_t scratch(const Node& node, const Graph& graph) {
  return static_cast<size_t>(elementsOf(graph, node.in[1])) * sizeof(Normalizer);
}

}  // namespace

constinit const Op ops::softmaxCrossEntropyLoss{
    .name = "SoftmaxCrossEntropyLoss",
    .since = 12,
    .sinceFor = ops::sinceByType<ops::SinceTable{.base = 12, .bf16 = 13}>,
    .minInputs = 2,
    .maxInputs = 3,
    .maxOutputs = 2,
    .attributes = LossAttributes::read,
    .infer = infer,
    .reference = reference,
    .scratch = scratch,
    .cost = costPerInput<4>};

}  // namespace ridge
