// ridge.attention: for each head and block of queries the scores stay in a tile of L2, so that they never
// reach memory.
#include <bit>
#include <optional>

#include "base/thread_pool.h"
#include "cpu/cost.h"
#include "cpu/kernels/gemm/matmul.h"
#include "cpu/kernels/softmax/softmax_kernels.h"
#include "cpu/tactics/tactics.h"
#include "ops/lowered/dot_attention.h"
#include "ops/ops.h"
#include "plan/check_spec.h"

namespace ridge::cpu {

namespace {

constexpr size_t kMaxRank = 8;
constexpr int64_t kTileFloats = 32 << 10;            // scores of one block
constexpr int64_t kMostElements = int64_t{1} << 40;  // so that sizes of scratch fit
enum Input : size_t { query, key, value, mask };

int64_t alignedFloats(int64_t floats) {
  return (floats + 15) / 16 * 16;
}

/// How one attention is cut, and what a thread needs for it.
class Blocks {
 public:
  /// Row and column strides of Q, K, V and the row stride of the output.
  struct Strides {
    int64_t query[2], key[2], value[2], out;
  };

  Blocks(const ops::DotAttentionShape& s, const Strides& strides)
      : pitch_(alignedFloats(s.keys)), rows_(rowsOf(s)), count_((s.queries + rows_ - 1) / rows_) {
    whole_.emplace(s, strides, rows_, pitch_);
    if (const int64_t rest = s.queries % rows_; rest != 0) rest_.emplace(s, strides, rest, pitch_);
  }

  struct Pair {
    MatMul scores, sums;

    Pair(const ops::DotAttentionShape& s, const Strides& strides, int64_t rows, int64_t pitch)
        : scores({.batch = {},
                  .rows = rows,
                  .columns = s.keys,
                  .depth = s.head,
                  .a = {strides.query[0], strides.query[1]},
                  .b = {strides.key[1], strides.key[0]},
                  .out = {pitch, 1},
                  .residual = {}}),
          sums({.batch = {},
                .rows = rows,
                .columns = s.valueHead,
                .depth = s.keys,
                .a = {pitch, 1},
                .b = {strides.value[0], strides.value[1]},
                .out = {strides.out, 1},
                .residual = {}}) {}
    size_t workspace() const { return std::max(scores.workspace(1), sums.workspace(1)); }
  };

  int64_t rows() const { return rows_; }
  int64_t count() const { return count_; }
  int64_t pitch() const { return pitch_; }
  const Pair& pair(int64_t rows) const { return rows == rows_ ? *whole_ : *rest_; }

  // Places in a thread's workspace, in bytes.
  size_t valuesAt() const { return bytes(whole_->scores.packedFloats()); }
  size_t tileAt() const { return valuesAt() + bytes(whole_->sums.packedFloats()); }
  size_t maskAt() const { return tileAt() + bytes(rows_ * pitch_); }
  size_t gemmAt() const { return maskAt() + bytes(pitch_); }
  size_t workspace() const {
    return gemmAt() + std::max(whole_->workspace(), rest_ ? rest_->workspace() : 0);
  }

 private:
  static size_t bytes(int64_t floats) { return static_cast<size_t>(alignedFloats(floats)) * sizeof(float); }

  /// Equal blocks of whole tiles whose scores fit.
  static int64_t rowsOf(const ops::DotAttentionShape& s) {
    const Isa isa = activeIsa();
    const int64_t tile = gemmKernels(isa).maxRows[PanelLayout::choose(isa, s.head, s.keys).vectors];
    const int64_t most = std::max(4 * tile, kTileFloats / s.keys / tile * tile);
    const int64_t blocks = (s.queries + most - 1) / most;
    const int64_t rows = (s.queries + blocks - 1) / blocks;
    return std::min(s.queries, (rows + tile - 1) / tile * tile);
  }

  int64_t pitch_, rows_, count_;
  std::optional<Pair> whole_, rest_;
};

Blocks::Strides stridesOf(const KernelSpec& spec) {
  const size_t row = spec.out[0].dims.size() - 2;
  const auto two = [&](size_t input) { return &spec.in[input].strides[row]; };
  return {{two(query)[0], two(query)[1]},
          {two(key)[0], two(key)[1]},
          {two(value)[0], two(value)[1]},
          spec.out[0].strides[row]};
}

class AttentionStep : public CompiledStep {
 public:
  explicit AttentionStep(const KernelSpec& spec)
      : spec_(checked(spec)),
        shape_(spec.in[query].dims, spec.in[value].dims),
        blocks_(shape_, stridesOf(spec)),
        scale_(std::bit_cast<float>(static_cast<uint32_t>(spec.params[0]))),
        softmax_(softmaxKernels(activeIsa()).scaled) {
    requireSpec(spec.workspace >= blocks_.workspace(), spec, "its scratch is too small");
    if (spec.in.size() <= mask) return;
    const ArraySpec& array = spec.in[mask];
    const size_t rank = spec.out[0].dims.size(), shift = rank - array.dims.size();
    maskStrides_.assign(rank, 0);
    for (size_t axis = 0; axis < array.dims.size(); ++axis)
      if (array.dims[axis] != 1) maskStrides_[axis + shift] = array.strides[axis];
  }

