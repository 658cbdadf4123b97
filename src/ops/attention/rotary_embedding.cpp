#include "ops/attention/attention.h"
#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/reference_support.h"

namespace ridge {
namespace {

enum Input : size_t { data, cosines, sines, positions };

// Extents, as far as they are known.
struct Extents {
  Dim batch, length, head;
};

Extents extentsOf(const InferContext& c, const RotaryEmbeddingAttributes& attrs) {
  const Shape& shape = c.shape(data);
  if (!shape.ranked()) return {};
  if (shape.rank() == 4) return {shape[0], shape[2], shape[3]};
  c.require(attrs.heads >= 1, "a three-dimensional input needs num_heads");
  if (!shape[2].isInteger()) return {shape[0], shape[1], {}};
  c.require(shape[2].value() % attrs.heads == 0, "the last dimension is no multiple of num_heads");
  return {shape[0], shape[1], shape[2].value() / attrs.heads};
}

void infer(InferContext& c) {
  const auto& attrs = c.attrs<RotaryEmbeddingAttributes>();
  requireFloat(c, data);
  requireRank(c, data, 3, 4);
  for (size_t at : {cosines, sines})
    c.require(
        c.type(at) == c.type(data) || c.type(at) == DType::undefined || c.type(data) == DType::undefined,
        "X and the caches must have the same element type");
  const Extents extents = extentsOf(c, attrs);
  c.require(attrs.rotaryDim >= 0 && attrs.rotaryDim % 2 == 0, "rotary_embedding_dim must be even");
  Dim half = attrs.rotaryDim > 0 ? Dim(attrs.rotaryDim / 2) : Dim();
  if (extents.head.isInteger()) {
    c.require(attrs.rotaryDim <= extents.head.value(), "rotary_embedding_dim is larger than a head");
    c.require(attrs.rotaryDim > 0 || extents.head.value() % 2 == 0, "the size of a head must be even");
    if (attrs.rotaryDim == 0) half = extents.head.value() / 2;
  }
  if (c.has(positions)) {
    c.require(c.type(positions) == DType::i64 || c.type(positions) == DType::undefined,
              "position_ids must be int64");
    requireDims(c, positions, {extents.batch, extents.length});
    requireDims(c, cosines, {Dim(), half});
    requireDims(c, sines, {Dim(), half});
  } else {
    requireDims(c, cosines, {extents.batch, extents.length, half});
    requireDims(c, sines, {extents.batch, extents.length, half});
  }
  inferSameAsInput(c);
}

// One head at one position: its rotated elements, then the others.
void rotate(const KernelContext& k, int64_t first, int64_t angles, int64_t half, int64_t head) {
  constexpr int64_t kBlock = 128;
  const TensorView &in = k.input(data), &out = k.output(0);
  const bool interleaved = k.attrs<RotaryEmbeddingAttributes>().interleaved;
  double x[2][kBlock], cosine[kBlock], sine[kBlock], y[2 * kBlock];
  for (int64_t at = 0; at < half; at += kBlock) {
    const int64_t count = std::min(kBlock, half - at);
    for (int64_t side = 0; side < 2; ++side)
      loadNumbers(in, first + (interleaved ? 2 * at + side : side * half + at), interleaved ? 2 : 1, count,
                  x[side]);
    loadNumbers(k.input(cosines), angles + at, 1, count, cosine);
    loadNumbers(k.input(sines), angles + at, 1, count, sine);
    const int64_t step = interleaved ? 2 : 1, second = interleaved ? 1 : count;
    for (int64_t i = 0; i < count; ++i) {
      y[i * step] = cosine[i] * x[0][i] - sine[i] * x[1][i];
      y[i * step + second] = sine[i] * x[0][i] + cosine[i] * x[1][i];
    }
    if (interleaved) {
      storeNumbers(out, first + 2 * at, 2 * count, y);
    } else {
      storeNumbers(out, first + at, count, y);
      storeNumbers(out, first + half + at, count, y + count);
    }
  }
  for (int64_t at = 2 * half; at < head; at += kBlock) {
    const int64_t count = std::min(kBlock, head - at);
    loadNumbers(in, first + at, 1, count, y);
    storeNumbers(out, first + at, count, y);
  }
}

void requirePositions(const KernelContext& k) {
  const int64_t most = std::min(k.input(cosines).dims[0], k.input(sines).dims[0]);
  for (int64_t at = 0; at < k.input(positions).count(); ++at) {
    const auto position = loadNumber<int64_t>(k.input(positions), at);
    if (position < 0 || position >= most)
      k.fail("position " + std::to_string(position) + " is outside of the cache of " + std::to_string(most) +
             " positions");
  }
}

void reference(KernelContext& k) {
  const auto& attrs = k.attrs<RotaryEmbeddingAttributes>();
  const TensorView& in = k.input(data);
  if (k.has(positions)) requirePositions(k);
  if (in.count() == 0) return;
  const bool flat = in.dims.size() == 3;
  const int64_t heads = flat ? attrs.heads : in.dims[1], length = in.dims[flat ? 1 : 2];
  const int64_t head = flat ? in.dims[2] / heads : in.dims[3];
  const int64_t half = (attrs.rotaryDim > 0 ? attrs.rotaryDim : head) / 2;
  numberClassOf(in.type);
  parallelRanges(in.count() / head, 8, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t batch = row / (heads * length);
      int64_t angle = batch * length + (flat ? row / heads % length : row % length);
      if (k.has(positions)) angle = loadNumber<int64_t>(k.input(positions), angle);
      rotate(k, row * head, angle * half, half, head);
    }
  });
}

}  // namespace

constinit const Op ops::rotaryEmbedding{.name = "RotaryEmbedding",
                                        .since = 23,
                                        .minInputs = 3,
                                        .maxInputs = 4,
                                        .attributes = RotaryEmbeddingAttributes::read,
                                        .infer = infer,
                                        .reference = reference,
                                        .cost = costPerOutput<3>};

}  // namespace ridge
