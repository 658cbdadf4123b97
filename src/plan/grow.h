// Nested region candidates: an anchor, then the anchor with ever more of the elementwise nodes that follow
// it.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "plan/region.h"

namespace ridge {

/// Which region (by position of its seed) each node belongs to, while the cover is being made.
class Assignment {
 public:
  static constexpr int kFree = -1;
  explicit Assignment(const Graph& graph);
  int positionOf(NodeId node) const { return position_[static_cast<size_t>(node)]; }
  void assign(const Region& region, int position);
  /// Nobody grows into these; nobody may read from them before they are assigned.
  void reserve(const std::vector<NodeId>& nodes);

 private:
  std::vector<int> position_;
};

/// Can be a member of an epilogue: an elementwise float32 node that has an expression.
bool hasExpression(const Graph& graph, NodeId node);

/// Regions that start at `seed`, smallest first; the first is the seed alone. A member's outside inputs come
/// from regions before `position`, so that executing regions by position is always right. Values in `taps`
/// become outputs.
std::vector<Region> growRegions(const Graph& graph, NodeId seed, int position, const Assignment& assigned,
                                const std::set<ValueId>& taps);

enum class Objection : uint8_t {
  none,
  noExpression,  ///< elementwise, but of types or attributes that no expression has
  elsewhere,     ///< in an island, whose nodes are set aside first
  later,         ///< reads `value`, which is made after this region
  otherShape,    ///< its result has another shape
  otherOperand,  ///< `value` cannot be broadcast to that shape, or is no float32
  tooMany        ///< the region is as large as regions become
};

/// An elementwise node that reads what a region makes and is not in it.
struct Outsider {
  NodeId node = kNoNode;
  Objection objection = Objection::none;
  ValueId value = kNoValue;
};

/// The elementwise nodes that `region`, which nothing more could join, might be expected to have.
std::vector<Outsider> outsidersOf(const Graph& graph, const Region& region, int position,
                                  const Assignment& assigned);

/// Why it is none, for people.
std::string sentenceOf(const Graph& graph, const Outsider& outsider);

}  // namespace ridge