  void run(const Buffers& buffers) const override {
    ThreadPool::instance().parallel(buffers.threads, [&](int part) { runPart(buffers, part); });
  }

 private:
  static const KernelSpec& checked(const KernelSpec& spec) {
    requireSpec(spec.params.size() == 2 && spec.in.size() >= 3 && spec.in.size() <= 4 && spec.out.size() == 1,
                spec, "attention has queries, keys and values");
    const ArraySpec& out = spec.out[0];
    const size_t rank = out.dims.size();
    bool fits = rank >= 2 && rank <= kMaxRank && out.type == DType::f32;
    for (size_t at = 0; fits && at < spec.in.size(); ++at) {
      const ArraySpec& in = spec.in[at];
      fits = in.type == DType::f32 && in.dims.size() <= rank && (at == mask || in.dims.size() == rank) &&
             elementCount(in.dims) > 0 && elementCount(in.dims) <= kMostElements;
      requireData(spec, at);
    }
    requireSpec(fits, spec, "the sides of an attention are float32 of one rank");
    const Dims &q = spec.in[query].dims, &k = spec.in[key].dims, &v = spec.in[value].dims;
    for (size_t axis = 0; axis + 2 < rank; ++axis)
      fits = fits && q[axis] == out.dims[axis] && k[axis] == q[axis] && v[axis] == q[axis];
    requireSpec(fits && q[rank - 2] == out.dims[rank - 2] && q[rank - 1] == k[rank - 1] &&
                    k[rank - 2] == v[rank - 2] && v[rank - 1] == out.dims[rank - 1] &&
                    (spec.in.size() <= mask || maskFits(spec.in[mask].dims, q, k[rank - 2])),
                spec, "the sides of an attention do not fit each other");
    requireSpec(out.strides.back() == 1 && isOneToOne(out), spec, "attention writes dense rows");
    return spec;
  }

  static bool maskFits(const Dims& own, const Dims& q, int64_t keys) {
    bool fits = true;
    for (size_t back = 1; back <= own.size(); ++back) {
      const int64_t wanted = back == 1 ? keys : q[q.size() - back];
      fits = fits && (own[own.size() - back] == 1 || own[own.size() - back] == wanted);
    }
    return fits;
  }

  int64_t offset(const Dims& strides, int64_t matrix) const {
    const Dims& dims = spec_.out[0].dims;
    int64_t at = 0;
    for (size_t axis = dims.size() - 2; axis-- > 0; matrix /= dims[axis])
      at += matrix % dims[axis] * strides[axis];
    return at;
  }

  const float* matrixOf(size_t input, const Buffers& buffers, int64_t matrix) const {
    const auto* data = reinterpret_cast<const float*>(addressOf(spec_.in[input].at, buffers));
    return data + offset(input == mask ? maskStrides_ : spec_.in[input].strides, matrix);
  }

  void runPart(const Buffers& buffers, int part) const {
    std::byte* scratch = buffers.workspace + static_cast<uint64_t>(part) * buffers.workspacePerThread;
    auto* keys = reinterpret_cast<float*>(scratch);
    auto* values = reinterpret_cast<float*>(scratch + blocks_.valuesAt());
    const int64_t units = shape_.batch * blocks_.count(), end = units * (part + 1) / buffers.threads;
    int64_t packed = -1;
    for (int64_t unit = units * part / buffers.threads; unit < end; ++unit) {
      const int64_t matrix = unit / blocks_.count();
      if (matrix != packed) {
        const Blocks::Pair& any = blocks_.pair(blocks_.rows());
        any.scores.pack(matrixOf(key, buffers, matrix), keys, 0, 1);
        any.sums.pack(matrixOf(value, buffers, matrix), values, 0, 1);
        packed = matrix;
      }
      runBlock(buffers, matrix, unit % blocks_.count() * blocks_.rows(), scratch);
    }
  }

