#include "analyze/machine/measured_roof.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "analyze/machine/probes/probes.h"
#include "base/text.h"

namespace ridge::analyze {
namespace {

/// Channels that a row of a tile holds, as the formula of the nominal roof has them.
int channelsOfTile(Precision precision) {
  return static_cast<int>(kTileRowBytes / bytesOfElement(precision));
}

double rateOf(const MeasuredMachine& machine, std::string_view level, Traffic traffic) {
  const MeasuredBandwidth* const bandwidth = machine.bandwidth(level, traffic, machine.threads);
  return bandwidth ? bandwidth->bytesPerS.best : 0;
}

double mainMemoryRate(const MeasuredMachine& machine) {
  const double read = rateOf(machine, "DRAM", Traffic::read);
  return read > 0 ? read : rateOf(machine, "DRAM", Traffic::copy);
}

/// A quick measurement, stored; what cannot be stored is kept while the process runs, since figures that are
/// compared belong under one roof.
const MeasuredMachine& measuredNow(int threads) {
  static std::mutex guard;
  static std::map<std::pair<Isa, int>, MeasuredMachine> kept;
  const std::lock_guard lock(guard);
  const std::pair key(activeIsa(), threads);
  if (const auto known = kept.find(key); known != kept.end()) return known->second;
  const MeasuredMachine& made =
      kept.emplace(key, measureMachine({.threads = threads, .quick = true})).first->second;
  if (made.quiet) storeMeasurement(made);  // one of a busy machine is not worth it
  return made;
}

}  // namespace

std::vector<MemoryLevel> cachesIn(const MeasuredMachine& machine, const CpuInfo& cpu) {
  // Each core has an L1 and an L2 of its own.
  const auto each = static_cast<double>(std::min(machine.threads, std::max(cpu.physicalCores, 1)));
  std::vector<MemoryLevel> caches;
  for (const auto& [name, capacity] : {std::pair("L1", each * static_cast<double>(cpu.l1Bytes)),
                                       std::pair("L2", each * static_cast<double>(cpu.l2Bytes)),
                                       std::pair("L3", static_cast<double>(cpu.l3Bytes))})
    if (const double rate = rateOf(machine, name, Traffic::read); rate > 0)
      caches.push_back({name, capacity, rate});
  // A rate below that of a memory farther out was measured while somebody was in the way.
  double outer = mainMemoryRate(machine);
  for (auto cache = caches.rbegin(); cache != caches.rend(); ++cache)
    outer = cache->bandwidthBytesPerS = std::max(cache->bandwidthBytesPerS, outer);
  return caches;
}

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
  roof.bandwidthBytesPerS = mainMemoryRate(machine);
  roof.launchSeconds = machine.stepSeconds;
  return roof;
}

void takeMeasurement(Device& device, const MeasuredMachine& machine) {
  const std::string threads = counted(machine.threads, "thread");
  for (const Precision precision : kPrecisions) {
    const Roof roof = roofIn(machine, precision);
    if (roof.peakOpsPerS <= 0) continue;
    device.measured.push_back(
        {fmt::format("{}{}, {}", name(precision), roof.matrixUnits ? " by matrix units" : "", threads),
         machine.date, roof.peakOpsPerS, std::string(teraUnit(precision))});
  }
  const Roof roof = roofIn(machine, Precision::fp32);
  if (roof.bandwidthBytesPerS <= 0) return;
  device.memory.measured = roof.bandwidthBytesPerS;
  device.memory.measuring = roof.source + ", " + threads;
}

Roof measuredRoof(int threads, Precision precision) {
  std::optional<MeasuredMachine> stored = storedMeasurement(threads);
  const MeasuredMachine& machine = stored ? *stored : measuredNow(threads);
  const bool isStored = stored || storedMeasurement(threads);
  Roof roof = roofIn(machine, precision);
  roof.caches = cachesIn(machine, cpuInfo());
  if (!isStored) roof.source += ", not stored";
  return roof;
}

}  // namespace ridge::analyze
