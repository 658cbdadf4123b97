// Looking at inner tensors without changing the plan: those that cross a region's border are read, those
// inside are recomputed from the region's inputs by its nodes.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ir/graph.h"
#include "runtime/context.h"

namespace ridge {

class Taps {
 public:
  /// `lowered` is the graph that the plan was made from; `source`, where it is at hand, the model that it
  /// stems from: a node's name stands for all of its outputs. Where neither a value nor a node matches
  /// `glob`, steps of the plan may. Error{usage} when nothing does.
  Taps(const Graph& lowered, const Plan& plan, const std::string& glob, const Graph* source = nullptr);

  /// Observes the next executions of `context`.
  void attach(ExecutionContext& context);

  /// After an execution: values by name. What is no tensor (a sequence, an empty optional) is left out.
  const std::map<std::string, Tensor>& values() const { return values_; }

 private:
  struct Inner {
    ValueId value;
    std::string name;
    size_t step;
  };
  std::map<ValueId, std::string> wantedValues(const Plan& plan, const std::string& glob,
                                              const Graph* source) const;
  void findPlaces(const Plan& plan, const std::map<ValueId, std::string>& wanted);
  bool addSlot(const Plan& plan, ValueId id, const std::string& name);
  bool addBorder(const Plan& plan, ValueId id, const std::string& name);
  bool addInner(const Plan& plan, ValueId id, const std::string& name);
  /// The last step that writes the value or, for a view, what it is made of; -1 when that is an input.
  int lastWriter(const Plan& plan, ValueId id) const;
  bool followsFrom(const Plan& plan, const Step& step, ValueId id) const;
  void before(const ExecutionContext& context, size_t step);
  void after(const ExecutionContext& context, size_t step);
  /// Adds what it has computed to `known`.
  Datum recompute(ValueId value, std::map<std::string, Datum>& known) const;

  const Graph& lowered_;
  std::multimap<size_t, std::pair<size_t, std::string>> borders_;  // step -> array, name
  std::multimap<size_t, Inner> inner_;                             // by step
  std::vector<std::pair<size_t, std::string>> slots_;              // what islands make: read at the end
  std::map<std::string, Tensor> values_;
};

}  // namespace ridge