  void runBlock(const Buffers& buffers, int64_t matrix, int64_t first, std::byte* scratch) const {
    const int64_t rows = std::min(blocks_.rows(), shape_.queries - first);
    const size_t row = spec_.out[0].dims.size() - 2;
    const Blocks::Pair& pair = blocks_.pair(rows);
    auto* tile = reinterpret_cast<float*>(scratch + blocks_.tileAt());
    std::byte* gemm = scratch + blocks_.gemmAt();
    pair.scores.run(matrixOf(query, buffers, matrix) + first * spec_.in[query].strides[row],
                    reinterpret_cast<const float*>(scratch), {}, tile, gemm, 0, 1);
    normalize(buffers, matrix, first, rows, tile, reinterpret_cast<float*>(scratch + blocks_.maskAt()));
    auto* out = reinterpret_cast<float*>(writableAddressOf(spec_.out[0].at, buffers));
    pair.sums.run(tile, reinterpret_cast<const float*>(scratch + blocks_.valuesAt()), {},
                  out + offset(spec_.out[0].strides, matrix) + first * spec_.out[0].strides[row], gemm, 0, 1);
  }

  void normalize(const Buffers& buffers, int64_t matrix, int64_t first, int64_t rows, float* tile,
                 float* line) const {
    SoftmaxScaled scores{tile, rows, shape_.keys, blocks_.pitch(), scale_, nullptr, 0, spec_.params[1] != 0};
    if (maskStrides_.empty()) return softmax_(scores);
    const int64_t rowStride = maskStrides_[maskStrides_.size() - 2], keyStride = maskStrides_.back();
    scores.mask = matrixOf(mask, buffers, matrix) + first * rowStride;
    scores.maskPitch = rowStride;
    if (keyStride == 1 || shape_.keys == 1) return softmax_(scores);
    // A mask whose keys do not lie side by side is brought together row by row.
    const float* source = scores.mask;
    scores.rows = 1;
    scores.mask = line;
    for (int64_t row = 0; row < rows; ++row, scores.x += scores.pitch) {
      for (int64_t at = 0; at < shape_.keys; ++at) line[at] = source[row * rowStride + at * keyStride];
      softmax_(scores);
    }
  }

  KernelSpec spec_;
  ops::DotAttentionShape shape_;
  Blocks blocks_;
  float scale_;
  SoftmaxScaledFn softmax_;
  Dims maskStrides_;  ///< by axis of the scores; empty: no mask
};

/// The most scratch that the strides can ask for: queries whose elements lie apart are brought together.
uint64_t scratchOf(const ops::DotAttentionShape& s) {
  uint64_t most = 0;
  for (const int64_t column : {1, 2})
    most = std::max<uint64_t>(
        most, Blocks(s, {{s.head, column}, {s.head, 1}, {s.valueHead, 1}, s.valueHead}).workspace());
  return most;
}

void propose(const Graph& graph, const Region& region, Proposals& proposals) {
  if (region.anchors.empty() || graph.node(region.anchor()).op != &ops::dotAttention) return;
  const Node& node = graph.node(region.anchor());
  const auto refuse = [&](const char* why) { proposals.refusals.push_back({"attention", why}); };
  if (region.members.size() > 1) return refuse("attention has no epilogue");
  const Value &q = graph.value(node.in[query]), &v = graph.value(node.in[value]);
  if (q.type != DType::f32) return refuse("float32 only");
  if (q.shape.rank() > static_cast<int64_t>(kMaxRank)) return refuse("more than eight axes");
  if (q.shape.count() == 0 || v.shape.count() == 0) return refuse("one of its sides is empty");
  Candidate candidate;
  candidate.tactic = "attention";
  const auto& attrs = node.as<ops::DotAttentionAttributes>();
  candidate.params = {std::bit_cast<uint32_t>(attrs.scale), attrs.blindIsZero ? 1 : 0};
  candidate.inputOrders.assign(region.inputs.size(), Order::plain);
  candidate.outputOrders.assign(region.outputs.size(), Order::plain);
  candidate.stridedInputs = candidate.scatteredInputs = candidate.stridedOutputs = true;
  candidate.workspace = scratchOf({q.shape.staticDims(), v.shape.staticDims()});
  const Cost cost = node.op->cost(node, graph);
  candidate.estimateNs =
      arithmeticNs(cost.macs, 0.5) + arithmeticNs(cost.operations, 0.2) + memoryNs(bytesMoved(graph, region));
  proposals.candidates.push_back(std::move(candidate));
}

std::unique_ptr<CompiledStep> compile(const KernelSpec& spec) {
  return std::make_unique<AttentionStep>(spec);
}

}  // namespace

const Tactic kAttention{"attention", propose, compile, nullptr};

}  // namespace ridge::cpu
