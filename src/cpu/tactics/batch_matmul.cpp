// Matrix products whose right side is computed at run time: attention, products over any batch.
#include <optional>

#include "base/thread_pool.h"
#include "cpu/cost.h"
#include "cpu/epilogue.h"
#include "cpu/kernels/gemm/matmul.h"
#include "cpu/tactics/tactics.h"
#include "ops/ops.h"
#include "plan/check_spec.h"

namespace ridge::cpu {

namespace {

constexpr size_t kMaxRank = 8;

struct Side {
  Dims dims, strides;
};

/// Strides of a side by batch axis of the result, 0 where it is broadcast; then row and column.
Dims alignedStrides(const Side& side, size_t rank) {
  Dims strides(rank, 0);
  const size_t shift = rank - side.dims.size();
  for (size_t axis = 0; axis < side.dims.size(); ++axis)
    if (side.dims[axis] != 1 || axis + 2 >= side.dims.size()) strides[axis + shift] = side.strides[axis];
  return strides;
}

/// The product as a walk over matrices and what is done with each: trailing batch axes along which the right
/// side stays the same belong to one larger product.
struct Split {
  Dims extents, a, b, out, residual;  ///< of the walk
  MatMulShape shape;
};

Split splitOf(const Side& left, const Side& right, const Side& out, const Dims& residual) {
  const size_t rank = out.dims.size(), batch = rank - 2;
  const Dims a = alignedStrides(left, rank), b = alignedStrides(right, rank);
  size_t walked = batch;
  while (walked > 0 && b[walked - 1] == 0) --walked;
  const auto head = [&](const Dims& all) {
    return all.empty() ? Dims(walked, 0) : Dims(all.begin(), all.begin() + static_cast<int64_t>(walked));
  };
  const auto tail = [&](const Dims& all) {
    return all.empty() ? Dims() : Dims(all.begin() + static_cast<int64_t>(walked), all.end());
  };
  Split split{head(out.dims), head(a), head(b), head(out.strides), head(residual), {}};
  const Dims inner = tail(out.dims);
  split.shape = {.batch = Dims(inner.begin(), inner.end() - 2),
                 .rows = out.dims[rank - 2],
                 .columns = out.dims[rank - 1],
                 .depth = left.dims.back(),
                 .a = tail(a),
                 .b = tail(b),
                 .out = tail(out.strides),
                 .residual = tail(residual)};
  return split;
}

Side sideOf(const ArraySpec& array) {
  return {array.dims, array.strides};
}

bool broadcasts(const Dims& from, const Dims& to) {
  if (from.size() < 2 || from.size() > to.size()) return false;
  for (size_t axis = 0; axis + 2 < from.size(); ++axis) {
    const int64_t wanted = to[axis + to.size() - from.size()];
    if (from[axis] != wanted && from[axis] != 1) return false;
  }
  return true;
}

size_t alignedBytes(int64_t floats) {
  return (static_cast<size_t>(floats) * sizeof(float) + 63) / 64 * 64;
}

class BatchMatMulStep : public CompiledStep {
 public:
  explicit BatchMatMulStep(const KernelSpec& spec)
      : spec_(spec),
        affine_(affineOf(checked(spec))),
        split_(splitOf(sideOf(spec.in[0]), sideOf(spec.in[1]), sideOf(spec.out[0]), residualStrides())),
        product_(split_.shape),
        packedBytes_(alignedBytes(product_.packedFloats())) {
    for (int64_t extent : split_.extents) matrices_ *= extent;
    for (int64_t extent : split_.shape.batch) rows_ *= extent;
    rows_ *= split_.shape.rows;
    uint64_t needed = packedBytes_ + product_.workspace(1);
    if (!affine_) {
      general_.emplace(spec, false, spec.out[0].dims.size() - 1);
      needed += general_->scratch();
    }
    requireSpec(spec.workspace >= needed, spec, "its scratch is too small");
  }

  void run(const Buffers& buffers) const override {
    ThreadPool::instance().parallel(buffers.threads, [&](int part) { runPart(buffers, part); });
  }

