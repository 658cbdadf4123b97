// Elementwise regions, by the vector interpreter over arrays of any strides.
#include <array>

#include "base/thread_pool.h"
#include "cpu/cost.h"
#include "cpu/epilogue.h"
#include "cpu/tactics/tactics.h"
#include "plan/check_spec.h"

namespace ridge::cpu {

namespace {

class PointwiseStep : public CompiledStep {
 public:
  explicit PointwiseStep(const KernelSpec& spec) : loop_(makeLoop(spec)) {
    for (const Operand& operand : spec.epilogue.in)
      in_.push_back(spec.in[static_cast<size_t>(operand.value)].at);
    for (const ExprOutput& output : spec.epilogue.out)
      out_.push_back(spec.out[static_cast<size_t>(output.value)].at);
    requireSpec(spec.workspace >= loop_.workspace(1), spec, "its scratch is too small");
  }

  void run(const Buffers& buffers) const override {
    std::array<const float*, kMaxExprArrays> in;
    std::array<float*, kMaxExprArrays> out;
    for (size_t at = 0; at < in_.size(); ++at)
      in[at] = reinterpret_cast<const float*>(addressOf(in_[at], buffers));
    for (size_t at = 0; at < out_.size(); ++at)
      out[at] = reinterpret_cast<float*>(writableAddressOf(out_[at], buffers));
    ThreadPool::instance().parallel(buffers.threads, [&](int part) {
      // The loop offsets its scratch by part; ours is per thread already.
      std::byte* scratch = buffers.workspace + static_cast<uint64_t>(part) * buffers.workspacePerThread -
                           loop_.workspace(1) * static_cast<size_t>(part);
      loop_.run(in.data(), out.data(), scratch, part, buffers.threads);
    });
  }

 private:
  static PointwiseLoop makeLoop(const KernelSpec& spec) {
    checkExpression(spec.epilogue, spec);
    requireSpec(!spec.out.empty() && spec.out[0].dims.size() <= PointwiseLoop::kMaxAxes, spec,
                "a pointwise step has one to eight axes");
    const Dims& dims = spec.out[0].dims;
    std::vector<Dims> in, out;
    for (const Operand& operand : spec.epilogue.in) {
      requireSpec(!operand.isAccumulator(), spec, "a pointwise step has no accumulator");
      in.push_back(broadcastStrides(spec.in[static_cast<size_t>(operand.value)], dims, spec));
    }
    for (const ExprOutput& output : spec.epilogue.out) {
      const ArraySpec& array = spec.out[static_cast<size_t>(output.value)];
      requireSpec(array.type == DType::f32 && array.dims == dims, spec,
                  "the results of a step have different shapes");
      out.push_back(array.strides);
    }
    return PointwiseLoop(PointwiseProgram(spec.epilogue), dims, in, out);
  }

  PointwiseLoop loop_;
  std::vector<Location> in_, out_;
};

/// An input that the result may overwrite: as large as it, and in the same order.
int inPlaceInput(const Graph& graph, const Region& region) {
  if (region.outputs.size() != 1) return -1;
  const Value& out = graph.value(region.outputs.front());
  for (size_t at = 0; at < region.inputs.size(); ++at) {
    const Value& in = graph.value(region.inputs[at]);
    if (!in.isConstant() && in.type == out.type && in.shape == out.shape) return static_cast<int>(at);
  }
  return -1;
}

uint64_t loopScratch(const Expr& expr) {
  const std::vector<Dims> in(expr.in.size()), out(expr.out.size());
  return PointwiseLoop(PointwiseProgram(expr), {}, in, out).workspace(1);
}

void propose(const Graph& graph, const Region& region, Proposals& proposals) {
  if (!region.anchors.empty()) return;
  const Shape& result = graph.value(region.outputs.front()).shape;
  for (Order order : {Order::channelsLast, Order::plain}) {
    Candidate candidate;
    candidate.tactic = "pointwise";
    candidate.inputOrders.assign(region.inputs.size(), order);
    for (size_t at = 0; at < region.inputs.size(); ++at)
      if (graph.value(region.inputs[at]).shape.rank() != result.rank())
        candidate.inputOrders[at] = Order::plain;
    candidate.outputOrders.assign(region.outputs.size(), order);
    candidate.stridedInputs = candidate.stridedOutputs = true;
    candidate.inPlaceInput = inPlaceInput(graph, region);
    candidate.workspace = loopScratch(region.epilogue);
    candidate.estimateNs = memoryNs(bytesMoved(graph, region));
    proposals.candidates.push_back(std::move(candidate));
    if (ordersCoincide(result.staticDims())) break;
  }
}

std::unique_ptr<CompiledStep> compile(const KernelSpec& spec) {
  return std::make_unique<PointwiseStep>(spec);
}

}  // namespace

const Tactic kPointwise{"pointwise", propose, compile, nullptr};

}  // namespace ridge::cpu
