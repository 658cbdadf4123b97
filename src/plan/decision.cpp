#include "plan/decision.h"

#include <array>

namespace ridge {

std::string_view name(DecisionKind kind) {
  static constexpr std::array<std::string_view, kDecisionKinds> kNames{
      "note",   "tried",    "declined", "not fused", "kept",   "reformat",  "view",         "in place",
      "copied", "transfer", "place",    "fallback",  "island", "precision", "pass applied", "pass declined"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace ridge
