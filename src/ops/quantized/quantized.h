// The integer ops of lowered graphs: what they share. docs/integer_arithmetic.md numbers the rules.
#pragma once

#include <cmath>
#include <limits>

#include "ops/conv/conv.h"
#include "ops/infer.h"
#include "ops/kernel_context.h"

namespace ridge::ops {

/// A result of 8 bits: its type, zero point and the bounds of rule 6, which are the type's narrowed by a
/// clamp.
struct QuantizedResult {
  int64_t type = static_cast<int64_t>(DType::u8);
  int64_t zero = 0, low = 0, high = 255;

  template <class Self, class V>
  static void visitResult(Self& self, V& v) {
    v("y_type", self.type);
    v("y_zero_point", self.zero);
    v("y_low", self.low);
    v("y_high", self.high);
  }

  /// Rule 6: the zero point is added after rounding, NaN gives the lower bound.
  int64_t rounded(float r) const {
    const auto least = static_cast<float>(low - zero), most = static_cast<float>(high - zero);
    const float raised = r > least ? r : least;
    return zero + static_cast<int64_t>(std::nearbyint(raised < most ? raised : most));
  }
};

/// From a sum of products to its byte: rules 4 and 5. Without `activated` the op's multiplier is M and its
/// offset C, and the residual's scale is S. With it they are A, D and sz, and what lies between is a clamp.
struct QuantizedSum : QuantizedResult {
  int64_t xZero = 0;
  int64_t residualZero = 0;
  float residualScale = 0;
  bool activated = false;
  float activationLow = -std::numeric_limits<float>::infinity();
  float activationHigh = std::numeric_limits<float>::infinity();
  float inverse = 1;  ///< 1 / sy, when activated

  template <class Self, class V>
  static void visitSum(Self& self, V& v) {
    visitResult(self, v);
    v("x_zero_point", self.xZero);
    v("z_zero_point", self.residualZero);
    v("z_scale", self.residualScale);
    v("activated", self.activated);
    v("activation_low", self.activationLow);
    v("activation_high", self.activationHigh);
    v("y_inverse_scale", self.inverse);
  }

  /// `residual` is z - zz; `has` when there is one.
  int64_t finished(int32_t sum, float multiplier, float offset, bool has, int32_t residual) const;
};

/// Inputs of ridge.qconv and ridge.qmatmul. Those from kQWeightZero on are optional.
enum QuantizedInput : size_t {
  kQData,        ///< bytes
  kQWeight,      ///< bytes, by output first
  kQMultiplier,  ///< float32 for each output
  kQWeightZero,  ///< of the weights' type, for each output; absent: 0
  kQBias,        ///< int32 for each output
  kQOffset,      ///< float32 for each output
  kQResidual,    ///< bytes like the result
  kQInputs
};

struct QConvAttributes : AttributesOf<QConvAttributes, ConvAttributes>, QuantizedSum {
  template <class Self, class V>
  static void visit(Self& self, V& v) {
    ConvAttributes::visit(self, v);
    visitSum(self, v);
  }
};

/// x[..., depth] by w[outputs, depth]: the weights are stored by output.
struct QMatMulAttributes : AttributesOf<QMatMulAttributes>, QuantizedSum {
  template <class Self, class V>
  static void visit(Self& self, V& v) {
    visitSum(self, v);
  }
};

/// y = (a - za) * aScale + (b - zb) * bScale, rule 9; scales over the result's.
struct QAddAttributes : AttributesOf<QAddAttributes>, QuantizedResult {
  int64_t aZero = 0, bZero = 0;
  float aScale = 1, bScale = 1;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    visitResult(self, v);
    v("a_zero_point", self.aZero);
    v("b_zero_point", self.bZero);
    v("a_scale", self.aScale);
    v("b_scale", self.bScale);
  }
};

/// The mean over all spatial axes, rule 9; the scale is sx / (sy * count).
struct QGlobalAveragePoolAttributes : AttributesOf<QGlobalAveragePoolAttributes>, QuantizedResult {
  int64_t xZero = 0;
  float scale = 1;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    visitResult(self, v);
    v("x_zero_point", self.xZero);
    v("scale", self.scale);
  }
};

/// Error{input} unless the result is a byte and its zero point and bounds are numbers of its type.
void requireResult(const InferContext& c, const QuantizedResult& result);
/// Error{input} unless a zero point is a number of an input's type, and that a byte.
void requireZero(const InferContext& c, size_t input, int64_t zero);
/// Types and lengths of the inputs behind the weights, for `outputs` of them.
void requireSumInputs(const InferContext& c, const QuantizedSum& sum, const Dim& outputs);

/// What the sums of a node become, element by element: reads the small inputs.
class SumFinish {
 public:
  SumFinish(const KernelContext& k, const QuantizedSum& sum, int64_t outputs);

  double weightZero(int64_t output) const;
  /// The finished byte of an exact sum; `place` is where it goes.
  double operator()(double sum, int64_t output, int64_t place) const;

 private:
  const KernelContext& k_;
  const QuantizedSum& sum_;
};

/// For `expand`: standard nodes in steps instead of in units, whose float32 result is within one step. The
/// scale of x, w and y is 1, the multiplier stands in a Mul.
ValueId dequantizedSteps(GraphBuilder& b, ValueId x, int64_t zero, const char* name);
void replaceBySteps(GraphBuilder& b, const Node& node, ValueId steps, const QuantizedResult& result);
/// The epilogue of sums whose outputs lie along an axis with `behind` axes behind it.
ValueId expandedSum(GraphBuilder& b, const Node& node, const QuantizedSum& sum, ValueId sums, size_t behind);
/// Weights less their zero points, as float32.
ValueId expandedWeights(GraphBuilder& b, const Node& node);

}  // namespace ridge::ops
