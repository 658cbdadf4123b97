#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "cpu/kernels/pointwise/pointwise.h"

namespace ridge::cpu {

bool PointwiseLoop::mergeable(const Axis& outer, const Axis& inner) {
  for (size_t i = 0; i < outer.strides.size(); ++i)
    if (outer.strides[i] != inner.strides[i] * inner.extent) return false;
  return true;
}

PointwiseLoop::PointwiseLoop(PointwiseProgram program, std::span<const int64_t> dims,
                             std::span<const Dims> inStrides, std::span<const Dims> outStrides)
    : program_(std::move(program)) {
  check(inStrides.size() == program_.inputs() && outStrides.size() == program_.outputs(),
        "a pointwise loop has the strides of every operand and output");
  std::vector<Axis> axes;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    if (dims[axis] == 1) continue;
    Axis entry{dims[axis], {}};
    for (const Dims& strides : inStrides) entry.strides.push_back(strides[axis]);
    for (const Dims& strides : outStrides) entry.strides.push_back(strides[axis]);
    axes.push_back(std::move(entry));
  }
  // In the order of the first output's memory, so that its innermost axis becomes the columns.
  const size_t key = inStrides.size();
  std::stable_sort(axes.begin(), axes.end(),
                   [&](const Axis& a, const Axis& b) { return a.strides[key] > b.strides[key]; });
  for (Axis& axis : axes) {
    if (!axes_.empty() && mergeable(axes_.back(), axis)) {
      axis.extent *= axes_.back().extent;
      axes_.back() = std::move(axis);
    } else {
      axes_.push_back(std::move(axis));
    }
  }
  while (axes_.size() < 2) {
    axes_.insert(axes_.begin(), Axis{1, std::vector<int64_t>(inStrides.size() + outStrides.size(), 0)});
    if (axes_.size() == 1) axes_.back().strides.assign(axes_.back().strides.size(), 1);
  }
  check(axes_.size() <= kMaxAxes, "a pointwise loop has at most 8 axes that cannot be merged");
  programBytes_ = program_.scratch();
  const size_t arrays =
      inStrides.size() * sizeof(PointwiseInput) + outStrides.size() * sizeof(PointwiseOutput);
  partBytes_ = programBytes_ + (arrays + 63) / 64 * 64;
}

void PointwiseLoop::run(const float* const* in, float* const* out, std::byte* workspace, int part,
                        int parts) const {
  std::byte* scratch = workspace + partBytes_ * static_cast<size_t>(part);
  const int64_t rows = axes_[axes_.size() - 2].extent, columns = axes_.back().extent;
  int64_t outer = 1;
  for (size_t axis = 0; axis + 2 < axes_.size(); ++axis) outer *= axes_[axis].extent;
  if (outer * rows < 4 * parts && columns > 256) {
    const int64_t blocks = (columns + 63) / 64;
    const int64_t first = std::min(columns, blocks * part / parts * 64);
    const int64_t end = std::min(columns, blocks * (part + 1) / parts * 64);
    for (int64_t i = 0; i < outer && first < end; ++i)
      runRows(in, out, i, 0, rows, first, end - first, scratch);
    return;
  }
  const int64_t end = outer * rows * (part + 1) / parts;
  for (int64_t row = outer * rows * part / parts; row < end;) {
    const int64_t count = std::min(end - row, rows - row % rows);
    runRows(in, out, row / rows, row % rows, count, 0, columns, scratch);
    row += count;
  }
}

void PointwiseLoop::runRows(const float* const* in, float* const* out, int64_t outer, int64_t firstRow,
                            int64_t rows, int64_t firstColumn, int64_t columns, std::byte* scratch) const {
  const size_t inputs = program_.inputs(), outputs = program_.outputs(), rank = axes_.size();
  std::array<int64_t, kMaxAxes> index{};
  for (size_t axis = rank - 2; axis-- > 0; outer /= axes_[axis].extent)
    index[axis] = outer % axes_[axis].extent;
  index[rank - 2] = firstRow;
  index[rank - 1] = firstColumn;
  const auto offset = [&](size_t array) {
    int64_t at = 0;
    for (size_t axis = 0; axis < rank; ++axis) at += index[axis] * axes_[axis].strides[array];
    return at;
  };
  const Axis &row = axes_[rank - 2], &column = axes_[rank - 1];
  auto* operands = reinterpret_cast<PointwiseInput*>(scratch + programBytes_);
  auto* results = reinterpret_cast<PointwiseOutput*>(operands + inputs);
  for (size_t i = 0; i < inputs; ++i) operands[i] = {in[i] + offset(i), row.strides[i], column.strides[i]};
  for (size_t i = 0; i < outputs; ++i) {
    const size_t array = inputs + i;
    results[i] = {out[i] + offset(array), row.strides[array], column.strides[array]};
  }
  program_.run(rows, columns, operands, results, scratch);
}

}  // namespace ridge::cpu
