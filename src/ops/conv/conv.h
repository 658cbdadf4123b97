// Conv: X[N,C,spatial...] * W[M,C/group,kernel...] + B[M].
#pragma once

#include "ir/graph.h"
#include "ops/conv/geometry.h"
#include "ops/infer.h"

namespace ridge {

struct ConvAttributes : AttributesOf<ConvAttributes>, WindowAttributes {
  int64_t group = 1;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    WindowAttributes::visitWindow(self, v);
    v("group", self.group);
  }
};

/// Everything concrete about a Conv whose shapes are static. Throws Error{input} when they contradict each
/// other.
struct ConvGeometry {
  int64_t batch = 1, group = 1;
  int64_t groupInputs = 1, groupOutputs = 1;  ///< channels of one group
  WindowAxes axes;                            ///< one per spatial axis

  int64_t outputPixels() const;    ///< product of the output's spatial dimensions
  int64_t kernelElements() const;  ///< product of the kernel's dimensions
};
ConvGeometry resolveConv(const ConvAttributes& attrs, std::span<const int64_t> input,
                         std::span<const int64_t> weight);

/// Output 0 of a convolution of input 0 by these weights; a bias that there may be states the channels too.
void inferConv(InferContext& c, DType type, size_t weightInput, size_t biasInput);

/// Multiply-adds and bytes.
Cost convCost(const Node& node, const Graph& graph, size_t weightInput);

}  // namespace ridge
