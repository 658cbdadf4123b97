// QuantizeLinear and DequantizeLinear of bytes with one constant scale, where no integer region takes them.
#include "ops/quantize/quantize.h"
#include "base/thread_pool.h"
#include "cpu/cost.h"
#include "cpu/integer_step.h"
#include "cpu/tactics/tactics.h"
#include "ir/matcher.h"
#include "ops/ops.h"
#include "plan/check_spec.h"

namespace ridge::cpu {

namespace {

constexpr int64_t kGrain = 64;  // parts end where a cache line does

bool isByte(DType type) {
  return type == DType::u8 || type == DType::i8;
}

// Params: scale, zero point. Scale and zero point are inputs of the region that nobody reads.
class QuantizeStep : public CompiledStep {
 public:
  explicit QuantizeStep(const KernelSpec& spec) : spec_(spec) {
    requireSpec(spec.params.size() == 2 && !spec.in.empty() && spec.out.size() == 1, spec,
                "a quantization has one result and two parameters");
    requireData(spec, 0);
    const ArraySpec &in = spec.in[0], &out = spec.out[0];
    quantizes_ = in.type == DType::f32;
    const ArraySpec& bytes = quantizes_ ? out : in;
    requireSpec((quantizes_ ? in : out).type == DType::f32 && isByte(bytes.type), spec,
                "a quantization is between float32 and bytes");
    count_ = elementCount(out.dims);
    requireSpec(
        in.dims == out.dims && in.strides == out.strides && isOneToOne(out) && extentOf(out) == count_, spec,
        "a quantization has dense arrays of one form");
    bytes_ = byteRun(spec, bytes, spec.params[1]);
    scale_ = floatOf(spec.params[0]);
  }

  void run(const Buffers& buffers) const override {
    const std::byte* in = addressOf(spec_.in[0].at, buffers);
    std::byte* out = writableAddressOf(spec_.out[0].at, buffers);
    const int64_t grains = (count_ + kGrain - 1) / kGrain;
    ThreadPool::instance().parallel(buffers.threads, [&](int part) {
      const int64_t begin = grains * part / buffers.threads * kGrain;
      const int64_t end = std::min(count_, grains * (part + 1) / buffers.threads * kGrain);
      if (begin < end) runPart(in, out, begin, end - begin);
    });
  }

 private:
  void runPart(const std::byte* in, std::byte* out, int64_t begin, int64_t count) const {
    const IntegerKernels& kernels = integerKernels(activeIsa());
    if (quantizes_) {
      const int32_t least = bytes_.isSigned ? -128 : 0;
      kernels.quantize({reinterpret_cast<const float*>(in) + begin,
                        scale_,
                        {bytes_.zero, least, least + 255},
                        count,
                        reinterpret_cast<uint8_t*>(out) + begin});
    } else {
      ByteRun own = bytes_;
      own.bytes = reinterpret_cast<const uint8_t*>(in) + begin;
      kernels.dequantize({own, scale_, count, reinterpret_cast<float*>(out) + begin});
    }
  }

  KernelSpec spec_;
  bool quantizes_ = false;
  int64_t count_ = 0;
  ByteRun bytes_;
  float scale_ = 1;
};

std::string whyNot(const Graph& graph, const Node& node) {
  const bool quantizes = node.op == &ops::quantizeLinear;
  const Value &in = graph.value(node.in[0]), &out = graph.value(node.out[0]);
  if ((quantizes ? in : out).type != DType::f32 || !isByte((quantizes ? out : in).type))
    return "between float32 and 8 bits only";
  const Tensor* scale = graph.constant(node.in[1]);
  const ValueId zero = inputOf(node, 2);
  if (!scale || scale->type() != DType::f32 || scale->count() != 1)
    return "with one constant float32 scale only";
  if (zero != kNoValue && !graph.constant(zero)) return "its zero point is not constant";
  if (!in.shape.isStatic()) return "with known shapes only";
  if (quantizes && node.as<ops::QuantizeAttributes>().precision > 1) return "divides in float32 only";
  return {};
}

void propose(const Graph& graph, const Region& region, Proposals& proposals) {
  if (region.anchors.empty()) return;
  const Node& node = graph.node(region.anchor());
  if (node.op != &ops::quantizeLinear && node.op != &ops::dequantizeLinear) return;
  std::string why = whyNot(graph, node);
  if (region.members.size() > 1) why = "it has no epilogue";
  if (!why.empty()) return proposals.refusals.push_back({"quantize", why});
  const ValueId zero = inputOf(node, 2);
  for (const Order order : {Order::plain, Order::channelsLast}) {
    if (order == Order::channelsLast && graph.value(node.out[0]).shape.rank() < 3) continue;
    Candidate candidate;
    candidate.tactic = "quantize";
    candidate.params = {paramOf(graph.constant(node.in[1])->as<float>()[0]),
                        zero == kNoValue ? 0 : toInts(*graph.constant(zero)).front()};
    candidate.inputOrders.assign(region.inputs.size(), Order::plain);
    candidate.inputOrders[0] = order;
    candidate.outputOrders = {order};
    candidate.unread = {node.in[1]};
    if (zero != kNoValue) candidate.unread.push_back(zero);
    candidate.estimateNs = memoryNs(bytesMoved(graph, region));
    proposals.candidates.push_back(std::move(candidate));
  }
}

std::unique_ptr<CompiledStep> compile(const KernelSpec& spec) {
  return std::make_unique<QuantizeStep>(spec);
}

}  // namespace

const Tactic kQuantize{"quantize", propose, compile, nullptr};

}  // namespace ridge::cpu
