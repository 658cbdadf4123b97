// What a value holds while a graph is evaluated.
#pragma once

#include <memory>
#include <vector>

#include "ir/tensor.h"

namespace ridge {

/// What a value is made of: ONNX's tensor, seq(tensor), optional(tensor) and optional(seq(tensor)).
enum class Container : uint8_t { tensor, sequence, optional, optionalSequence };

/// A tensor, a sequence of tensors, or nothing: an absent optional input, an empty optional. An optional that
/// holds something is what it holds.
struct Datum {
  Tensor tensor = {};
  std::shared_ptr<const std::vector<Tensor>> sequence = {};  ///< null unless a sequence; copies share it

  Datum() = default;
  Datum(Tensor value) : tensor(std::move(value)) {}  // NOLINT(google-explicit-constructor): a tensor is one
  static Datum ofSequence(std::vector<Tensor> values) {
    Datum made;
    made.sequence = std::make_shared<const std::vector<Tensor>>(std::move(values));
    return made;
  }

  bool present() const { return sequence != nullptr || tensor.defined(); }
};

}  // namespace ridge
