// What Op::evaluate sees: ops whose results are not arrays of a shape known in advance make them here.
#pragma once

#include <string>
#include <vector>

#include "ir/datum.h"
#include "ir/graph.h"

namespace ridge {

class EvaluateContext {
 public:
  EvaluateContext(const Node& node, const std::vector<Datum>& inputs)
      : node_(node), inputs_(inputs), outputs_(node.out.size()) {}

  const Node& node() const { return node_; }
  template <class T>
  const T& attrs() const {
    return node_.as<T>();
  }

  /// Inputs that the op itself reads: without those that only its bodies capture.
  size_t inputCount() const { return inputs_.size() - static_cast<size_t>(node_.captures); }
  bool has(size_t index) const { return index < inputCount() && inputs_[index].present(); }
  const Datum& input(size_t index) const { return inputs_[index]; }
  const Tensor& tensor(size_t index) const;                 ///< Error{input} when it is none
  const std::vector<Tensor>& sequence(size_t index) const;  ///< Error{input} when it is none

  size_t outputCount() const { return outputs_.size(); }
  bool wants(size_t index) const { return index < outputs_.size() && node_.out[index] != kNoValue; }
  void set(size_t index, Datum value) { outputs_[index] = std::move(value); }

  /// Runs a body of the node on its formal inputs; what it captures is added.
  std::vector<Datum> run(size_t body, std::vector<Datum> formal) const;

  /// Throws Error{input}: contents that the op forbids.
  [[noreturn]] void fail(std::string sentence) const;

  std::vector<Datum> takeOutputs() { return std::move(outputs_); }

 private:
  const Node& node_;
  const std::vector<Datum>& inputs_;
  std::vector<Datum> outputs_;
};

}  // namespace ridge
