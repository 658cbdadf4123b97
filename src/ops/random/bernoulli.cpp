// Bernoulli: 1 with the probability that the input says, else 0.
#include "ops/random/random.h"

namespace ridge::ops {
namespace {

struct BernoulliAttributes : AttributesOf<BernoulliAttributes> {
  std::optional<int64_t> dtype;  // absent: the input's
  std::optional<float> seed;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("dtype", self.dtype);
    v("seed", self.seed);
  }
};

void infer(InferContext& c) {
  const auto& dtype = c.attrs<BernoulliAttributes>().dtype;
  requireFloat(c, 0);
  c.output(0, dtype ? typeOfNumber(c, *dtype) : c.type(0), c.shape(0));
}

void reference(KernelContext& k) {
  const uint64_t key = randomKey(k.node(), k.attrs<BernoulliAttributes>().seed);
  const TensorView &in = k.input(0), &out = k.output(0);
  numberClassOf(in.type);
  numberClassOf(out.type);
  for (int64_t at = 0, count = in.count(); at < count; ++at)
    storeNumber(out, at, uniformsAt(key, at).first < loadNumber<double>(in, at));
}

}  // namespace

constinit const Op bernoulli{
    .name = "Bernoulli",
    .since = 15,
    .sinceFor =
        [](const Node& node, const Graph& graph) {
          return sinceOfRandom(node, graph, node.as<BernoulliAttributes>().dtype, 15);
        },
    .attributes = BernoulliAttributes::read,
    .infer = infer,
    .reference = reference,
    .traits = kRandom,
};

}  // namespace ridge::ops
