// `ridge device --measure`: what this machine really does, for people (tables) and for scripts (JSON).
#pragma once

#include "analyze/machine/device.h"
#include "analyze/machine/measured.h"
#include "common/output.h"

namespace ridge::tool {

/// Measures with as many threads as the pool has, behind a progress bar, and stores the result; notes when it
/// could not be stored and when the machine was not quiet.
analyze::MeasuredMachine measureHere(const Output& out);

/// `nominal`: this machine with as many cores as threads were measured.
void showMeasurement(const Output& out, const analyze::MeasuredMachine& machine,
                     const analyze::Device& nominal);

Json measurementJson(const analyze::MeasuredMachine& machine);

}  // namespace ridge::tool
