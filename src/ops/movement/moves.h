// Moving elements of any width: what reshaping and rearranging kernels are made of.
#pragma once

#include <span>

#include "ops/inline_vector.h"
#include "ops/kernel_context.h"

namespace ridge::ops {

/// Copies single elements or runs between two views of one type. Sub-byte elements are packed low bits first.
class ElementMover {
 public:
  /// Fails for types without fixed-size elements and for views of different types.
  ElementMover(const KernelContext& k, const TensorView& from, const TensorView& to);

  void move(int64_t from, int64_t to) const;
  void moveRun(int64_t from, int64_t to, int64_t count) const;
  /// Elements from, from + step, ... to a run.
  void gather(int64_t from, int64_t step, int64_t to, int64_t count) const;
  /// Elements that lie in bytes of their own may be moved from several threads.
  bool wholeBytes() const { return bits_ >= 8; }

 private:
  int bits_;
  const std::byte* from_;
  std::byte* to_;
};

/// One number per axis, without allocation up to the 32 axes that are supported.
using AxisValues = InlineVector<int64_t, 32>;
AxisValues stridesOf(std::span<const int64_t> dims);  ///< of a dense row-major array

/// The elements of a small integer input (axes, pads).
InlineVector<int64_t, 64> fewInts(const TensorView& view);

/// Element (i0, i1, ...) of the output comes from element start + i0 * strides[0] + i1 * strides[1] + ... of
/// `from`. `dims` are the output's, possibly cut into more axes than it has.
void moveStrided(const KernelContext& k, const TensorView& from, int64_t start, std::span<const int64_t> dims,
                 std::span<const int64_t> strides);

/// Output 0 is input 0 under another shape. Usable as Op::reference.
void copyKernel(KernelContext& k);

}  // namespace ridge::ops
