// Slice's arithmetic, for its inference, its kernel and passes.
#pragma once

#include <cstdint>

namespace ridge::ops {

/// One axis of a slice on a dimension of known size: `count` elements from `start`, `step` apart.
struct SliceRange {
  int64_t start = 0, step = 1, count = 0;
};
/// Clamps as ONNX says; negative starts and ends count from the end. `step` is not 0.
SliceRange sliceRange(int64_t start, int64_t end, int64_t step, int64_t size);

}  // namespace ridge::ops
