#include "cpu/kernels/gemm/matmul.h"

#include <algorithm>

#include "base/error.h"

namespace ridge::cpu {

/// Batch axes that share one right-hand matrix become rows of one larger product, as far as the four row axes
/// of a convolution reach; the others stay in `batch`.
ConvGemm MatMul::makeGemm(const MatMulShape& shape, std::vector<BatchAxis>& batch,
                          ActivationStrides& residual, Isa isa) {
  const size_t rank = shape.batch.size();
  check(shape.a.size() == rank + 2 && shape.b.size() == rank + 2 && shape.out.size() == rank + 2,
        "the strides of a matrix product cover batch, row and column");
  const auto residualStride = [&](size_t axis) { return shape.residual.empty() ? 0 : shape.residual[axis]; };
  std::vector<BatchAxis> rows{{shape.rows, shape.a[rank], 0, 0, shape.out[rank], residualStride(rank)}};
  bool folding = true;
  for (size_t axis = rank; axis-- > 0;) {
    const BatchAxis outer{shape.batch[axis], shape.a[axis],       shape.b[axis], 0,
                          shape.out[axis],   residualStride(axis)};
    if (outer.extent == 1) continue;
    BatchAxis& inner = rows.front();
    folding = folding && outer.b == 0;
    if (folding && outer.a == inner.a * inner.extent && outer.out == inner.out * inner.extent &&
        outer.residual == inner.residual * inner.extent)
      inner.extent *= outer.extent;
    else if (folding && rows.size() < 4)
      rows.insert(rows.begin(), outer);
    else
      folding = false, batch.insert(batch.begin(), outer);
  }
  while (rows.size() < 4) rows.insert(rows.begin(), BatchAxis{1, 0, 0, 0, 0, 0});
  ConvShape conv;
  conv.batch = rows[0].extent;
  conv.inChannels = shape.depth, conv.outChannels = shape.columns;
  ActivationStrides in{rows[0].a, shape.a[rank + 1], {}}, out{rows[0].out, shape.out[rank + 1], {}};
  residual.batch = rows[0].residual;
  for (size_t i = 0; i < 3; ++i) {
    conv.in[i] = conv.out[i] = rows[i + 1].extent;
    in.space[i] = rows[i + 1].a, out.space[i] = rows[i + 1].out, residual.space[i] = rows[i + 1].residual;
  }
  return ConvGemm(conv, in, out, isa);
}

MatMul::MatMul(const MatMulShape& shape, Isa isa) : gemm_(makeGemm(shape, batch_, residual_, isa)) {
  depthStride_ = shape.b[shape.batch.size()];
  columnStride_ = shape.b[shape.batch.size() + 1];
  for (size_t i = batch_.size(); i-- > 0;) {
    matrices_ *= batch_[i].extent;
    if (batch_[i].b == 0) continue;
    batch_[i].packed = distinct_ * gemm_.panels().floats();
    distinct_ *= batch_[i].extent;
  }
}

int64_t MatMul::packedFloats() const {
  return distinct_ * gemm_.panels().floats();
}

MatMul::BatchAxis MatMul::offsets(int64_t index) const {
  BatchAxis at{};
  for (size_t i = batch_.size(); i-- > 0; index /= batch_[i].extent) {
    const int64_t step = index % batch_[i].extent;
    at.a += step * batch_[i].a, at.b += step * batch_[i].b, at.packed += step * batch_[i].packed;
    at.out += step * batch_[i].out, at.residual += step * batch_[i].residual;
  }
  return at;
}

void MatMul::pack(const float* b, float* packed, int part, int parts) const {
  const PanelLayout& layout = gemm_.panels();
  const int64_t panels = layout.panels(), units = distinct_ * panels;
  const int64_t end = units * (part + 1) / parts;
  for (int64_t unit = units * part / parts; unit < end;) {
    const int64_t panel = unit % panels, count = std::min(end - unit, panels - panel);
    int64_t index = unit / panels, offset = 0;
    for (size_t i = batch_.size(); i-- > 0;) {
      if (batch_[i].b == 0) continue;
      offset += index % batch_[i].extent * batch_[i].b;
      index /= batch_[i].extent;
    }
    const MatrixSource source{.data = b + offset,
                              .channels = layout.k,
                              .channelStride = depthStride_,
                              .columnStride = columnStride_};
    packPanels(layout, source, panel, panel + count, packed + unit / panels * layout.floats());
    unit += count;
  }
}

void MatMul::run(const float* a, const float* packed, const GemmEpilogue& epilogue, float* out,
                 std::byte* workspace, int part, int parts) const {
  // Whole matrices for each part if there are enough of them, else all parts share every matrix.
  const bool share = matrices_ < 4 * parts && matrices_ % parts != 0;
  const int64_t first = share ? 0 : matrices_ * part / parts;
  const int64_t end = share ? matrices_ : matrices_ * (part + 1) / parts;
  std::byte* scratch = workspace + gemm_.workspace(share ? 0 : part);
  for (int64_t i = first; i < end; ++i) {
    const BatchAxis at = offsets(i);
    GemmEpilogue own = epilogue;
    if (own.residual) own.residual += at.residual;
    own.residualStrides = residual_;
    own.hookFirstRow += i * gemm_.rows();
    gemm_.run(a + at.a, packed + at.packed, own, out + at.out, scratch, share ? part : 0, share ? parts : 1);
  }
}

}  // namespace ridge::cpu
