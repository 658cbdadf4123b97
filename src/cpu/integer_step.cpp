#include "cpu/integer_step.h"

#include <algorithm>
#include <bit>

#include "base/thread_pool.h"
#include "cpu/conv_step.h"
#include "cpu/cost.h"
#include "ir/matcher.h"

namespace ridge::cpu {

namespace {

bool isByte(DType type) {
  return type == DType::u8 || type == DType::i8;
}

bool isAbsent(const KernelSpec& spec, size_t input) {
  return input >= spec.in.size() || spec.in[input].at.space == Space::none;
}

class IntegerSumsStep : public CompiledStep {
 public:
  IntegerSumsStep(const KernelSpec& spec, const IntegerSums& sums)
      : spec_(spec), conv_(sums.shape, sums.in, sums.out), residualStrides_(sums.residual) {
    const std::span<const int64_t> params = std::span(spec.params).last(kSumParams);
    requireSpec(spec.in.size() <= ops::kQInputs, spec, "it has more inputs than its op");
    in_ = byteRun(spec, spec.in[0], params[0]);
    requireData(spec, 0);
    requireSpec(isByte(spec.out[0].type), spec, "its result is no bytes");
    for (const size_t input : {ops::kQMultiplier, ops::kQBias, ops::kQOffset})
      checkNumbers(input, sums.shape.outChannels);
    requireSpec(!isAbsent(spec, ops::kQMultiplier), spec, "it has no multipliers");
    requireSpec(spec.packed.size() == 1 && spec.packed[0].type == DType::i16 &&
                    isDensePlain(spec.packed[0]) &&
                    elementCount(spec.packed[0].dims) == conv_.packedElements(),
                spec, "its packed weights have another size");
    requireSpec(spec.workspace >= conv_.workspace(), spec, "its scratch is too small");
    readEpilogue(params);
  }

  void run(const Buffers& buffers) const override {
    ByteRun in = in_;
    in.bytes = bytes(0, buffers);
    IntegerEpilogue epilogue{epilogue_, residualStrides_};
    epilogue.finish.multiplier = numbers<float>(ops::kQMultiplier, buffers);
    epilogue.finish.bias = numbers<int32_t>(ops::kQBias, buffers);
    epilogue.finish.offset = numbers<float>(ops::kQOffset, buffers);
    if (!isAbsent(spec_, ops::kQResidual)) epilogue.finish.residual.bytes = bytes(ops::kQResidual, buffers);
    const auto* packed = reinterpret_cast<const int16_t*>(addressOf(spec_.packed[0].at, buffers));
    auto* out = reinterpret_cast<uint8_t*>(writableAddressOf(spec_.out[0].at, buffers));
    ThreadPool::instance().parallel(buffers.threads, [&](int part) {
      std::byte* scratch = buffers.workspace + static_cast<uint64_t>(part) * buffers.workspacePerThread;
      conv_.run(in, packed, epilogue, out, scratch, part, buffers.threads);
    });
  }

 private:
  void checkNumbers(size_t input, int64_t outputs) const {
    if (isAbsent(spec_, input)) return;
    const ArraySpec& array = spec_.in[input];
    requireSpec(array.type == (input == ops::kQBias ? DType::i32 : DType::f32) && array.dims.size() == 1 &&
                    array.dims[0] == outputs && isDensePlain(array),
                spec_, "a parameter of its sums has not one number for each output");
  }

  void readEpilogue(std::span<const int64_t> params) {
    if (!isAbsent(spec_, ops::kQResidual)) {
      const ArraySpec& residual = spec_.in[ops::kQResidual];
      epilogue_.residual = byteRun(spec_, residual, params[1]);
      requireSpec(residual.dims == spec_.out[0].dims, spec_, "its residual is not like its output");
    }
    epilogue_.residualScale = floatOf(params[2]);
    epilogue_.activated = params[3] != 0;
    epilogue_.activationLow = floatOf(params[4]);
    epilogue_.activationHigh = floatOf(params[5]);
    epilogue_.inverse = floatOf(params[6]);
    epilogue_.result = resultOf(spec_, params.subspan(7));
  }

  const uint8_t* bytes(size_t input, const Buffers& buffers) const {
    return reinterpret_cast<const uint8_t*>(addressOf(spec_.in[input].at, buffers));
  }
  template <class T>
  const T* numbers(size_t input, const Buffers& buffers) const {
    return isAbsent(spec_, input) ? nullptr
                                  : reinterpret_cast<const T*>(addressOf(spec_.in[input].at, buffers));
  }

