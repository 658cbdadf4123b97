#include "cpu/reduce_step.h"

#include <algorithm>
#include <array>

#include "base/thread_pool.h"
#include "cpu/cost.h"
#include "plan/check_spec.h"

namespace ridge::cpu {

namespace {

constexpr size_t kMaxRank = 8;

/// Strides of the output by input axis, 0 for reduced ones.
Dims outStridesOf(const KernelSpec& spec) {
  const ArraySpec &in = spec.in[0], &out = spec.out[0];
  const size_t rank = in.dims.size();
  Dims strides(rank, 0);
  size_t kept = 0;
  const bool keepsDims = out.dims.size() == rank;
  for (size_t axis = 0; axis < rank; ++axis) {
    const bool reduced = spec.params[axis + 1] != 0;
    if (keepsDims) {
      requireSpec(out.dims[axis] == (reduced ? 1 : in.dims[axis]), spec, "its result has another shape");
      if (!reduced) strides[axis] = out.strides[axis];
    } else if (!reduced) {
      requireSpec(kept < out.dims.size() && out.dims[kept] == in.dims[axis], spec,
                  "its result has another shape");
      strides[axis] = out.strides[kept++];
    }
  }
  requireSpec(keepsDims || kept == out.dims.size(), spec, "its result has another rank");
  return strides;
}

class ReduceStep : public CompiledStep {
 public:
  explicit ReduceStep(const KernelSpec& spec)
      : reduce_(make(spec)), in_(spec.in[0].at), out_(spec.out[0].at) {
    requireSpec(spec.workspace >= reduce_.workspace(1), spec, "its scratch is too small");
  }

  void run(const Buffers& buffers) const override {
    const auto* in = reinterpret_cast<const float*>(addressOf(in_, buffers));
    auto* out = reinterpret_cast<float*>(writableAddressOf(out_, buffers));
    ThreadPool::instance().parallel(buffers.threads, [&](int part) {
      std::byte* scratch = buffers.workspace + static_cast<uint64_t>(part) * buffers.workspacePerThread -
                           reduce_.workspace(1) * static_cast<size_t>(part);
      reduce_.run(in, out, scratch, part, buffers.threads);
    });
  }

 private:
  static Reduce make(const KernelSpec& spec) {
    requireSpec(spec.in.size() >= 1 && spec.out.size() == 1 && spec.in[0].type == DType::f32 &&
                    spec.out[0].type == DType::f32 && spec.in[0].dims.size() <= kMaxRank &&
                    spec.params.size() == spec.in[0].dims.size() + 1 && spec.params[0] >= 0 &&
                    spec.params[0] <= 3,
                spec, "a reduction has one float32 input of up to eight axes");
    requireSpec(elementCount(spec.in[0].dims) > 0, spec, "a reduction of nothing");
    requireData(spec, 0);
    std::array<bool, kMaxRank> reduced{};
    for (size_t axis = 0; axis < spec.in[0].dims.size(); ++axis) reduced[axis] = spec.params[axis + 1] != 0;
    return Reduce(static_cast<ReduceKind>(spec.params[0]), spec.in[0].dims,
                  {reduced.data(), spec.in[0].dims.size()}, spec.in[0].strides, outStridesOf(spec));
  }

  Reduce reduce_;
  Location in_, out_;
};

}  // namespace

std::unique_ptr<CompiledStep> compileReduce(const KernelSpec& spec) {
  return std::make_unique<ReduceStep>(spec);
}

void proposeReduce(const Graph& graph, const Region& region, std::string_view tactic, ReduceKind kind,
                   const std::vector<bool>& reduced, Proposals& proposals) {
  const auto refuse = [&](const char* why) { proposals.refusals.push_back({std::string(tactic), why}); };
  if (region.members.size() > 1) return refuse("a reduction has no epilogue");
  const Value &in = graph.value(region.inputs[0]), &out = graph.value(region.outputs[0]);
  if (in.type != DType::f32) return refuse("float32 only");
  if (reduced.size() > kMaxRank) return refuse("more than eight axes");
  const Dims inDims = in.shape.staticDims(), outDims = out.shape.staticDims();
  for (Order order : {Order::channelsLast, Order::plain}) {
    if (order == Order::channelsLast &&
        (ordersCoincide(inDims) || !(ordersCoincide(outDims) || inDims.size() == outDims.size())))
      continue;
    Candidate candidate;
    candidate.tactic = tactic;
    candidate.params = {static_cast<int64_t>(kind)};
    for (bool axis : reduced) candidate.params.push_back(axis);
    candidate.inputOrders.assign(region.inputs.size(), Order::plain);
    candidate.inputOrders[0] = order;
    candidate.outputOrders = {order};
    candidate.stridedInputs = candidate.stridedOutputs = true;
    // Axes are read at build time only.
    for (size_t at = 1; at < region.inputs.size(); ++at) candidate.unread.push_back(region.inputs[at]);
    // The strides are not known yet: a lone element a row leaves no dense axis.
    candidate.workspace = Reduce::mostWorkspace();
    candidate.estimateNs = memoryNs(bytesMoved(graph, region));
    proposals.candidates.push_back(std::move(candidate));
  }
}

}  // namespace ridge::cpu
