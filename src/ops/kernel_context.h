// What a reference kernel sees: dense row-major views of its inputs and outputs, and scratch stated in
// advance.
#pragma once

#include <functional>
#include <span>

#include "ir/graph.h"

namespace ridge {

/// Elements of a dense row-major array that somebody else owns. Inputs are never written.
struct TensorView {
  DType type = DType::undefined;
  std::span<const int64_t> dims;
  std::byte* data = nullptr;  ///< null: an absent optional input

  int64_t count() const;
  template <class T>
  T* as() const {
    return reinterpret_cast<T*>(data);
  }
};

class KernelContext {
 public:
  KernelContext(const Node& node, std::span<const TensorView> inputs, std::span<const TensorView> outputs,
                std::span<std::byte> scratch)
      : node_(node), inputs_(inputs), outputs_(outputs), scratch_(scratch) {}

  const Node& node() const { return node_; }
  template <class T>
  const T& attrs() const {
    return node_.as<T>();
  }
  size_t inputCount() const { return inputs_.size(); }
  bool has(size_t index) const { return index < inputs_.size() && inputs_[index].data != nullptr; }
  const TensorView& input(size_t index) const { return inputs_[index]; }
  size_t outputCount() const { return outputs_.size(); }
  bool wants(size_t index) const { return index < outputs_.size() && outputs_[index].data != nullptr; }
  const TensorView& output(size_t index) const { return outputs_[index]; }

  /// 64-byte aligned, as many bytes as Op::scratch said.
  std::span<std::byte> scratch() const { return scratch_; }

  /// Throws Error{input}: contents that the op forbids (an index out of range).
  [[noreturn]] void fail(std::string sentence) const;

 private:
  const Node& node_;
  std::span<const TensorView> inputs_, outputs_;
  std::span<std::byte> scratch_;
};

// Elements are read and written as numbers of the kernel's class: ops/numbers.h, ops/reference_support.h.

}  // namespace ridge