  KernelSpec spec_;
  IntegerConv conv_;
  ActivationStrides residualStrides_;
  ByteRun in_;
  FinishRun epilogue_ = {};
};

}  // namespace

int64_t paramOf(float number) {
  return std::bit_cast<int32_t>(number);
}

float floatOf(int64_t param) {
  return std::bit_cast<float>(static_cast<int32_t>(param));
}

void addResultParams(std::vector<int64_t>& params, const ops::QuantizedResult& result) {
  params.insert(params.end(), {result.zero, result.low, result.high});
}

ByteResult resultOf(const KernelSpec& spec, std::span<const int64_t> params) {
  const int64_t least = spec.out[0].type == DType::i8 ? -128 : 0;
  for (size_t at = 0; at < kResultParams; ++at)
    requireSpec(params[at] >= least && params[at] <= least + 255, spec,
                "a bound of its result is no number of its type");
  return {static_cast<int32_t>(params[0]), static_cast<int32_t>(params[1]), static_cast<int32_t>(params[2])};
}

void addSumParams(std::vector<int64_t>& params, const ops::QuantizedSum& sum) {
  params.insert(params.end(),
                {sum.xZero, sum.residualZero, paramOf(sum.residualScale), sum.activated ? 1 : 0,
                 paramOf(sum.activationLow), paramOf(sum.activationHigh), paramOf(sum.inverse)});
  addResultParams(params, sum);
}

ByteRun byteRun(const KernelSpec& spec, const ArraySpec& array, int64_t zero) {
  requireSpec(isByte(array.type), spec, "its data are no bytes");
  const int64_t least = array.type == DType::i8 ? -128 : 0;
  requireSpec(zero >= least && zero <= least + 255, spec, "a zero point is no number of its elements' type");
  return {nullptr, array.type == DType::i8, static_cast<int32_t>(zero)};
}

std::unique_ptr<CompiledStep> makeIntegerSums(const KernelSpec& spec, const IntegerSums& sums) {
  return std::make_unique<IntegerSumsStep>(spec, sums);
}

std::string whyNoIntegerSums(const Graph& graph, const Region& region) {
  const Node& node = graph.node(region.anchor());
  if (region.members.size() > 1) return "an integer region has no further epilogue";
  for (const ValueId input : node.in)
    if (input != kNoValue && !graph.value(input).shape.isStatic()) return "with known shapes only";
  for (size_t at = ops::kQWeight; at < ops::kQResidual; ++at)
    if (const ValueId input = inputOf(node, at); input != kNoValue && !graph.constant(input))
      return "its weights or their scales are not constant";
  return {};
}

Candidate integerSumsCandidate(const Graph& graph, const Region& region, std::string tactic, int64_t groups) {
  const Node& node = graph.node(region.anchor());
  Candidate candidate;
  candidate.tactic = std::move(tactic);
  Packing packing{{node.in[ops::kQWeight]}, candidate.tactic, {groups}};
  candidate.unread = {node.in[ops::kQWeight]};
  if (const ValueId zero = inputOf(node, ops::kQWeightZero); zero != kNoValue) {
    packing.constants.push_back(zero);
    candidate.unread.push_back(zero);
  }
  candidate.packings = {std::move(packing)};
  candidate.inputOrders.assign(region.inputs.size(), Order::plain);
  candidate.outputOrders.assign(region.outputs.size(), Order::plain);
  candidate.estimateNs =
      arithmeticNs(node.op->cost(node, graph).macs, 0.4) + memoryNs(bytesMoved(graph, region));
  return candidate;
}

Tensor packIntegerSums(const Packing& packing, std::span<const Tensor> constants) {
  const Tensor& weights = constants.front();
  ConvShape shape;
  if (weights.rank() == 2) {
    shape.outChannels = weights.dims()[0];
    shape.inChannels = weights.dims()[1];
  } else {
    shape = shapeOfWeights(weights, packing.params[0]);
  }
  const IntegerConv conv(shape, {}, {});
  Tensor packed = Tensor::allocate(DType::i16, {conv.packedElements()});
  conv.pack(weights.as<uint8_t>().data(), constants.size() > 1 ? constants[1].as<uint8_t>().data() : nullptr,
            weights.type() == DType::i8, packed.mutableAs<int16_t>().data());
  return packed;
}

}  // namespace ridge::cpu
