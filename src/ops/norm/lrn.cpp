// LRN: local response normalization over channels.
#include <cmath>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/norm/norm.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

void infer(InferContext& c) {
  c.require(c.attrs<LrnAttributes>().size >= 1, "size must be 1 or more");
  requireFloat(c, 0);
  requireRank(c, 0, 2);
  inferSameAsInput(c);
}

void reference(KernelContext& k) {
  constexpr int64_t kBlock = 256;
  const auto& attrs = k.attrs<LrnAttributes>();
  const TensorView &in = k.input(0), &out = k.output(0);
  const int64_t channels = in.dims[1], planes = in.dims[0] * channels;
  const int64_t pixels = planes == 0 ? 0 : in.count() / planes;
  const int64_t before = std::min((attrs.size - 1) / 2, channels), after = std::min(attrs.size / 2, channels);
  const double factor = static_cast<double>(attrs.alpha) / static_cast<double>(attrs.size);
  numberClassOf(in.type);
  parallelRanges(planes, 1, [&](int64_t begin, int64_t end) {
    double block[kBlock], squares[kBlock];
    for (int64_t plane = begin; plane < end; ++plane) {
      const int64_t channel = plane % channels;
      const int64_t first = std::max<int64_t>(0, channel - before) - channel;
      const int64_t last = std::min(channels - 1, channel + after) - channel;
      for (int64_t at = 0; at < pixels; at += kBlock) {
        const int64_t count = std::min(kBlock, pixels - at);
        std::fill_n(squares, count, 0.0);
        for (int64_t offset = first; offset <= last; ++offset) {
          loadNumbers(in, (plane + offset) * pixels + at, 1, count, block);
          for (int64_t i = 0; i < count; ++i) squares[i] += block[i] * block[i];
        }
        loadNumbers(in, plane * pixels + at, 1, count, block);
        for (int64_t i = 0; i < count; ++i)
          block[i] /= std::pow(static_cast<double>(attrs.bias) + factor * squares[i],
                               static_cast<double>(attrs.beta));
        storeNumbers(out, plane * pixels + at, count, block);
      }
    }
  });
}

Cost cost(const Node& node, const Graph& graph) {
  // A square and a sum for each neighbour, then scale, power and division.
  const int64_t neighbours = std::min<int64_t>(node.as<LrnAttributes>().size, 1 << 20);
  return elementwiseCost(node, graph, 2 * neighbours + 3);
}

}  // namespace

constinit const Op ops::lrn{.name = "LRN",
                            .sinceFor = ops::sinceByType<ops::SinceTable{.bf16 = 13}>,
                            .attributes = LrnAttributes::read,
                            .infer = infer,
                            .reference = reference,
                            .cost = cost};

}  // namespace ridge
