// Arrays and raw steps: regions in order, with the reformats between them, before anything has a place in
// memory.
#pragma once

#include <string>
#include <vector>

#include "plan/assign_formats.h"
#include "plan/cover.h"
#include "plan/memories.h"
#include "plan/plan.h"

namespace ridge {

/// One storage of a value while memory is planned. Strides are final once `parent` is settled.
struct Storage {
  ValueId value = kNoValue;
  Order order = Order::plain;
  DType type = DType::undefined;
  Dims dims, strides;
  Space space = Space::arena;  ///< input, output, arena, weights
  int32_t index = 0;           ///< of the input, output or blob; of the memory when in an arena
  int def = -1;                ///< raw step that writes it; -1: there from the start
  int lastUse = -1;
  int parent = -1;           ///< storage whose bytes it shares
  int64_t offset = 0;        ///< first element, in elements of its own type, within the root
  uint64_t arenaOffset = 0;  ///< of a root in the arena, bytes
};

struct RawStep {
  enum class Kind { region, movement, copy, transfer };
  Kind kind = Kind::region;
  int region = -1;           ///< index into Cover::regions, for region and movement
  std::vector<int> in, out;  ///< storages; -1: absent, or a constant that is read only in packed form
  int memory = 0;            ///< where it runs; transfers are steps of the device
};

struct Layout {
  std::vector<Storage> storages;
  std::vector<RawStep> steps;
  std::vector<int> inputs, outputs;  ///< storages of the plan's ports; -1: in a slot
};

/// Key of a constant in the WeightStore, stored in this order.
std::string constantKey(const Tensor& tensor, Order order);

/// Constants are stored in `weights` in the order in which they are read. A value that is read in another
/// memory than it is made in is transferred once for each order and memory, before the first step that reads
/// it; between two devices it goes by way of the host.
Layout layOut(const Graph& graph, const Cover& cover, const Formats& formats, const Memories& memories,
              WeightStore& weights);

}  // namespace ridge
