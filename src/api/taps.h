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
  bool addBorder(const Plan& plan, ValueId id, const std::string& name);
  bool addInner(const Plan& plan, ValueId id, const std::string& name);
  /// The last step that writes the value or, for a view, what it is made of; -1 when that is an input.
  int lastWriter(const Plan& plan, ValueId id) const;
  bool followsFrom(const Plan& plan, const Step& step, ValueId id) const;
  void before(const ExecutionContext& context, size_t step);
  void after(const ExecutionContext& context, size_t step);
  /// Adds what it has computed to `known`.
  Tensor recompute(ValueId value, std::map<std::string, Tensor>& known) const;

  const Graph& lowered_;
  std::multimap<size_t, std::pair<size_t, std::string>> borders_;  // step -> array, name
  std::multimap<size_t, Inner> inner_;                             // by step
  std::map<std::string, Tensor> values_;
};

}  // namespace ridge
