#include "cpu/kernels/copy/copy.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

#include "base/error.h"
#include "cpu/kernels/copy/transpose.h"

namespace ridge::cpu {
namespace {

/// Two inner axes: rows x columns with any strides.
template <class T>
void copyPlane(const T* in, T* out, const Axes::Axis& row, const Axes::Axis& column) {
  if (row.in == 1 && column.out == 1 && column.in != 1) {
    transpose(in, column.in, out, row.out, row.extent, column.extent);
    return;
  }
  for (int64_t r = 0; r < row.extent; ++r, in += row.in, out += row.out) {
    if (column.in == 1 && column.out == 1)
      std::memcpy(out, in, static_cast<size_t>(column.extent) * sizeof(T));
    else if (column.in == 0 && column.out == 1)
      std::fill_n(out, column.extent, *in);
    else
      for (int64_t c = 0; c < column.extent; ++c) out[c * column.out] = in[c * column.in];
  }
}

}  // namespace

StridedCopy::StridedCopy(std::span<const int64_t> dims, std::span<const int64_t> inStrides,
                         std::span<const int64_t> outStrides, size_t elementBytes)
    : elementBytes_(elementBytes) {
  check(elementBytes == 1 || elementBytes == 2 || elementBytes == 4 || elementBytes == 8,
        "copies move elements of 1, 2, 4 or 8 bytes");
  std::vector<size_t> order(dims.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return outStrides[a] > outStrides[b]; });
  for (const size_t i : order) outer_.add({dims[i], inStrides[i], outStrides[i]});
  column_ = row_ = {1, 1, 1};
  if (outer_.rank == 0) return;
  column_ = outer_.axis[static_cast<size_t>(outer_.rank - 1)];
  outer_.remove(outer_.rank - 1);
  if (outer_.rank == 0) return;
  int row = outer_.rank - 1;
  for (int i = 0; i < outer_.rank && column_.in != 1; ++i)
    if (outer_.axis[static_cast<size_t>(i)].in == 1) row = i;
  row_ = outer_.axis[static_cast<size_t>(row)];
  outer_.remove(row);
}

template <class T>
void StridedCopy::runTyped(const T* in, T* out, int part, int parts) const {
  if (row_.extent == 0 || column_.extent == 0) return;  // there may be no array at all
  // Units of work: pieces of at most kPiece elements of a plane, cut along its longer axis.
  constexpr int64_t kPiece = 4096;
  const bool byRow = row_.extent > column_.extent;
  const Axes::Axis &cut = byRow ? row_ : column_, &other = byRow ? column_ : row_;
  const int64_t step = std::max<int64_t>(64, kPiece / std::max<int64_t>(1, other.extent));
  const int64_t pieces = (cut.extent + step - 1) / step, units = outer_.elements() * pieces;
  const int64_t end = units * (part + 1) / parts;
  for (int64_t unit = units * part / parts; unit < end; ++unit) {
    const Axes::Offsets at = outer_.at(unit / pieces);
    const int64_t first = unit % pieces * step;
    Axes::Axis row = row_, column = column_;
    (byRow ? row : column).extent = std::min(step, cut.extent - first);
    copyPlane(in + at.in + first * cut.in, out + at.out + first * cut.out, row, column);
  }
}

void StridedCopy::run(const void* in, void* out, int part, int parts) const {
  switch (elementBytes_) {
    case 1:
      return runTyped(static_cast<const uint8_t*>(in), static_cast<uint8_t*>(out), part, parts);
    case 2:
      return runTyped(static_cast<const uint16_t*>(in), static_cast<uint16_t*>(out), part, parts);
    case 4:
      return runTyped(static_cast<const uint32_t*>(in), static_cast<uint32_t*>(out), part, parts);
    default:
      return runTyped(static_cast<const uint64_t*>(in), static_cast<uint64_t*>(out), part, parts);
  }
}

}  // namespace ridge::cpu
