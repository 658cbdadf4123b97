// Why a region is as large as it is, and whose: the decisions of the cover, for `explain`.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <vector>

#include "plan/cover.h"
#include "plan/grow.h"

namespace ridge {

/// What backends say of one of the nested regions that a seed can grow into.
struct Offer {
  CoverRegion region;
  std::vector<Refusal> refusals;
  double cost = std::numeric_limits<double>::infinity();
};

/// Decisions on `chosen`, which was offers[taken].region: fallback, tactics that declined, where it was cut
/// short, and which inner values are stored. `offers` are by size.
std::vector<Decision> reasonsOf(const Graph& graph, std::span<const Offer> offers, size_t taken,
                                const CoverRegion& chosen);

/// Decisions on nodes that follow the region and never could be in it.
std::vector<Decision> reasonsOf(const Graph& graph, const CoverRegion& chosen,
                                std::span<const Outsider> outsiders);

}  // namespace ridge
