// What ops with bodies share.
#pragma once

#include <vector>

#include "ops/evaluate_context.h"
#include "ops/infer.h"

namespace ridge::ops {

inline constexpr Traits kRunsBodies{.foldable = false};

/// What is known of a value that is either a or b; Error{input} worded for the node when their kinds differ.
ValueType either(const InferContext& c, const ValueType& a, const ValueType& b);

/// The same with nothing known of its dimensions, nor of their number.
ValueType withoutShape(ValueType type);

bool sameType(const ValueType& a, const ValueType& b);

/// Infers body 0 whose values `carried` (formal inputs from `firstCarried` on) become its outputs from
/// `firstResult` on, until what is known of them holds for every iteration. `formal` gets what holds.
std::vector<ValueType> inferCarried(InferContext& c, std::vector<ValueType>& formal, size_t firstCarried,
                                    size_t count, size_t firstResult);

/// First opset in which control flow takes the containers and the elements of these values: 13 sequences, 16
/// optionals and bfloat16, later the narrower ones. What bodies capture is free.
int sinceOfValues(const Node& node, const Graph& graph, int base);

/// The one element of a boolean tensor.
bool truthOf(const EvaluateContext& c, const Tensor& tensor);

/// Slices of a scan output, one an iteration, that become one tensor with a new axis.
class Stack {
 public:
  void add(const EvaluateContext& c, const Datum& slice);
  /// `axis` in the result's dimensions (negative: from the end). Without slices the result has 0 of them, of
  /// the dimensions and type that inference knows (unknown dimensions: 0).
  Tensor join(const EvaluateContext& c, int64_t axis, bool reversed, const Value& inferred) const;

 private:
  std::vector<Tensor> slices_;
  int64_t bytes_ = 0;
};

}  // namespace ridge::ops
