// What an engine file holds, in memory.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plan/plan.h"

namespace ridge {

/// The fact that plans 1 and 2 are for the smallest and the largest shapes that the engine serves.
inline constexpr std::string_view kRangeFact = "shape_range";
inline constexpr const char* kRangePlans = "plans 1 and 2";

struct EngineData {
  std::vector<Plan> plans;          ///< at least one
  std::vector<WeightBlob> weights;  ///< packed and plain constants that the plans read
  Tensor portable;                  ///< the portable graph as ONNX bytes (u8); undefined when left out
  std::string pipeline;             ///< the pipeline specification given at build, as JSON; "" when none
  /// Facts in fixed order: "ridge" (version), "model" (name), "precision", "verified", ...
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<Decision> decisions;  ///< of the passes; those of plans are in the plans

  /// "" when there is no such fact.
  std::string fact(std::string_view name) const;
  void setFact(const std::string& name, std::string value);
};

}  // namespace ridge
