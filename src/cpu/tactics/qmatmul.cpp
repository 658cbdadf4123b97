// ridge.qmatmul over dense rows of bytes: a convolution with one tap over a line of pixels.
#include "cpu/integer_step.h"
#include "cpu/tactics/tactics.h"
#include "ops/ops.h"
#include "plan/check_spec.h"

namespace ridge::cpu {

namespace {

constexpr int64_t kLargest = int64_t{1} << 30, kLargestProduct = int64_t{1} << 40;

IntegerSums sumsOfRows(int64_t rows, int64_t depth, int64_t outputs) {
  IntegerSums sums;
  sums.shape.inChannels = depth;
  sums.shape.outChannels = outputs;
  sums.shape.in = sums.shape.out = {1, 1, rows};
  sums.in.space = {0, 0, depth};
  sums.out.space = sums.residual.space = {0, 0, outputs};
  return sums;
}

IntegerSums sumsOf(const KernelSpec& spec) {
  requireSpec(spec.params.size() == kSumParams && spec.in.size() > ops::kQMultiplier && spec.out.size() == 1,
              spec, "an integer product has ten parameters, data, weights and multipliers");
  const ArraySpec &in = spec.in[0], &out = spec.out[0];
  requireSpec(!in.dims.empty() && in.dims.size() == out.dims.size(), spec, "a product keeps its rows");
  const int64_t depth = in.dims.back(), outputs = out.dims.back();
  requireSpec(depth >= 1 && outputs >= 1 && depth < kLargest && outputs < kLargest &&
                  depth * outputs < kLargestProduct,
              spec, "a size of a product is out of range");
  const int64_t elements = elementCount(in.dims), results = elementCount(out.dims), rows = elements / depth;
  requireSpec(rows >= 1 && elements < kLargestProduct && results == rows * outputs, spec,
              "a product keeps its rows");
  bool dense = isDensePlain(in) && isDensePlain(out);
  if (spec.in.size() > ops::kQResidual && spec.in[ops::kQResidual].at.space != Space::none)
    dense = dense && isDensePlain(spec.in[ops::kQResidual]);
  requireSpec(dense, spec, "an integer product reads and writes dense rows");
  return sumsOfRows(rows, depth, outputs);
}

void propose(const Graph& graph, const Region& region, Proposals& proposals) {
  if (region.anchors.empty() || graph.node(region.anchor()).op != &ops::qMatMul) return;
  if (std::string why = whyNoIntegerSums(graph, region); !why.empty())
    return proposals.refusals.push_back({"qmatmul", why});
  const Node& node = graph.node(region.anchor());
  Candidate candidate = integerSumsCandidate(graph, region, "qmatmul", 1);
  addSumParams(candidate.params, node.as<ops::QMatMulAttributes>());
  const Dims weights = graph.value(node.in[ops::kQWeight]).shape.staticDims();
  const int64_t rows = elementCount(graph.value(node.in[0]).shape.staticDims()) / weights[1];
  const IntegerSums sums = sumsOfRows(rows, weights[1], weights[0]);
  candidate.workspace = IntegerConv(sums.shape, sums.in, sums.out).workspace();
  proposals.candidates.push_back(std::move(candidate));
}

std::unique_ptr<CompiledStep> compile(const KernelSpec& spec) {
  return makeIntegerSums(spec, sumsOf(spec));
}

}  // namespace

const Tactic kQMatMul{"qmatmul", propose, compile, packIntegerSums};

}  // namespace ridge::cpu
