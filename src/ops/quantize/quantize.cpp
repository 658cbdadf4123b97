#include "ops/quantize/quantize.h"

#include <algorithm>

#include "ops/since_support.h"

namespace ridge::ops {

void requireGranularity(const InferContext& c, int64_t axis, int64_t blockSize) {
  const Shape &data = c.shape(0), &scale = c.shape(1);
  c.require(blockSize >= 0, "block_size is negative");
  if (c.has(2) && scale.isStatic() && c.shape(2).isStatic())
    c.require(scale.count() == c.shape(2).count(), "scale and zero point have different shapes");
  if (!data.ranked() || !scale.isStatic() || *scale.count() == 1) return;
  const int64_t place = axisOf(c, axis, data.rank());
  if (scale.rank() == 1 && blockSize == 0) {
    c.require(!data[place].isInteger() || data[place] == scale[0], "the scale does not fit the axis");
    return;
  }
  c.require(blockSize > 0, "a scale with several dimensions needs a block_size");
  c.require(scale.rank() == data.rank(), "a blocked scale needs as many dimensions as the data");
  for (int64_t at = 0; at < data.rank(); ++at) {
    if (!data[at].isInteger()) continue;
    const int64_t size = data[at].value();
    const int64_t blocks = at == place ? size / blockSize + (size % blockSize != 0) : size;
    c.require(scale[at].value() == blocks, "the blocked scale does not fit the data");
  }
}

void requireKnownType(const InferContext& c, int64_t stated) {
  const bool known = stated == 0 || (stated > 0 && stated < 256 && isKnown(static_cast<DType>(stated)));
  if (!known) c.fail("there is no element type with the number " + std::to_string(stated));
}

ScaleIndex::ScaleIndex(const KernelContext& k, int64_t axis, int64_t blockSize) {
  const TensorView &data = k.input(0), &scale = k.input(1);
  if (k.has(2) && k.input(2).count() != scale.count()) k.fail("scale and zero point have different shapes");
  if (scale.count() == 1) return;
  const auto place = static_cast<size_t>(normalizeAxis(axis, static_cast<int64_t>(data.dims.size())));
  size_ = data.dims[place];
  inner_ = elementCount(data.dims.subspan(place + 1));
  blocked_ = blockSize > 0;
  block_ = std::max<int64_t>(blockSize, 1);
  blocks_ = size_ / block_ + (size_ % block_ != 0);
  const int64_t outer = elementCount(data.dims.first(place));
  if (scale.count() != (blocked_ ? outer * blocks_ * inner_ : blocks_))
    k.fail("the scale does not fit the data");
}

int64_t ScaleIndex::operator()(int64_t element) const {
  if (blocks_ == 0) return 0;
  const int64_t block = element / inner_ % size_ / block_;
  if (!blocked_) return block;
  return (element / inner_ / size_ * blocks_ + block) * inner_ + element % inner_;
}

int sinceOfQuantization(const Node& node, const Graph& graph, DType quantized, DType real,
                        int64_t blockSize) {
  const Shape& scale = graph.value(node.in[1]).shape;
  const bool perTensor = scale.ranked() && scale.rank() == 0;
  const int granularity = blockSize > 0 ? 21 : perTensor ? 10 : 13;
  const bool usual = quantized == DType::i8 || quantized == DType::u8 || quantized == DType::i32;
  const int byType = usual ? 10 : sinceOfType({.base = 19, .narrowInts = 21}, quantized);
  const int byScale = sinceOfType({.base = 19}, inputType(node, graph, 1));
  return std::max({granularity, byType, real == DType::f32 || real == DType::i32 ? 10 : byScale});
}

}  // namespace ridge::ops
