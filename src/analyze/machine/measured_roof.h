// The measured limits of this machine, as a roof.
#pragma once

#include "analyze/machine/measured.h"
#include "analyze/roof.h"

namespace ridge::analyze {

/// The fastest of all instruction sets and units at this many threads, and what main memory delivers to
/// reads; 0 for what was not measured. Without target.
Roof roofIn(const MeasuredMachine& machine, Precision precision);

/// Of the stored measurement, else of a quick one made now, and stored; its source says when that failed.
Roof measuredRoof(int threads, Precision precision);

}  // namespace ridge::analyze
