#include "analyze/roof.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "analyze/machine/device_table.h"
#include "analyze/machine/measured_roof.h"
#include "analyze/machine/this_machine.h"
#include "base/error.h"
#include "base/text.h"

namespace ridge::analyze {
namespace {

[[noreturn]] void failPrecision(const Device& device, Precision precision) {
  std::vector<std::string_view> known;
  for (const Precision candidate : kPrecisions)
    if (usualPeak(device, candidate)) known.push_back(name(candidate));
  failUsage(fmt::format("{} has no peak for {}", device.name, name(precision)), "--precision",
            known.empty() ? "name a device with --target"
                          : fmt::format("it has them for {}", fmt::join(known, ", ")));
}

Roof nominalRoof(const Device& device, const std::string& target, Precision precision) {
  const std::optional<Peak> peak = usualPeak(device, precision);
  if (!peak) failPrecision(device, precision);
  Roof roof;
  roof.target = target;
  roof.source = peak->byFormula() ? "by formula" : "published";
  roof.precision = precision;
  roof.matrixUnits = peak->matrix;
  roof.channelMultiple = peak->channelMultiple;
  roof.peakOpsPerS = peak->opsPerS;
  roof.bandwidthBytesPerS = bandwidthOf(device).bytesPerS;
  return roof;
}

/// Main memory is known by measuring only: the formula does not know what is plugged in.
void takeBandwidth(Roof& nominal, const Roof& measured) {
  if (nominal.bandwidthBytesPerS > 0) return;
  nominal.bandwidthBytesPerS = measured.bandwidthBytesPerS;
  nominal.source +=
      measured.bandwidthBytesPerS > 0 ? ", bandwidth " + measured.source : ", bandwidth not known";
}

Roofs roofsOfThisMachine(const RoofRequest& request, const DeviceTable& table) {
  const Device device = machineOf(thisCpu(), table, request.threads);
  const std::string target = fmt::format("{}, {}", device.name, counted(request.threads, "thread"));
  Roof measured;
  if (request.measure) measured = measuredRoof(request.threads, request.precision);
  measured.target = target;
  const bool whole = measured.peakOpsPerS > 0 && measured.bandwidthBytesPerS > 0;
  // A measurement stands alone where no rate of this CPU is known.
  const bool alone = whole && !usualPeak(device, request.precision);
  Roofs roofs{alone ? measured : nominalRoof(device, target, request.precision), std::nullopt};
  takeBandwidth(roofs.nominal, measured);
  if (whole) roofs.measured = measured;
  return roofs;
}

}  // namespace

Roofs roofsOf(const RoofRequest& request) {
  const DeviceTable table = allDevices(request.deviceFile);
  if (request.target.empty()) return roofsOfThisMachine(request, table);
  const Device& device = findDevice(table, request.target);
  return {nominalRoof(device, device.name, request.precision), std::nullopt};
}

}  // namespace ridge::analyze
