// Dropout at inference: the identity, and a mask of ones.
#include <optional>

#include "ops/reference_support.h"
#include "ops/shape/views.h"

namespace ridge::ops {
namespace {

struct DropoutAttributes : AttributesOf<DropoutAttributes> {
  std::optional<int64_t> seed;  // only training uses it

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("seed", self.seed);
  }
};

void infer(InferContext& c) {
  inferSameAsInput(c);
  if (c.outputCount() > 1) c.output(1, DType::boolean, c.shape(0));
}

// Training with ratio 0 drops nothing.
bool drops(const KernelContext& k) {
  const auto given = [&](size_t input) { return k.has(input) && k.input(input).count() > 0; };
  if (!given(2) || !loadNumber<bool>(k.input(2), 0)) return false;
  return !given(1) || loadNumber<double>(k.input(1), 0) != 0;
}

void reference(KernelContext& k) {
  if (drops(k)) k.fail("Dropout in training mode is not supported");
  copyKernel(k);
  if (!k.wants(1)) return;
  for (int64_t at = 0; at < k.output(1).count(); ++at) storeNumber(k.output(1), at, true);
}

int sinceFor(const Node& node, const Graph& graph) {
  const bool inputs = node.in.size() > 1 || node.as<DropoutAttributes>().seed;
  const bool mask = node.out.size() > 1;
  return std::max({inputs ? 12
                   : mask ? 10
                          : 7,
                   sinceOfType({.base = 7, .float8 = 22}, inputType(node, graph, 0)),
                   sinceOfType({.base = 7, .bf16 = 22, .float8 = 22}, inputType(node, graph, 1))});
}

}  // namespace

constinit const Op dropout{
    .name = "Dropout",
    .since = 12,
    .sinceFor = sinceFor,
    .minInputs = 1,
    .maxInputs = 3,
    .minOutputs = 1,
    .maxOutputs = 2,
    .attributes = DropoutAttributes::read,
    .infer = infer,
    .reference = reference,
    .traits = {.commutesWithQdq = true},  // no view: training mode must not pass unseen
};

}  // namespace ridge::ops
