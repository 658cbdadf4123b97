// The CPU that this program runs on, as a device.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "analyze/machine/device_table.h"

namespace ridge::analyze {

/// What the operating system says of the CPU.
struct CpuFacts {
  std::string model, vendor;    ///< "Intel(R) Xeon(R) Processor", "GenuineIntel"
  std::set<std::string> flags;  ///< "avx2", "amx_tile"
  int cores = 1;                ///< physical ones that this process may use
  double clockHz = 0;           ///< 0: not known
  std::string clockFrom;        ///< "cpufreq: base frequency"
};

/// Of /proc/cpuinfo's text: vendor, flags of the first processor, clock as a last resort; no model and cores.
CpuFacts factsFromCpuinfo(std::string_view text);

/// "2.40GHz" at the end of a model's name; 0: none.
double clockInModel(std::string_view model);

CpuFacts thisCpu();

/// Rates of the generation whose rule fits first, else none; bandwidth of main memory is not known, since it
/// depends on what is plugged in (takeMeasurement() of measured_roof.h tells). `threads`: cores that work, 0
/// for all.
Device machineOf(const CpuFacts& facts, const DeviceTable& table, int threads = 0);

}  // namespace ridge::analyze
