// The truth: every value of the imported graph under the reference kernels, and what it says of a lowered
// graph.
#pragma once

#include <map>
#include <string>

#include "ir/graph.h"

namespace ridge {

using NamedInputs = std::map<std::string, Tensor>;

/// Values of the imported graph by name.
class Truth {
 public:
  /// Runs `imported`, with no pass applied, on the inputs.
  Truth(const Graph& imported, const NamedInputs& inputs);

  /// Null when the imported graph has no such value.
  const Tensor* find(const std::string& source) const;
  const std::vector<Tensor>& outputs() const { return outputs_; }

 private:
  std::map<std::string, Tensor> values_;
  std::vector<Tensor> outputs_;
};

/// The values of a lowered graph: those with a source are the imported graph's, all others come from the
/// reference kernels on the lowered nodes that make them.
class LoweredTruth {
 public:
  LoweredTruth(const Graph& lowered, const Truth& truth) : lowered_(lowered), truth_(truth) {}

  struct Known {
    Tensor value;           ///< undefined when it is no tensor
    bool imported = false;  ///< taken from the imported graph
    std::shared_ptr<const std::vector<Tensor>> sequence = {};

    Datum datum() const {
      Datum made(value);
      made.sequence = sequence;
      return made;
    }
  };
  /// Computes what it needs, once.
  const Known& value(ValueId id);

  /// What an integer op of the lowered graph makes of the values that `value` gives for its inputs: every bit
  /// of it is defined. Undefined for results of other ops.
  Tensor ofIntegers(ValueId id);

 private:
  void compute(NodeId node);

  const Graph& lowered_;
  const Truth& truth_;
  std::map<ValueId, Known> known_;
};

}  // namespace ridge
