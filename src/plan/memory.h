// Places in memory: views into parents, in-place results, and offsets in one
// arena for each memory.
#pragma once

#include <cstdint>
#include <vector>

#include "plan/layout.h"

namespace ridge {

/// A raw step after views are settled: movements become copies of the pieces that still have to be moved.
struct PlacedCopy {
  int in = 0, out = 0;                  ///< storages
  Dims dims;                            ///< of the piece
  Dims inStrides, outStrides;           ///< by axis of the piece
  int64_t inOffset = 0, outOffset = 0;  ///< elements, from the start of the storage
};
struct PlacedStep {
  int raw = 0;  ///< index into Layout::steps
  std::vector<PlacedCopy>
      copies;  ///< for movements, copies and transfers; a movement without copies is dropped
};

struct MemoryPlan {
  std::vector<PlacedStep> steps;
  std::vector<uint64_t> arenaBytes;  ///< by memory, the host's first
  int inPlace = 0;                   ///< results that took over an input's memory
};

/// Settles Storage::{strides, parent, offset, arenaOffset} in `layout`.
MemoryPlan planMemory(const Cover& cover, const Formats& formats, const Memories& memories, Layout& layout);

/// Storage that owns the bytes, and the first element of `storage` within it.
int rootOf(const Layout& layout, int storage);
int64_t offsetInRoot(const Layout& layout, int storage);

}  // namespace ridge
