// Attributes and granularity of QuantizeLinear and DequantizeLinear.
#pragma once

#include "ops/infer_support.h"
#include "ops/kernel_context.h"
#include "ops/ops.h"

namespace ridge::ops {

struct QuantizeAttributes : AttributesOf<QuantizeAttributes> {
  int64_t axis = 1;         ///< of a scale with one dimension, or of its blocks
  int64_t blockSize = 0;    ///< 0: the scale is not blocked
  int64_t outputDtype = 0;  ///< a DType; 0: the zero point's, else uint8
  int64_t precision = 0;    ///< type of the division; 0: the scale's
  bool saturate = true;     ///< float8 results only

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axis", self.axis);
    v("block_size", self.blockSize);
    v("output_dtype", self.outputDtype);
    v("precision", self.precision);
    v("saturate", self.saturate);
  }
};

struct DequantizeAttributes : AttributesOf<DequantizeAttributes> {
  int64_t axis = 1;
  int64_t blockSize = 0;
  int64_t outputDtype = 0;  ///< a DType; 0: the scale's

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axis", self.axis);
    v("block_size", self.blockSize);
    v("output_dtype", self.outputDtype);
  }
};

/// Checks scale and zero point (inputs 1 and 2) against input 0.
void requireGranularity(const InferContext& c, int64_t axis, int64_t blockSize);

/// `stated` is 0 or the number of an element type.
void requireKnownType(const InferContext& c, int64_t stated);

/// Which element of scale and zero point belongs to an element of input 0.
class ScaleIndex {
 public:
  /// Throws Error{input} where the shapes do not fit together.
  ScaleIndex(const KernelContext& k, int64_t axis, int64_t blockSize);
  int64_t operator()(int64_t element) const;

 private:
  int64_t size_ = 1, inner_ = 1;    // of the axis, and of what is behind it
  int64_t block_ = 1, blocks_ = 0;  // elements of a block, blocks along the axis; 0: no scale varies
  bool blocked_ = false;
};

/// The opset that has this granularity and these types.
int sinceOfQuantization(const Node& node, const Graph& graph, DType quantized, DType real, int64_t blockSize);

}  // namespace ridge::ops
