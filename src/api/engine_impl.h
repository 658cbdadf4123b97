// What stands behind ridge::Engine: an engine that was built in memory, or one from a file.
#pragma once

#include <memory>
#include <optional>

#include "api/build.h"
#include "api/load.h"

namespace ridge {

struct EngineImpl {
  std::optional<BuildResult> built;
  std::optional<LoadedEngine> loaded;
  std::shared_ptr<PlanSet> plans;
  std::shared_ptr<Replanner> replanner;  ///< null when the engine carries no portable graph

  const EngineData& data() const { return built ? built->data : loaded->file->data(); }
};

std::shared_ptr<const EngineImpl> implementationOf(BuildResult built);
std::shared_ptr<const EngineImpl> implementationOf(LoadedEngine loaded);

}  // namespace ridge
