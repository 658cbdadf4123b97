// Einsum: what an equation says about concrete operands.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "ir/graph.h"
#include "ops/inline_vector.h"

namespace ridge::ops {

struct EinsumAttributes : AttributesOf<EinsumAttributes> {
  std::string equation;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v.required("equation", self.equation);
  }
};

/// An index of the sum: a letter, or an axis behind an ellipsis.
using EinsumLabel = int;
using EinsumTerm = InlineVector<EinsumLabel, 32>;

/// A parsed equation: the labels of every operand's axes, and of the result's.
class EinsumEquation {
 public:
  static constexpr size_t kMostOperands = 16;
  /// Labels: letters are 0 to 51; the axes of an ellipsis follow, counted from the last one.
  static constexpr int kLabels = 52 + 32;

  /// `ranks` has one element per operand. Throws Error{input} where they do not fit the equation.
  EinsumEquation(std::string_view equation, std::span<const int64_t> ranks);

  size_t operands() const { return operands_; }
  const EinsumTerm& operand(size_t at) const { return terms_[at]; }
  const EinsumTerm& result() const { return terms_[operands_]; }

 private:
  std::array<EinsumTerm, kMostOperands + 1> terms_;
  size_t operands_ = 0;
};

}  // namespace ridge::ops
