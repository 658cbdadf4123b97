// The measured limits of this machine, as a roof.
#pragma once

#include "analyze/machine/device.h"
#include "analyze/machine/measured.h"
#include "analyze/roof.h"

namespace ridge::analyze {

/// The fastest of all instruction sets and units at this many threads, and what main memory delivers to
/// reads; 0 for what was not measured. Without target and caches.
Roof roofIn(const MeasuredMachine& machine, Precision precision);

/// The caches whose speed was measured, with their capacity in this CPU.
std::vector<MemoryLevel> cachesIn(const MeasuredMachine& machine, const CpuInfo& cpu);

/// Adds what was measured to this machine as a device: the bandwidth of its main memory, which has no
/// formula, and the best peaks beside the nominal ones.
void takeMeasurement(Device& device, const MeasuredMachine& machine);

/// Of the stored measurement, else of a quick one made now, and stored; its source says when that failed
/// (`ridge device --measure` says why).
Roof measuredRoof(int threads, Precision precision);

}  // namespace ridge::analyze
