// Matrix product with a constant right side, packed at build: fully connected layers, projections.
#include <optional>

#include "base/cpu.h"
#include "base/thread_pool.h"
#include "cpu/conv_spec.h"
#include "cpu/cost.h"
#include "cpu/epilogue.h"
#include "cpu/kernels/gemm/conv_gemm.h"
#include "cpu/tactics/tactics.h"
#include "ops/ops.h"
#include "plan/check_spec.h"

namespace ridge::cpu {

namespace {

/// All leading axes of the left side are rows: the product is a 1x1 convolution over one line of pixels.
ConvGemm productOf(int64_t rows, int64_t depth, int64_t columns, Isa isa) {
  ConvShape shape;
  shape.inChannels = depth;
  shape.outChannels = columns;
  shape.in[2] = shape.out[2] = rows;
  return ConvGemm(shape, ActivationStrides::channelsLast(depth, shape.in),
                  ActivationStrides::channelsLast(columns, shape.out), isa);
}

int64_t rowsOf(const Dims& dims) {
  return elementCount(std::span(dims).first(dims.size() - 1));
}

class MatMulStep : public CompiledStep {
 public:
  explicit MatMulStep(const KernelSpec& spec)
      : spec_(spec),
        channelAxis_(checkedAxis(spec)),
        product_(
            productOf(rowsOf(spec.in[0].dims), spec.in[0].dims.back(), spec.out[0].dims.back(), activeIsa())),
        affine_(affineEpilogueOf(spec, channelAxis_)) {
    requireData(spec, 0);
    checkPacked(spec, product_.packedFloats());
    if (affine_ && !operandsFit()) affine_.reset();
    uint64_t needed = product_.workspace(1);
    if (!affine_) {
      general_.emplace(spec, false, channelAxis_);
      needed += general_->scratch();
    }
    requireSpec(spec.workspace >= needed, spec, "its scratch is too small");
  }

  void run(const Buffers& buffers) const override {
    ThreadPool::instance().parallel(buffers.threads, [&](int part) { runPart(buffers, part); });
  }

 private:
  static size_t checkedAxis(const KernelSpec& spec) {
    requireSpec(spec.in.size() >= 2 && !spec.out.empty() && !spec.in[0].dims.empty() &&
                    spec.in[1].dims.size() == 2 && spec.in[0].dims.size() == spec.out[0].dims.size(),
                spec, "a product has a left side and a matrix");
    const ArraySpec &left = spec.in[0], &right = spec.in[1], &out = spec.out[0];
    requireSpec(left.type == DType::f32 && out.type == DType::f32 && left.dims.back() == right.dims[0] &&
                    out.dims.back() == right.dims[1] && rowsOf(left.dims) == rowsOf(out.dims),
                spec, "the sides of a product do not fit each other");
    requireSpec(elementCount(left.dims) > 0 && elementCount(right.dims) > 0, spec, "an empty product");
    requireSpec(isDensePlain(left) && isDensePlain(out), spec, "a product reads and writes dense arrays");
    return out.dims.size() - 1;
  }

  bool operandsFit() const {
    for (int operand : {affine_->bias, affine_->residual}) {
      if (operand < 0) continue;
      const ArraySpec& array = spec_.in[static_cast<size_t>(operand)];
      if (array.type != DType::f32 || array.at.space == Space::none || !isDensePlain(array)) return false;
    }
    return affine_->bias < 0 ||
           elementCount(spec_.in[static_cast<size_t>(affine_->bias)].dims) == spec_.out[0].dims.back();
  }

  const float* floats(int operand, const Buffers& buffers) const {
    if (operand < 0) return nullptr;
    return reinterpret_cast<const float*>(addressOf(spec_.in[static_cast<size_t>(operand)].at, buffers));
  }

