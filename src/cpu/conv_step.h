// A compiled convolution, whatever its kernel: ConvGemm or DepthwiseConv, which have one interface.
#pragma once

#include <optional>

#include "base/thread_pool.h"
#include "cpu/conv_spec.h"
#include "cpu/epilogue.h"
#include "plan/check_spec.h"

namespace ridge::cpu {

inline constexpr size_t kChannelAxis = 1;

template <class Kernel>
class ConvStep : public CompiledStep {
 public:
  explicit ConvStep(const KernelSpec& spec)
      : spec_(spec),
        shape_(convShapeOf(spec)),
        conv_(checkedShape(), activationStrides(spec.in[0]), activationStrides(spec.out[0])),
        affine_(convEpilogue(spec)) {
    requireData(spec, 0);
    checkBias(spec, shape_.outChannels);
    checkPacked(spec, conv_.packedFloats());
    uint64_t needed = conv_.workspace(1);
    if (affine_) {
      checkAffine();
    } else {
      general_.emplace(spec, hasBias(spec), kChannelAxis);
      needed += general_->scratch();
    }
    requireSpec(spec.workspace >= needed, spec, "its scratch is too small");
  }

  void run(const Buffers& buffers) const override {
    ThreadPool::instance().parallel(buffers.threads, [&](int part) { runPart(buffers, part); });
  }

 private:
  /// The kernel adds one bias, the convolution's own.
  static std::optional<AffineEpilogue> convEpilogue(const KernelSpec& spec) {
    const auto affine = affineEpilogueOf(spec, kChannelAxis);
    return affine && affine->bias < 0 ? affine : std::nullopt;
  }

  const ConvShape& checkedShape() const {
    requireSpec(isChannelsLast(spec_.out[0]), spec_, "a convolution writes channels side by side");
    return shape_;
  }

  void checkAffine() {
    if (affine_->residual < 0) return;
    requireSpec(static_cast<size_t>(affine_->residual) < spec_.in.size(), spec_, "its residual is missing");
    const ArraySpec& residual = spec_.in[static_cast<size_t>(affine_->residual)];
    requireSpec(residual.type == DType::f32 && residual.dims == spec_.out[0].dims &&
                    isChannelsLast(residual) && residual.at.space != Space::none,
                spec_, "its residual is not like its output");
    residualStrides_ = activationStrides(residual);
  }

  void runPart(const Buffers& buffers, int part) const {
    std::byte* scratch = buffers.workspace + static_cast<uint64_t>(part) * buffers.workspacePerThread;
    const BlockEpilogue::Bound bound{general_ ? &*general_ : nullptr, &buffers, biasAddress(spec_, buffers),
                                     scratch + conv_.workspace(1)};
    GemmEpilogue epilogue;
    if (general_) {
      epilogue.hook = &runHook;
      epilogue.hookContext = const_cast<BlockEpilogue::Bound*>(&bound);
    } else {
      epilogue.bias = bound.bias;
      epilogue.lo = affine_->lo;
      epilogue.hi = affine_->hi;
      epilogue.residualStrides = residualStrides_;
      if (affine_->residual >= 0)
        epilogue.residual = floats(spec_.in[static_cast<size_t>(affine_->residual)], buffers);
    }
    // The kernel offsets its scratch by part; ours is per thread already.
    std::byte* partScratch = scratch - conv_.workspace(1) * static_cast<size_t>(part);
    conv_.run(floats(spec_.in[0], buffers), floats(spec_.packed[0], buffers), epilogue,
              reinterpret_cast<float*>(writableAddressOf(spec_.out[0].at, buffers)), partScratch, part,
              buffers.threads);
  }

  static const float* floats(const ArraySpec& array, const Buffers& buffers) {
    return reinterpret_cast<const float*>(addressOf(array.at, buffers));
  }

  static void runHook(void* context, const GemmBlock& block) {
    const auto& bound = *static_cast<const BlockEpilogue::Bound*>(context);
    bound.self->run(bound, block.row, block.rows, block.column, block.columns, block.sums, block.pitch);
  }

  KernelSpec spec_;
  ConvShape shape_;
  Kernel conv_;
  std::optional<AffineEpilogue> affine_;
  std::optional<BlockEpilogue> general_;
  ActivationStrides residualStrides_;
};

/// The kernel for a candidate with dense arrays: workspace and packing do not depend on pitches.
template <class Kernel>
Kernel denseConv(const Graph& graph, const Region& region, const Candidate& candidate) {
  KernelSpec spec;
  spec.params = candidate.params;
  for (size_t at = 0; at < 2; ++at) {
    const Dims dims = graph.value(region.inputs[at]).shape.staticDims();
    spec.in.push_back({DType::f32, dims, denseStrides(dims, candidate.inputOrders[at]), {}});
  }
  const Dims dims = graph.value(region.outputs[0]).shape.staticDims();
  spec.out.push_back({DType::f32, dims, denseStrides(dims, Order::channelsLast), {}});
  return Kernel(convShapeOf(spec), activationStrides(spec.in[0]), activationStrides(spec.out[0]));
}

template <class Kernel>
uint64_t convWorkspace(const Graph& graph, const Region& region, const Candidate& candidate) {
  return denseConv<Kernel>(graph, region, candidate).workspace(1) + epilogueScratch(region.epilogue);
}

/// A shape with these ONNX weights; enough to pack them.
ConvShape shapeOfWeights(const Tensor& weights, int64_t groups);

template <class Kernel>
Tensor packConv(const Packing& packing, std::span<const Tensor> constants) {
  const ConvShape shape = shapeOfWeights(constants.front(), packing.params[0]);
  const Kernel conv(shape, ActivationStrides::channelsLast(shape.inChannels, shape.in),
                    ActivationStrides::channelsLast(shape.outChannels, shape.out),
                    static_cast<Isa>(packing.params[1]));
  Tensor packed = Tensor::allocate(DType::f32, {conv.packedFloats()});
  conv.pack(constants.front().as<float>().data(), packed.mutableAs<float>().data());
  return packed;
}

}  // namespace ridge::cpu
