// What a layer costs: operations and bytes, by a stated convention, and the least time that it takes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analyze/roof.h"
#include "ir/graph.h"
#include "plan/plan.h"

namespace ridge::analyze {

/// standard: two operations a multiply-add and all other arithmetic; weights, inputs and outputs, each once.
/// slides: multiply-adds only; weights and outputs, four bytes an element; what works in place counts
/// nothing.
enum class Convention : uint8_t { standard, slides };
std::string_view name(Convention convention);
std::optional<Convention> conventionFromName(std::string_view name);

/// none: no arithmetic at all, only bytes (reshape, transpose, concat).
enum class Bound : uint8_t { memory, compute, none };
std::string_view name(Bound bound);

struct LayerCost {
  std::string name = {};      ///< of the node, else of its first output; of the step of a plan
  std::string op = {};        ///< "Conv"; of a step "Conv+Relu"
  std::string shape = {};     ///< of the first output, "1x64x56x56"
  bool known = true;          ///< false: a shape is known only when the network runs; not counted then
  int depth = 0;              ///< inside bodies of control flow; counted once, however often they run
  int64_t macs = 0;           ///< multiply-adds of convolutions and matrix products
  int64_t flops = 0;          ///< operations, by the convention
  int64_t parameters = 0;     ///< elements of its constants
  int64_t newParameters = 0;  ///< of these, those that no earlier layer has
  int64_t weightBytes = 0, inputBytes = 0, outputBytes = 0;  ///< inputs without weights

  int64_t activationBytes() const;  ///< inputs and outputs
  int64_t bytes() const;            ///< these and weights
  /// Operations per byte; 0 without bytes.
  double intensity() const;
};

/// Only selects or moves elements (Gather, Slice, Transpose), without arithmetic.
bool movesElements(const Node& node);

/// What only selects or moves elements reads no more than it writes: a few rows of a table. They grow with
/// the batch, so they are no weights. For a layer whose every node movesElements().
void capReads(LayerCost& layer);

struct CostOptions {
  Convention convention = Convention::standard;
  Precision precision = Precision::fp32;  ///< bytes of floating-point elements are counted at this precision
};

/// One entry a node, in order of execution.
std::vector<LayerCost> costsOf(const Graph& graph, const CostOptions& options);

/// One entry a step, in order of execution. Arithmetic is that of the members, looked up in `lowered`, the
/// graph that the plan was made from.
std::vector<LayerCost> costsOf(const Plan& plan, const Graph& lowered, const CostOptions& options);

/// Sum of all, parameters that layers share once; name "total".
LayerCost totalOf(std::span<const LayerCost> layers);

/// The least time of a layer under a roof, and what limits it.
struct Floor {
  Bound bound = Bound::none;
  double seconds = 0;
  std::string cache = {};  ///< whose speed limits it, "L2"; "" for main memory
};
/// All bytes from and to main memory.
Floor floorOf(const LayerCost& layer, const Roof& roof);
/// Moving its bytes takes `memorySeconds`, which `cache` (or main memory: "") limits.
Floor floorOf(const LayerCost& layer, const Roof& roof, double memorySeconds, std::string_view cache);

}  // namespace ridge::analyze
