#include "analyze/machine/measured_roof.h"

#include <algorithm>
#include <optional>

#include "analyze/machine/probes/probes.h"

namespace ridge::analyze {
namespace {

/// Channels that a row of a tile holds, as the formula of the nominal roof has them.
int channelsOfTile(Precision precision) {
  return static_cast<int>(kTileRowBytes / bytesOfElement(precision));
}

double mainMemory(const MeasuredMachine& machine, Traffic traffic) {
  double best = 0;
  for (const MeasuredBandwidth& bandwidth : machine.bandwidths)
    if (bandwidth.level == "DRAM" && bandwidth.traffic == traffic && bandwidth.threads == machine.threads)
      best = std::max(best, bandwidth.bytesPerS.best);
  return best;
}

}  // namespace

Roof roofIn(const MeasuredMachine& machine, Precision precision) {
  Roof roof;
  roof.precision = precision;
  roof.source = "measured " + machine.date + (machine.quiet ? "" : " while others used the machine");
  for (const MeasuredPeak& peak : machine.peaks) {
    if (peak.precision != precision || peak.threads != machine.threads) continue;
    if (peak.opsPerS.best <= roof.peakOpsPerS) continue;
    roof.peakOpsPerS = peak.opsPerS.best;
    roof.matrixUnits = peak.matrixUnits;
    roof.channelMultiple = peak.matrixUnits ? channelsOfTile(precision) : 1;
  }
  roof.bandwidthBytesPerS = mainMemory(machine, Traffic::read);
  if (roof.bandwidthBytesPerS <= 0) roof.bandwidthBytesPerS = mainMemory(machine, Traffic::copy);
  roof.launchSeconds = machine.stepSeconds;
  return roof;
}

Roof measuredRoof(int threads, Precision precision) {
  std::optional<MeasuredMachine> machine = storedMeasurement(threads);
  if (!machine) {
    machine = measureMachine({.threads = threads, .quick = true});
    // One of a busy machine is not worth remembering; a cache that cannot be written costs the same time
    // again.
    if (machine->quiet) storeMeasurement(*machine);
  }
  return roofIn(*machine, precision);
}

}  // namespace ridge::analyze
