// A profile for people and for scripts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyze/memory_use.h"
#include "analyze/profile/counters.h"
#include "analyze/profile/layers.h"
#include "analyze/roofline.h"
#include "common/source.h"
#include "profile_stages.h"

namespace ridge::tool {

struct ProfileResult {
  std::string path;
  int64_t batch = 1;
  analyze::Timing timing;
  std::vector<analyze::LayerProfile> layers;  ///< by step
  analyze::Edges edges;                       ///< of layers
  std::string costNote;                       ///< why costs are not known; "" when they are
  analyze::Roofs roofs;                       ///< of fp32
  analyze::MemoryUse memory;
  uint64_t activationBytes = 0;
  int64_t peakMemoryBytes = 0;  ///< of the process
  std::optional<analyze::StepCounts> counts;
  std::vector<StageTime> stages;
};

struct TableOptions {
  analyze::LayerOrder order = analyze::LayerOrder::gap;
  size_t rows = 0;  ///< 0: all
};

void printProfile(const ProfileResult& profile, const Plan& plan, const TableOptions& options,
                  const Output& out);

Json profileJson(const ProfileResult& profile, const Source& source);

}  // namespace ridge::tool
