// Two plans, or two profiles, layer by layer.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ridge::analyze {

struct ComparedLayer {
  std::string name, kernel, precision;
  std::vector<std::string> ops, members, origins;  ///< may be empty
  std::optional<double> ms;                        ///< no time: it was not measured
};

struct LayerPair {
  size_t a = 0, b = 0;  ///< indexes
  bool kernelChanged = false, precisionChanged = false, opsChanged = false;
  std::optional<double> ratio;  ///< time of b in parts of a's
  double lostMs = 0;            ///< b less a; 0 without times
};

struct LayerDiff {
  std::vector<LayerPair> pairs;      ///< most time lost first; without times, in the order of a
  std::vector<size_t> onlyA, onlyB;  ///< in order
};

/// A layer's partner has the same name, else shares a member, else a source node; each has one at most, found
/// in that order of certainty.
LayerDiff diffLayers(std::span<const ComparedLayer> a, std::span<const ComparedLayer> b);

}  // namespace ridge::analyze
