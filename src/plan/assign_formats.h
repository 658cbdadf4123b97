// One candidate for every region and the orders of every value, chosen together with the cost of reformats.
#pragma once

#include <map>
#include <vector>

#include "plan/cover.h"

namespace ridge {

/// The order in which a value is produced, and perhaps one more copy of it that serves all consumers that
/// want it.
struct ValueOrders {
  Order produced = Order::plain;
  bool both = false;
};

struct Formats {
  std::vector<size_t> choice;             ///< by region: index into CoverRegion::choices
  std::map<ValueId, ValueOrders> values;  ///< every value that crosses a border, but constants
};

/// A PBQP (plan/pbqp.h): regions take a candidate, values one of at most four sets of orders. Graph inputs
/// are plain, graph outputs exist in plain order, constants cost nothing in either.
Formats assignFormats(const Graph& graph, const Cover& cover, const std::vector<const Backend*>& backends);

}  // namespace ridge
