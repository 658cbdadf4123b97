// How far rounding may move an attention.
#pragma once

#include <span>
#include <vector>

#include "ir/graph.h"

namespace ridge {

/// For each element of a ridge.attention of these float32 inputs: `unit` is the relative error of a sum of
/// products. A Softmax turns the absolute error of a score into a relative one of its weight.
std::vector<double> attentionSlack(const Node& node, std::span<const Tensor> inputs, double unit);

}  // namespace ridge
