// Multinomial: draws classes by the logarithms of their probabilities, which need not add up to 1.
#include <algorithm>

#include "ops/random/random.h"

namespace ridge::ops {
namespace {

struct MultinomialAttributes : AttributesOf<MultinomialAttributes> {
  int64_t dtype = static_cast<int64_t>(DType::i32);
  int64_t sampleSize = 1;
  std::optional<float> seed;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("dtype", self.dtype);
    v("sample_size", self.sampleSize);
    v("seed", self.seed);
  }
};

void infer(InferContext& c) {
  const auto& attrs = c.attrs<MultinomialAttributes>();
  const DType type = typeOfNumber(c, attrs.dtype);
  c.require(type == DType::i32 || type == DType::i64, "dtype must be int32 or int64");
  c.require(attrs.sampleSize >= 0, "sample_size is negative");
  requireFloat(c, 0);
  requireRank(c, 0, 2, 2);
  const Dim batches = c.shape(0).ranked() ? c.shape(0)[0] : Dim();
  c.output(0, type, Shape({batches, attrs.sampleSize}));
}

// Running sums of the probabilities, to within a factor; false when there is nothing to draw.
bool sumUp(const TensorView& in, int64_t batch, std::span<double> sums) {
  const auto classes = static_cast<int64_t>(sums.size());
  loadNumbers(in, batch * classes, 1, classes, sums.data());
  const double most = *std::max_element(sums.begin(), sums.end());
  double running = 0;
  for (double& x : sums) x = running += std::exp(x - most);
  return running > 0;
}

void reference(KernelContext& k) {
  const TensorView &in = k.input(0), &out = k.output(0);
  const uint64_t key = randomKey(k.node(), k.attrs<MultinomialAttributes>().seed);
  const auto classes = static_cast<size_t>(in.dims[1]);
  const std::span<double> sums(reinterpret_cast<double*>(k.scratch().data()), classes);
  if (out.count() == 0) return;
  if (classes == 0) k.fail("there are no classes to draw from");
  for (int64_t batch = 0; batch < out.dims[0]; ++batch) {
    if (!sumUp(in, batch, sums)) k.fail("no class has a probability");
    for (int64_t sample = batch * out.dims[1]; sample < (batch + 1) * out.dims[1]; ++sample) {
      const double drawn = uniformsAt(key, sample).first * sums.back();
      const auto found = std::upper_bound(sums.begin(), sums.end() - 1, drawn);
      storeNumber<int64_t>(out, sample, found - sums.begin());
    }
  }
}

size_t scratch(const Node& node, const Graph& graph) {
  return static_cast<size_t>(graph.value(node.in[0]).shape[1].value()) * sizeof(double);
}

}  // namespace

constinit const Op multinomial{
    .name = "Multinomial",
    .since = 7,
    .sinceFor = sinceByType<SinceTable{.base = 7, .bf16 = 22}>,
    .attributes = MultinomialAttributes::read,
    .infer = infer,
    .reference = reference,
    .scratch = scratch,
    .traits = kRandom,
};

}  // namespace ridge::ops
