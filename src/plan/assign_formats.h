// One candidate for every region and the orders of every value, chosen together with the cost of reformats.
#pragma once

#include <map>
#include <vector>

#include "plan/cover.h"

namespace ridge {

/// The order and the memory in which a value is produced, and perhaps one more copy of it in the other order
/// or elsewhere that serves all consumers that want it.
struct ValueOrders {
  Order produced = Order::plain;
  bool both = false;
  int memory = 0;
  bool away = false;  ///< read in other memories too
};

struct Formats {
  std::vector<size_t> choice;             ///< by region: index into CoverRegion::choices
  std::map<ValueId, ValueOrders> values;  ///< every value that crosses a border, but constants
};

/// A PBQP (plan/pbqp.h): regions take a candidate, values one of at most four sets of orders; with devices,
/// in each memory and with or without a transfer. Graph inputs are plain, graph outputs exist in plain order,
/// both on the host; constants cost nothing in either order and are everywhere.
Formats assignFormats(const Graph& graph, const Cover& cover, const Memories& memories);

}  // namespace ridge
