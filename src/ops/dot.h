// The one dot product of the truth: every element of a product is summed in double, term after term in order
// of depth, so that its bits depend neither on threads nor on the instruction set.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ops/reference_support.h"

namespace ridge {

/// `batches` independent products of a matrix of rows x depth by one of depth x columns.
struct DotShape {
  int64_t batches = 1, rows = 0, columns = 0, depth = 0;
};

namespace detail {

inline constexpr int64_t kDotColumns = 64, kDotDepth = 128, kDotRows = 4, kDotChunk = 64;

/// sums[row][kDotColumns] += rows[row][kDotDepth] * panel[depth][kDotColumns] for up to kDotRows rows and the
/// first `columns` columns; more of them may be touched.
void accumulate(const double* rows, int64_t rowCount, const double* panel, int64_t depth, int64_t columns,
                double* sums);

/// What one thread works on; lives on its stack (100 KiB).
struct DotBlock {
  alignas(64) double panel[kDotDepth * kDotColumns];
  alignas(64) double rows[kDotRows * kDotDepth];
  alignas(64) double sums[kDotChunk * kDotColumns];
};

template <class Matrices>
void dotBlock(const Matrices& matrices, const DotShape& shape, int64_t batch, int64_t firstRow,
              int64_t firstColumn) {
  DotBlock block;
  const int64_t rows = std::min(kDotChunk, shape.rows - firstRow);
  const int64_t columns = std::min(kDotColumns, shape.columns - firstColumn);
  std::fill_n(block.sums, rows * kDotColumns, 0.0);
  for (int64_t first = 0; first < shape.depth; first += kDotDepth) {
    const int64_t depth = std::min(kDotDepth, shape.depth - first);
    for (int64_t k = 0; k < depth; ++k) {
      double* line = block.panel + k * kDotColumns;
      matrices.right(batch, first + k, firstColumn, columns, line);
      std::fill(line + columns, line + kDotColumns, 0.0);
    }
    for (int64_t row = 0; row < rows; row += kDotRows) {
      const int64_t count = std::min(kDotRows, rows - row);
      for (int64_t at = 0; at < count; ++at)
        matrices.left(batch, firstRow + row + at, first, depth, block.rows + at * kDotDepth);
      accumulate(block.rows, count, block.panel, depth, columns, block.sums + row * kDotColumns);
    }
  }
  for (int64_t row = 0; row < rows; ++row)
    matrices.store(batch, firstRow + row, firstColumn, columns, block.sums + row * kDotColumns);
}

}  // namespace detail

/// Computes all products in parallel. `Matrices` has three const members that must not throw:
///   left(batch, row, depth, count, double* out)     elements of a row of the left matrix, from `depth` on
///   right(batch, depth, column, count, double* out) elements of a row of the right matrix, from `column` on
///   store(batch, row, column, count, double* sums)  takes finished sums, which it may change
template <class Matrices>
void dotProducts(const DotShape& shape, const Matrices& matrices) {
  const int64_t panels = (shape.columns + detail::kDotColumns - 1) / detail::kDotColumns;
  const int64_t chunks = (shape.rows + detail::kDotChunk - 1) / detail::kDotChunk;
  parallelRanges(shape.batches * panels * chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t panel = task % panels, chunk = task / panels % chunks, batch = task / panels / chunks;
      detail::dotBlock(matrices, shape, batch, chunk * detail::kDotChunk, panel * detail::kDotColumns);
    }
  });
}

}  // namespace ridge