 private:
  static const KernelSpec& checked(const KernelSpec& spec) {
    requireSpec(spec.in.size() >= 2 && !spec.out.empty(), spec, "a product has two sides");
    const ArraySpec &left = spec.in[0], &right = spec.in[1], &out = spec.out[0];
    requireSpec(out.dims.size() >= 2 && out.dims.size() <= kMaxRank && broadcasts(left.dims, out.dims) &&
                    broadcasts(right.dims, out.dims),
                spec, "a product has matrices on both sides");
    const size_t rows = out.dims.size() - 2;
    requireSpec(left.type == DType::f32 && right.type == DType::f32 && out.type == DType::f32 &&
                    left.dims.back() == right.dims[right.dims.size() - 2] &&
                    out.dims[rows] == left.dims[left.dims.size() - 2] &&
                    out.dims[rows + 1] == right.dims.back(),
                spec, "the sides of a product do not fit each other");
    requireSpec(elementCount(left.dims) > 0 && elementCount(right.dims) > 0, spec, "an empty product");
    requireSpec(out.strides.back() == 1 && isOneToOne(out), spec, "a product writes dense rows");
    requireData(spec, 0);
    requireData(spec, 1);
    return spec;
  }

  static std::optional<AffineEpilogue> affineOf(const KernelSpec& spec) {
    auto affine = affineEpilogueOf(spec, spec.out[0].dims.size() - 1);
    if (!affine) return affine;
    for (int operand : {affine->bias, affine->residual}) {
      if (operand < 0) continue;
      const ArraySpec& array = spec.in[static_cast<size_t>(operand)];
      const bool dense = !array.dims.empty() && (array.strides.back() == 1 || array.dims.back() == 1);
      if (array.type != DType::f32 || array.at.space == Space::none || !dense) return std::nullopt;
    }
    if (affine->bias >= 0 &&
        elementCount(spec.in[static_cast<size_t>(affine->bias)].dims) != spec.out[0].dims.back())
      return std::nullopt;
    return affine;
  }

  Dims residualStrides() const {
    return affine_ && affine_->residual >= 0 ? spec_.in[static_cast<size_t>(affine_->residual)].strides
                                             : Dims();
  }

  const float* floats(int operand, const Buffers& buffers) const {
    if (operand < 0) return nullptr;
    return reinterpret_cast<const float*>(addressOf(spec_.in[static_cast<size_t>(operand)].at, buffers));
  }

  int64_t offset(const Dims& strides, int64_t matrix) const {
    int64_t at = 0;
    for (size_t axis = split_.extents.size(); axis-- > 0; matrix /= split_.extents[axis])
      at += matrix % split_.extents[axis] * strides[axis];
    return at;
  }

  // Whole matrices for each part where there are enough of them; else every part packs every matrix for
  // itself and computes its share of the rows.
  void runPart(const Buffers& buffers, int part) const {
    std::byte* scratch = buffers.workspace + static_cast<uint64_t>(part) * buffers.workspacePerThread;
    const BlockEpilogue::Bound bound{general_ ? &*general_ : nullptr, &buffers, nullptr,
                                     scratch + packedBytes_ + product_.workspace(1)};
    GemmEpilogue epilogue;
    if (general_) {
      epilogue.hook = &runHook;
      epilogue.hookContext = const_cast<BlockEpilogue::Bound*>(&bound);
    } else {
      epilogue.bias = floats(affine_->bias, buffers);
      epilogue.lo = affine_->lo;
      epilogue.hi = affine_->hi;
    }
    const int parts = buffers.threads;
    const bool share = matrices_ < 4 * parts && matrices_ % parts != 0;
    const int64_t first = share ? 0 : matrices_ * part / parts;
    const int64_t end = share ? matrices_ : matrices_ * (part + 1) / parts;
    for (int64_t at = first; at < end; ++at)
      multiply(buffers, epilogue, at, scratch, share ? part : 0, share ? parts : 1);
  }