  void runPart(const Buffers& buffers, int part) const {
    std::byte* scratch = buffers.workspace + static_cast<uint64_t>(part) * buffers.workspacePerThread;
    const BlockEpilogue::Bound bound{general_ ? &*general_ : nullptr, &buffers, nullptr,
                                     scratch + product_.workspace(1)};
    GemmEpilogue epilogue;
    if (general_) {
      epilogue.hook = &runHook;
      epilogue.hookContext = const_cast<BlockEpilogue::Bound*>(&bound);
    } else {
      epilogue.bias = floats(affine_->bias, buffers);
      epilogue.residual = floats(affine_->residual, buffers);
      const int64_t columns = spec_.out[0].dims.back();
      epilogue.residualStrides = ActivationStrides::channelsLast(columns, {1, 1, rowsOf(spec_.out[0].dims)});
      epilogue.lo = affine_->lo;
      epilogue.hi = affine_->hi;
    }
    // The kernel offsets its scratch by part; ours is per thread already.
    std::byte* partScratch = scratch - product_.workspace(1) * static_cast<size_t>(part);
    product_.run(floats(0, buffers), reinterpret_cast<const float*>(addressOf(spec_.packed[0].at, buffers)),
                 epilogue, reinterpret_cast<float*>(writableAddressOf(spec_.out[0].at, buffers)), partScratch,
                 part, buffers.threads);
  }

  static void runHook(void* context, const GemmBlock& block) {
    const auto& bound = *static_cast<const BlockEpilogue::Bound*>(context);
    bound.self->run(bound, block.row, block.rows, block.column, block.columns, block.sums, block.pitch);
  }

  KernelSpec spec_;
  size_t channelAxis_;
  ConvGemm product_;
  std::optional<AffineEpilogue> affine_;
  std::optional<BlockEpilogue> general_;
};

void propose(const Graph& graph, const Region& region, Proposals& proposals) {
  if (region.anchors.empty() || graph.node(region.anchor()).op != &ops::matMul) return;
  const Node& node = graph.node(region.anchor());
  const auto refuse = [&](const char* why) { proposals.refusals.push_back({"matmul", why}); };
  const Value &left = graph.value(node.in[0]), &right = graph.value(node.in[1]);
  if (left.type != DType::f32) return refuse("float32 only");
  if (!right.isConstant() || right.shape.rank() != 2)
    return refuse("its right side is not a constant matrix");
  if (left.shape.rank() < 1) return refuse("its left side is a scalar");
  const Dims dims = left.shape.staticDims();
  const int64_t depth = right.constant.dims()[0], columns = right.constant.dims()[1];
  Candidate candidate;
  candidate.tactic = "matmul";
  candidate.inputOrders.assign(region.inputs.size(), Order::plain);
  candidate.outputOrders.assign(region.outputs.size(), Order::plain);
  candidate.packings = {{{node.in[1]}, "matmul", {static_cast<int64_t>(activeIsa())}}};
  candidate.unread = {node.in[1]};
  candidate.workspace =
      productOf(rowsOf(dims), depth, columns, activeIsa()).workspace(1) + epilogueScratch(region.epilogue);
  const int64_t macs = node.op->cost(node, graph).macs;
  candidate.estimateNs = arithmeticNs(macs, 0.7) + memoryNs(bytesMoved(graph, region));
  proposals.candidates.push_back(std::move(candidate));
}

std::unique_ptr<CompiledStep> compile(const KernelSpec& spec) {
  return std::make_unique<MatMulStep>(spec);
}

Tensor pack(const Packing& packing, std::span<const Tensor> constants) {
  const Tensor& matrix = constants.front();
  const int64_t depth = matrix.dims()[0], columns = matrix.dims()[1];
  const ConvGemm product = productOf(1, depth, columns, static_cast<Isa>(packing.params[0]));
  Tensor packed = Tensor::allocate(DType::f32, {product.packedFloats()});
  product.pack({.data = matrix.as<float>().data(), .channelStride = columns, .columnStride = 1}, 0,
               packed.mutableAs<float>().data());
  return packed;
}

}  // namespace

const Tactic kMatMul{"matmul", propose, compile, pack};

}  // namespace ridge::cpu
