// What the passes that make integer ops share: Q and DQ with their constants, and what stands between sums
// and a Q. docs/integer_arithmetic.md numbers the rules.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/patch.h"
#include "ops/quantized/quantized.h"

namespace ridge::passes {

/// Scale and zero point of a Q or DQ, both constant and within the contract.
struct Steps {
  NodeId node = kNoNode;
  ValueId bytes = kNoValue;  ///< what a DQ reads, what a Q makes
  DType type = DType::undefined;
  std::vector<double> scale;  ///< one, or one for each element of `axis`
  std::vector<int64_t> zero;  ///< as many
  int64_t axis = 0;

  double theScale() const { return scale.front(); }
  int64_t theZero() const { return zero.front(); }
};

/// A refusal with its sentence.
struct Refused {
  std::string why;
};

/// The DequantizeLinear that makes `value`, from bytes with one scale for all. Null when another node makes
/// it; throws Refused when it is outside the contract.
std::optional<Steps> dequantized(const Graph& graph, ValueId value);
/// The same for a QuantizeLinear node.
Steps quantizedBy(const Graph& graph, NodeId quantize);

/// Constant weights of 8 bits with scales along `axis` or one scale for all. `tensor` may come from a Q of a
/// float constant.
struct QuantizedWeights {
  Steps steps;
  Tensor tensor;
};
std::optional<QuantizedWeights> dequantizedWeights(const Graph& graph, ValueId value);

/// What stands between a result in float32 and the Q that reads it: a clamp behind everything, a residual, a
/// clamp before it.
struct Tail {
  ValueId from = kNoValue;  ///< the result in float32
  std::vector<NodeId> nodes;
  Steps result;                       ///< the Q
  double low = -1e300, high = 1e300;  ///< clamp right before the Q
  std::optional<Steps> residual;
  std::optional<std::pair<float, float>> inner;  ///< clamp before the residual
};
/// From the Q upwards as far as clamps and one residual go. Throws Refused.
Tail tailOf(const Graph& graph, NodeId quantize);

/// The bounds of rule 6 and the type and zero point of the result.
ops::QuantizedResult resultOf(const Tail& tail);

/// `number` rounded once; throws Refused unless that is a normal float32.
float normalFloat(double number);

/// Everything that a sum by these weights needs besides data and weights: fills `sum` and the inputs of the
/// node from kQMultiplier on. `bias` has one element for each output, or none.
struct SumConstants {
  const Steps& x;
  const QuantizedWeights& weights;
  const Tail& tail;
  std::vector<double> bias;
  int64_t outputs = 0, depth = 0;
};
std::vector<ValueId> sumInputs(GraphBuilder& builder, const SumConstants& of, const std::string& name,
                               ops::QuantizedSum& sum);

/// Elements of a float32 constant, or of a DQ of an int32 one, as float32 has them. Null for anything else.
std::optional<std::vector<double>> biasValues(const Graph& graph, ValueId value);

/// Runs a rewrite that may throw Refused.
template <class Fn>
Rewrite unlessRefused(Fn&& rewrite) {
  try {
    return rewrite();
  } catch (const Refused& refused) {
    return Declined{refused.why};
  }
}

}  // namespace ridge::passes
