// Softmax along any axis.
#include "cpu/kernels/softmax/softmax.h"

#include "base/thread_pool.h"
#include "cpu/cost.h"
#include "cpu/tactics/tactics.h"
#include "ops/ops.h"
#include "ops/softmax/softmax.h"
#include "plan/check_spec.h"

namespace ridge::cpu {

namespace {

constexpr size_t kMaxRank = 8;

class SoftmaxStep : public CompiledStep {
 public:
  explicit SoftmaxStep(const KernelSpec& spec)
      : softmax_(make(spec)), in_(spec.in[0].at), out_(spec.out[0].at) {}

  void run(const Buffers& buffers) const override {
    const auto* in = reinterpret_cast<const float*>(addressOf(in_, buffers));
    auto* out = reinterpret_cast<float*>(writableAddressOf(out_, buffers));
    ThreadPool::instance().parallel(buffers.threads,
                                    [&](int part) { softmax_.run(in, out, part, buffers.threads); });
  }

 private:
  static Softmax make(const KernelSpec& spec) {
    requireSpec(spec.params.size() == 1 && spec.in.size() == 1 && spec.out.size() == 1 &&
                    spec.in[0].dims == spec.out[0].dims && spec.in[0].type == DType::f32 &&
                    spec.out[0].type == DType::f32 && spec.in[0].dims.size() <= kMaxRank &&
                    spec.params[0] >= 0 && spec.params[0] < static_cast<int64_t>(spec.in[0].dims.size()),
                spec, "a softmax keeps its shape and has one of its axes");
    requireSpec(elementCount(spec.in[0].dims) > 0, spec, "a softmax of nothing");
    requireData(spec, 0);
    return Softmax(spec.in[0].dims, static_cast<size_t>(spec.params[0]), spec.in[0].strides,
                   spec.out[0].strides);
  }

  Softmax softmax_;
  Location in_, out_;
};

void propose(const Graph& graph, const Region& region, Proposals& proposals) {
  if (region.anchors.empty() || graph.node(region.anchor()).op != &ops::softmax) return;
  const auto refuse = [&](const char* why) { proposals.refusals.push_back({"softmax", why}); };
  if (region.members.size() > 1) return refuse("a softmax has no epilogue");
  const Value& in = graph.value(region.inputs[0]);
  if (in.type != DType::f32) return refuse("float32 only");
  if (in.shape.rank() == 0 || in.shape.rank() > static_cast<int64_t>(kMaxRank))
    return refuse("one to eight axes only");
  const int64_t axis =
      normalizeAxis(graph.node(region.anchor()).as<SoftmaxAttributes>().axis, in.shape.rank());
  for (Order order : {Order::plain, Order::channelsLast}) {
    if (order == Order::channelsLast && ordersCoincide(in.shape.staticDims())) continue;
    Candidate candidate;
    candidate.tactic = "softmax";
    candidate.params = {axis};
    candidate.inputOrders = {order};
    candidate.outputOrders = {order};
    candidate.stridedInputs = candidate.stridedOutputs = true;
    candidate.inPlaceInput = 0;
    candidate.estimateNs = 3 * memoryNs(bytesMoved(graph, region));
    proposals.candidates.push_back(std::move(candidate));
  }
}

std::unique_ptr<CompiledStep> compile(const KernelSpec& spec) {
  return std::make_unique<SoftmaxStep>(spec);
}

}  // namespace

const Tactic kSoftmax{"softmax", propose, compile, nullptr};

}  // namespace ridge::cpu
