#include "cpu/kernels/reduce/reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "base/error.h"

namespace ridge::cpu {
namespace {

/// Index of the axis with input stride 1, else -1.
int denseAxis(const Axes& axes) {
  for (int i = 0; i < axes.rank; ++i)
    if (axes.axis[static_cast<size_t>(i)].in == 1) return i;
  return -1;
}

Axes::Axis take(Axes& axes, int index) {
  const Axes::Axis axis = axes.axis[static_cast<size_t>(index)];
  axes.remove(index);
  return axis;
}

}  // namespace

Reduce::Reduce(ReduceKind kind, std::span<const int64_t> dims, std::span<const bool> reduced,
               std::span<const int64_t> inStrides, std::span<const int64_t> outStrides, Isa isa)
    : kind_(kind), count_(1), kernels_(&reduceKernels(isa)) {
  std::vector<size_t> order(dims.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return inStrides[a] > inStrides[b]; });
  for (const size_t i : order) {
    (reduced[i] ? reduced_ : kept_).add({dims[i], inStrides[i], reduced[i] ? 0 : outStrides[i]});
    if (reduced[i]) count_ *= static_cast<double>(dims[i]);
  }
  const int dense = denseAxis(reduced_);
  along_ = dense >= 0;
  if (along_) {
    inner_ = take(reduced_, dense);
    return;
  }
  // Across: a kept axis makes the columns, at best the dense one; the innermost reduced axis makes the rows.
  const int column = denseAxis(kept_);
  inner_ = column >= 0 ? take(kept_, column) : Axes::Axis{1, 1, 1};
  if (reduced_.rank > 0) rows_ = take(reduced_, reduced_.rank - 1);
  partBytes_ = mostWorkspace();
}

void Reduce::run(const float* in, float* out, std::byte* workspace, int part, int parts) const {
  const int64_t blocks = along_ ? 1 : (inner_.extent + kColumns - 1) / kColumns;
  const int64_t units = kept_.elements() * blocks;
  const int64_t first = units * part / parts, end = units * (part + 1) / parts;
  if (along_)
    runAlong(in, out, first, end);
  else
    runAcross(in, out, reinterpret_cast<float*>(workspace + partBytes_ * static_cast<size_t>(part)), first,
              end);
}

float Reduce::finish(double value) const {
  return static_cast<float>(kind_ == ReduceKind::mean ? value / count_ : value);
}

void Reduce::runAlong(const float* in, float* out, int64_t first, int64_t end) const {
  const bool sums = kind_ == ReduceKind::sum || kind_ == ReduceKind::mean;
  const ReduceRunFn kernel = sums                       ? kernels_->sumRun
                             : kind_ == ReduceKind::max ? kernels_->maxRun
                                                        : kernels_->minRun;
  const int64_t runs = reduced_.elements();
  for (int64_t unit = first; unit < end; ++unit) {
    const Axes::Offsets at = kept_.at(unit);
    double value = kernel(in + at.in, inner_.extent);
    for (int64_t r = 1; r < runs; ++r) {
      const double next = kernel(in + at.in + reduced_.at(r).in, inner_.extent);
      if (sums)
        value += next;
      else if (!std::isnan(value) && !(kind_ == ReduceKind::max ? next <= value : next >= value))
        value = next;  // greater, smaller, or NaN
    }
    out[at.out] = finish(value);
  }
}

void Reduce::runAcross(const float* in, float* out, float* high, int64_t first, int64_t end) const {
  const int64_t blocks = (inner_.extent + kColumns - 1) / kColumns;
  const float infinity = std::numeric_limits<float>::infinity();
  const float start = kind_ == ReduceKind::max ? -infinity : kind_ == ReduceKind::min ? infinity : 0.0f;
  const float* low = high + kColumns;
  for (int64_t unit = first; unit < end; ++unit) {
    const Axes::Offsets at = kept_.at(unit / blocks);
    const int64_t column = unit % blocks * kColumns, columns = std::min(kColumns, inner_.extent - column);
    std::fill_n(high, kColumns, start);
    std::fill_n(high + kColumns, kColumns, 0.0f);
    addRows(in + at.in + column * inner_.in, columns, high);
    for (int64_t c = 0; c < columns; ++c) {
      // An infinite sum has no rounding error to add: its low part is NaN.
      const double rest = std::isfinite(high[c]) ? static_cast<double>(low[c]) : 0.0;
      out[at.out + (column + c) * inner_.out] = finish(static_cast<double>(high[c]) + rest);
    }
  }
}

void Reduce::addRows(const float* in, int64_t columns, float* high) const {
  const ReduceRowsFn rows = kind_ == ReduceKind::max   ? kernels_->maxRows
                            : kind_ == ReduceKind::min ? kernels_->minRows
                                                       : kernels_->sumRows;
  for (int64_t r = 0; r < reduced_.elements(); ++r)
    rows({in + reduced_.at(r).in, rows_.extent, rows_.in, columns, high, high + kColumns});
}

}  // namespace ridge::cpu
