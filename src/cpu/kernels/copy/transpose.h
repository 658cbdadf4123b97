// Two-dimensional copies between a row and a column order.
#pragma once

#include <cstdint>

namespace ridge::cpu {

/// out[r * outStride + c] = in[r + c * inStride]: rows lie side by side in the input, columns in the output.
template <class T>
void transpose(const T* in, int64_t inStride, T* out, int64_t outStride, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c) out[r * outStride + c] = in[r + c * inStride];
}

/// The same by 4 x 4 tiles in registers.
void transpose(const uint32_t* in, int64_t inStride, uint32_t* out, int64_t outStride, int64_t rows,
               int64_t columns);

}  // namespace ridge::cpu
