// Small networks with one fault each, and the same networks without it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analyze/lint/lint.h"
#include "support/graph_maker.h"

namespace ridge::test {

struct Fault {
  std::string name;                    ///< of the test
  std::string rule;                    ///< that must find it
  std::string layer;                   ///< among those of the finding
  std::string figure;                  ///< part of its figure
  std::function<Graph(bool)> network;  ///< with (true) or without the fault
  double seconds = -1;                 ///< what the remedy saves, where a pencil can tell
};

std::vector<Fault> floatFaults();
std::vector<Fault> movementFaults();
std::vector<Fault> quantizedFaults();

/// Arithmetic and memory in balance at one operation a byte, nothing to launch, no multiple: whatever a
/// network moves or computes takes a nanosecond a byte or an operation.
analyze::Roof plainRoof();

/// x through `nodes` to the only output.
using Nodes = std::function<ValueId(GraphMaker&, ValueId)>;
Graph networkOf(const Nodes& nodes, Dims in = {1, 16, 8, 8});

/// A convolution whose stride is 1 and whose size stays, with weights and bias.
ValueId convolution(GraphMaker& m, ValueId in, const std::string& name, int64_t to, int64_t from,
                    int64_t kernel = 3, int64_t group = 1);

}  // namespace ridge::test
