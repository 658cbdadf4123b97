// Looking at inner tensors without changing the plan: those that cross a region's border are read, those
// inside are recomputed from the region's inputs by its nodes.
#pragma once

#include <map>
#include <string>

#include "ir/graph.h"
#include "runtime/context.h"

namespace ridge {

class Taps {
 public:
  /// `lowered` is the graph that the plan was made from. Error{usage} when no value's name (of the source
  /// model, or of the lowered graph) matches `glob`.
  Taps(const Graph& lowered, const Plan& plan, const std::string& glob);

  /// Observes the next executions of `context`.
  void attach(ExecutionContext& context);

  /// After an execution: values by name.
  const std::map<std::string, Tensor>& values() const { return values_; }

 private:
  struct Inner {
    ValueId value;
    std::string name;
    size_t step;
  };
  void findPlaces(const Plan& plan, const std::map<ValueId, std::string>& wanted);
  void before(const ExecutionContext& context, size_t step);
  void after(const ExecutionContext& context, size_t step);
  Tensor recompute(ValueId value, const std::map<std::string, Tensor>& known) const;

  const Graph& lowered_;
  std::multimap<size_t, std::pair<size_t, std::string>> borders_;  // step -> array, name
  std::multimap<size_t, Inner> inner_;                             // by step
  std::map<std::string, Tensor> values_;
};

}  // namespace ridge
