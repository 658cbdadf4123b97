#include "ops/cost_support.h"
#include "ops/loss/loss.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

void reference(KernelContext& k) {
  const LossShape shape(k);
  reduceLoss(k, shape, [&](int64_t sample, int64_t which) {
    return loadNumber<double>(k.input(0), shape.place(sample, which));
  });
}

// A weighting and a sum for each sample.
Cost cost(const Node& node, const Graph& graph) {
  Cost made = movedBytes(node, graph);
  made.operations = saturatingProduct(2, elementsOf(graph, node.in[1]));
  return made;
}

}  // namespace

constinit const Op ops::negativeLogLikelihoodLoss{
    .name = "NegativeLogLikelihoodLoss",
    .since = 12,
    .sinceFor = ops::sinceByType<ops::SinceTable{.base = 12, .bf16 = 22}>,
    .minInputs = 2,
    .maxInputs = 3,
    .attributes = LossAttributes::read,
    .infer = inferLoss,
    .reference = reference,
    .cost = cost};

}  // namespace ridge
