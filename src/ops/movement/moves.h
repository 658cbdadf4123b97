// Moving elements of any width: what reshaping and rearranging kernels are made of.
#pragma once

#include <span>

#include "ops/kernel_context.h"

namespace ridge::ops {

/// Copies single elements or runs between two views of one type. Sub-byte elements are packed low bits first.
class ElementMover {
 public:
  /// Fails for types without fixed-size elements and for views of different types.
  ElementMover(const KernelContext& k, const TensorView& from, const TensorView& to);

  void move(int64_t from, int64_t to) const;
  void moveRun(int64_t from, int64_t to, int64_t count) const;

 private:
  int bits_;
  const std::byte* from_;
  std::byte* to_;
};

/// How an output walks over its input: element (i0, i1, ...) of the output comes from start + i0 * strides[0]
/// + i1 * strides[1] + ...
struct StridedSource {
  int64_t start = 0;
  Dims dims;     ///< of the output, possibly cut into more axes than it has
  Dims strides;  ///< in elements of the input
};
void moveStrided(const KernelContext& k, const TensorView& from, const TensorView& to,
                 const StridedSource& source);

/// Output 0 is input 0 under another shape. Usable as Op::reference.
void copyKernel(KernelContext& k);

}  // namespace ridge::ops
