// ridge.qadd of tensors of one shape, in any order of axes that all three have.
#include "base/thread_pool.h"
#include "cpu/cost.h"
#include "cpu/integer_step.h"
#include "cpu/tactics/tactics.h"
#include "ops/ops.h"
#include "plan/check_spec.h"

namespace ridge::cpu {

namespace {

constexpr size_t kParams = 4 + kResultParams;
constexpr int64_t kGrain = 64;  // parts end where a cache line does

class QAddStep : public CompiledStep {
 public:
  explicit QAddStep(const KernelSpec& spec) : spec_(spec) {
    requireSpec(spec.params.size() == kParams && spec.in.size() == 2 && spec.out.size() == 1, spec,
                "an integer sum has two inputs and seven parameters");
    const ArraySpec& out = spec.out[0];
    for (size_t at = 0; at < 2; ++at) {
      requireData(spec, at);
      requireSpec(spec.in[at].dims == out.dims && spec.in[at].strides == out.strides, spec,
                  "an integer sum has arrays of one form");
    }
    requireSpec(out.type == DType::u8 || out.type == DType::i8, spec, "its result is no bytes");
    run_.count = elementCount(out.dims);
    requireSpec(isOneToOne(out) && extentOf(out) == run_.count, spec, "an integer sum has dense arrays");
    run_.a = byteRun(spec, spec.in[0], spec.params[0]);
    run_.b = byteRun(spec, spec.in[1], spec.params[1]);
    run_.aScale = floatOf(spec.params[2]);
    run_.bScale = floatOf(spec.params[3]);
    run_.result = resultOf(spec, std::span(spec.params).last(kResultParams));
  }

  void run(const Buffers& buffers) const override {
    const IntegerKernels& kernels = integerKernels(activeIsa());
    const auto* a = reinterpret_cast<const uint8_t*>(addressOf(spec_.in[0].at, buffers));
    const auto* b = reinterpret_cast<const uint8_t*>(addressOf(spec_.in[1].at, buffers));
    auto* out = reinterpret_cast<uint8_t*>(writableAddressOf(spec_.out[0].at, buffers));
    const int64_t grains = (run_.count + kGrain - 1) / kGrain;
    ThreadPool::instance().parallel(buffers.threads, [&](int part) {
      const int64_t begin = grains * part / buffers.threads * kGrain;
      const int64_t end = std::min(run_.count, grains * (part + 1) / buffers.threads * kGrain);
      AddRun own = run_;
      own.a.bytes = a + begin;
      own.b.bytes = b + begin;
      own.out = out + begin;
      own.count = end - begin;
      if (own.count > 0) kernels.add(own);
    });
  }

 private:
  KernelSpec spec_;
  AddRun run_ = {};
};

void propose(const Graph& graph, const Region& region, Proposals& proposals) {
  if (region.anchors.empty() || graph.node(region.anchor()).op != &ops::qAdd) return;
  const auto refuse = [&](const char* why) { proposals.refusals.push_back({"qadd", why}); };
  const Node& node = graph.node(region.anchor());
  const Shape& shape = graph.value(node.out[0]).shape;
  if (region.members.size() > 1) return refuse("an integer region has no further epilogue");
  for (const ValueId input : node.in)
    if (!(graph.value(input).shape == shape)) return refuse("its tensors have different shapes");
  const auto& attrs = node.as<ops::QAddAttributes>();
  for (const Order order : {Order::channelsLast, Order::plain}) {
    if (order == Order::channelsLast && shape.rank() < 3) continue;
    Candidate candidate;
    candidate.tactic = "qadd";
    candidate.params = {attrs.aZero, attrs.bZero, paramOf(attrs.aScale), paramOf(attrs.bScale)};
    addResultParams(candidate.params, attrs);
    candidate.inputOrders = {order, order};
    candidate.outputOrders = {order};
    candidate.estimateNs = memoryNs(bytesMoved(graph, region));
    proposals.candidates.push_back(std::move(candidate));
  }
}

std::unique_ptr<CompiledStep> compile(const KernelSpec& spec) {
  return std::make_unique<QAddStep>(spec);
}

}  // namespace

const Tactic kQAdd{"qadd", propose, compile, nullptr};

}  // namespace ridge::cpu
