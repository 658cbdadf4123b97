// What float32 can reach at all: asked only where a result misses its bound.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "verify/metrics.h"
#include "verify/truth.h"

namespace ridge {

/// How far rounding alone may move each element of a region's result. A sum of K products loses what cancels:
/// its error scales with the sum of their magnitudes, not with the result; elementwise members pass that on
/// by their slope and add a few roundings of their own; an attention's scores are sums too. Whatever adds
/// nothing (copies, largest elements, softmax) has no slack.
class RoundingSlack {
 public:
  /// `given` are the values that the region is fed; a region of more than `mostNodes` is not looked into.
  RoundingSlack(const Graph& lowered, LoweredTruth& truth, std::set<ValueId> given, size_t mostNodes)
      : lowered_(lowered), truth_(truth), given_(std::move(given)), nodesLeft_(mostNodes) {}

  /// Every element of `got` is as near to the truth of `value` as float32 allows.
  bool covers(ValueId value, const Tensor& got);

 private:
  using Slack = std::vector<double>;  ///< by element; empty for none
  const Slack& of(ValueId value);
  Slack ofNode(const Node& node, ValueId value);
  /// What one input's slack does to an elementwise node's result.
  void addMoved(const Node& node, std::vector<Tensor> inputs, size_t moved, const Slack& by,
                const std::vector<double>& want, Slack& total);

  const Graph& lowered_;
  LoweredTruth& truth_;
  std::set<ValueId> given_;
  size_t nodesLeft_;
  std::map<ValueId, Slack> known_;
};

/// The outputs when every input and every weight of a convolution or product is changed by about one unit in
/// the last place: a network that amplifies rounding errors cannot be asked for more than these have.
std::vector<Tensor> outputsUnderRounding(const Graph& imported, const NamedInputs& inputs);

/// The same for one node with bodies: their weights change too.
std::vector<Datum> resultsUnderRounding(const Node& node, std::vector<Datum> inputs);

}  // namespace ridge