  void multiply(const Buffers& buffers, GemmEpilogue epilogue, int64_t at, std::byte* scratch, int part,
                int parts) const {
    auto* packed = reinterpret_cast<float*>(scratch);
    product_.pack(floats(1, buffers) + offset(split_.b, at), packed, 0, 1);
    epilogue.hookFirstRow = at * rows_;
    if (affine_ && affine_->residual >= 0)
      epilogue.residual = floats(affine_->residual, buffers) + offset(split_.residual, at);
    auto* out = reinterpret_cast<float*>(writableAddressOf(spec_.out[0].at, buffers));
    // The kernel offsets its scratch by part; ours is per thread already.
    std::byte* own = scratch + packedBytes_ - product_.workspace(1) * static_cast<size_t>(part);
    product_.run(floats(0, buffers) + offset(split_.a, at), packed, epilogue, out + offset(split_.out, at),
                 own, part, parts);
  }

  static void runHook(void* context, const GemmBlock& block) {
    const auto& bound = *static_cast<const BlockEpilogue::Bound*>(context);
    bound.self->run(bound, block.row, block.rows, block.column, block.columns, block.sums, block.pitch);
  }

  KernelSpec spec_;
  std::optional<AffineEpilogue> affine_;
  Split split_;
  MatMul product_;
  size_t packedBytes_;
  int64_t matrices_ = 1, rows_ = 1;
  std::optional<BlockEpilogue> general_;
};

/// Each matrix of the walk is a product of its own, whatever the strides.
bool walksMatrices(const Dims& right, const Dims& out) {
  const Side result{out, rowMajorStrides(out)};
  return elementCount(splitOf(result, {right, rowMajorStrides(right)}, result, {}).shape.batch) == 1;
}

/// The most scratch that the strides of the inputs can ask for.
uint64_t scratchOf(const Dims& left, const Dims& right, const Dims& out) {
  const Side result{out, rowMajorStrides(out)}, second{right, rowMajorStrides(right)};
  Side first{left, rowMajorStrides(left)};
  uint64_t most = 0;
  for (const bool columnsDense : {true, false}) {
    if (!columnsDense) first.strides.back() = 2;
    const MatMul product(splitOf(first, second, result, {}).shape);
    most = std::max<uint64_t>(most, alignedBytes(product.packedFloats()) + product.workspace(1));
  }
  return most;
}

void propose(const Graph& graph, const Region& region, Proposals& proposals) {
  if (region.anchors.empty() || graph.node(region.anchor()).op != &ops::matMul) return;
  const Node& node = graph.node(region.anchor());
  const auto refuse = [&](const char* why) { proposals.refusals.push_back({"batch_matmul", why}); };
  const Value &left = graph.value(node.in[0]), &right = graph.value(node.in[1]);
  if (right.isConstant() && right.shape.rank() == 2) return refuse("its right side is packed at build");
  if (left.type != DType::f32) return refuse("float32 only");
  if (left.shape.rank() < 2 || right.shape.rank() < 2) return refuse("one of its sides is a vector");
  const Dims out = graph.value(node.out[0]).shape.staticDims();
  if (out.size() > kMaxRank) return refuse("more than eight axes");
  if (right.shape.count() == 0) return refuse("one of its sides is empty");
  Candidate candidate;
  candidate.tactic = "batch_matmul";
  candidate.inputOrders.assign(region.inputs.size(), Order::plain);
  candidate.outputOrders.assign(region.outputs.size(), Order::plain);
  const Dims leftDims = left.shape.staticDims(), rightDims = right.shape.staticDims();
  candidate.stridedInputs = candidate.scatteredInputs = candidate.stridedOutputs =
      walksMatrices(rightDims, out);
  candidate.workspace = scratchOf(leftDims, rightDims, out) + epilogueScratch(region.epilogue);
  const int64_t macs = node.op->cost(node, graph).macs;
  candidate.estimateNs = arithmeticNs(macs, 0.5) + memoryNs(bytesMoved(graph, region));
  proposals.candidates.push_back(std::move(candidate));
}

std::unique_ptr<CompiledStep> compile(const KernelSpec& spec) {
  return std::make_unique<BatchMatMulStep>(spec);
}

}  // namespace

const Tactic kBatchMatMul{"batch_matmul", propose, compile, nullptr};

}  // namespace ridge::cpu
