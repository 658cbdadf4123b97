// The measured limits of this machine, as a roof.
#pragma once

#include <optional>

#include "analyze/machine/measured.h"
#include "analyze/roof.h"

namespace ridge::analyze {

/// The fastest of all instruction sets at this many threads, and what main memory delivers to reads. Nothing
/// where the precision was not measured. Without target, matrixUnits and channelMultiple.
std::optional<Roof> roofIn(const MeasuredMachine& machine, Precision precision);

/// Of the stored measurement, else of a quick one made now (and stored).
std::optional<Roof> measuredRoof(int threads, Precision precision);

}  // namespace ridge::analyze
