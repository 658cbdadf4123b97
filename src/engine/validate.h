// Re-derives every bound of a plan. A checksum proves nothing about intent: engines come from anywhere.
#pragma once

#include "engine/engine_data.h"

namespace ridge {

/// Throws Error{input} with a sentence when an index, offset, stride or size of a plan leads outside of what
/// it names. What is left to check (that sizes fit the tactic) is done when a backend compiles the steps.
void validate(const EngineData& data);

}  // namespace ridge
