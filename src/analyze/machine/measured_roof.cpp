#include "analyze/machine/measured_roof.h"

#include <algorithm>

namespace ridge::analyze {
namespace {

double mainMemory(const MeasuredMachine& machine, Traffic traffic) {
  double best = 0;
  for (const MeasuredBandwidth& bandwidth : machine.bandwidths)
    if (bandwidth.level == "DRAM" && bandwidth.traffic == traffic && bandwidth.threads == machine.threads)
      best = std::max(best, bandwidth.bytesPerS.best);
  return best;
}

}  // namespace

std::optional<Roof> roofIn(const MeasuredMachine& machine, Precision precision) {
  Roof roof;
  roof.precision = precision;
  roof.source = "measured " + machine.date;
  for (const MeasuredPeak& peak : machine.peaks)
    if (peak.precision == precision && peak.threads == machine.threads)
      roof.peakOpsPerS = std::max(roof.peakOpsPerS, peak.opsPerS.best);
  roof.bandwidthBytesPerS = mainMemory(machine, Traffic::read);
  if (roof.bandwidthBytesPerS <= 0) roof.bandwidthBytesPerS = mainMemory(machine, Traffic::copy);
  roof.launchSeconds = machine.stepSeconds;
  return roof.peakOpsPerS > 0 && roof.bandwidthBytesPerS > 0 ? std::optional(roof) : std::nullopt;
}

std::optional<Roof> measuredRoof(int threads, Precision precision) {
  std::optional<MeasuredMachine> machine = storedMeasurement(threads);
  if (!machine) {
    machine = measureMachine({.threads = threads, .quick = true});
    storeMeasurement(*machine);  // a cache that cannot be written costs the same time again, no more
  }
  return roofIn(*machine, precision);
}

}  // namespace ridge::analyze
