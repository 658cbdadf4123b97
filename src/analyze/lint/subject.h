// The network that rules look at: as people wrote it, and as kernels would run it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyze/layer_cost.h"
#include "analyze/product_reach.h"
#include "analyze/roof.h"
#include "base/error.h"
#include "ops/infer.h"
#include "passes/driver.h"
#include "plan/region.h"

namespace ridge::analyze::lint {

/// Nodes that one kernel runs, and what it costs.
struct Kernel {
  Region region;
  LayerCost cost;
  double seconds = 0;      ///< least time, without the launch
  bool moves = false;      ///< only moves elements: the planner makes views of it where it can
  int copies = 0;          ///< of a kernel that moves: parts that the plan copies; 0: all are views
  double copiedBytes = 0;  ///< in them, read once
  bool dynamic = false;    ///< control flow, or results whose shapes are not known in advance
  bool runs() const { return !moves || copies > 0; }  ///< else no more than views
  bool pointwise() const { return region.anchors.empty() && !moves && !dynamic; }
};

/// Answers are computed when they are first asked for. `imported` must outlive it.
class Subject {
 public:
  /// Shapes for every input (api/shapes.h finds them). Error{input} when the model does not take them.
  /// `assumesLaunch`: nobody measured what a launch takes, findings say so.
  Subject(const Graph& imported, std::vector<BoundShape> shapes, Roof roof, bool assumesLaunch = false,
          PassOptions passes = {});

  const Graph& imported() const { return imported_; }  ///< dimensions that the file leaves open are open
  const Graph& graph() const { return bound_; }        ///< the same nodes and values with static shapes
  const Roof& roof() const { return roof_; }
  bool launchIsAssumed() const { return assumesLaunch_; }

  /// The graph after all passes, and how kernels of the CPU would cover it. Error{input} where the passes
  /// refuse the network (an op that nobody knows).
  const Graph& lowered() const;
  const std::vector<Kernel>& kernels() const;
  /// The kernel that runs a node of the lowered graph.
  const Kernel& kernelOf(NodeId lowered) const;

  /// Of a node of graph().
  const LayerCost& costOf(NodeId node) const { return costs_[static_cast<size_t>(node)]; }
  double floorOf(NodeId node) const { return analyze::floorOf(costOf(node), roof_).seconds; }
  /// Of a value, floats at the roof's precision.
  double bytesOf(const Graph& graph, ValueId value) const;
  double bytesOfElement(DType type) const;
  double secondsToMove(double bytes) const;
  double secondsToCompute(double operations) const;

  /// Least time of the whole network: of its kernels, or of its nodes where it cannot be lowered.
  double seconds() const;
  /// Of graph() and of lowered().
  const ProductReach& reach() const;
  const ProductReach& loweredReach() const;
  /// The network has QuantizeLinear or DequantizeLinear.
  bool quantized() const { return quantized_; }

 private:
  struct Lowered {
    Graph graph;
    std::vector<Kernel> kernels;
    std::vector<int> kernelOf;
    std::optional<ProductReach> reach;
  };
  Lowered& lower() const;
  void findKernels(Lowered& made) const;

  const Graph& imported_;
  std::vector<BoundShape> shapes_;
  Roof roof_;
  bool assumesLaunch_;
  PassOptions passes_;
  Graph bound_;
  std::vector<LayerCost> costs_;
  bool quantized_ = false;
  mutable std::optional<ProductReach> reach_;
  mutable std::optional<Lowered> lowered_;
  mutable std::optional<Error> refused_;
};

/// Costs of the graph's own nodes by id, not those of bodies.
std::vector<LayerCost> costsById(const Graph& graph, Precision precision);

}  // namespace ridge::analyze::lint
