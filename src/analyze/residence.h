// Where the bytes of a step are when it runs: in a cache, or only in main memory.
#pragma once

#include <span>
#include <vector>

#include "analyze/layer_cost.h"
#include "plan/plan.h"

namespace ridge::analyze {

/// Bytes that a step moves, by the innermost memory that holds them: an entry for each of a roof's caches,
/// the last one for main memory.
using BytesByMemory = std::vector<double>;

/// One entry a step of the plan, which is executed again and again. Caches are taken for one of each level
/// that all threads share and that always gives up what was used longest ago: bytes are in the first one that
/// is no smaller than all that was touched since they were touched last. What a step writes counts where its
/// reader will find it. Arrays are those of the plan (weights packed); sums are the bytes of `costs`, one
/// entry a step. Parts of an array that lie between one another (channels of a joined one) touch each other's
/// lines, so a part counts as found when the next one is written.
std::vector<BytesByMemory> residencesOf(const Plan& plan, std::span<const LayerCost> costs,
                                        std::span<const MemoryLevel> caches);

/// The least time when every memory moves what is in it and what is farther out, all at once, each at its own
/// speed.
Floor floorOf(const LayerCost& layer, const Roof& roof, const BytesByMemory& bytes);

}  // namespace ridge::analyze
