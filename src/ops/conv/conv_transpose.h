// ConvTranspose: X[N,C,spatial...] and W[C,M/group,kernel...] + B[M]; every input element spreads a kernel.
#pragma once

#include "ir/graph.h"
#include "ops/conv/geometry.h"

namespace ridge {

struct ConvTransposeAttributes : AttributesOf<ConvTransposeAttributes>, WindowAttributes {
  int64_t group = 1;
  std::vector<int64_t> outputPadding = {};  ///< rows behind the natural output; empty: none
  std::vector<int64_t> outputShape = {};    ///< spatial sizes; given, the pads follow from them

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    WindowAttributes::visitWindow(self, v);
    v("group", self.group);
    v("output_padding", self.outputPadding);
    v("output_shape", self.outputShape);
  }
};

/// One spatial axis: input element i adds kernel element k to output i * stride + k * dilation - padBegin.
struct SpreadAxis {
  int64_t input = 1, output = 1;
  int64_t kernel = 1, stride = 1, dilation = 1;
  int64_t padBegin = 0;

  /// Input element that reaches output `o` through kernel element `k`; -1: none does.
  int64_t source(int64_t o, int64_t k) const {
    const int64_t spread = o + padBegin - k * dilation;
    return spread >= 0 && spread % stride == 0 && spread / stride < input ? spread / stride : -1;
  }
};
using SpreadAxes = InlineVector<SpreadAxis, 3>;

/// One per spatial axis. Throws Error{input} for attributes that contradict each other.
SpreadAxes resolveSpread(const ConvTransposeAttributes& attrs, std::span<const int64_t> kernel,
                         std::span<const int64_t> spatial);

}  // namespace ridge
