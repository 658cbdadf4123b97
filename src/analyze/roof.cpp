#include "analyze/roof.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "analyze/machine/device_table.h"
#include "analyze/machine/measured_roof.h"
#include "analyze/machine/this_machine.h"
#include "base/error.h"

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

Roofs roofsOfThisMachine(const RoofRequest& request, const DeviceTable& table) {
  const Device device = machineOf(thisCpu(), table, request.threads);
  const std::string target =
      fmt::format("{}, {} {}", device.name, request.threads, request.threads == 1 ? "thread" : "threads");
  Roofs roofs;
  if (request.measure) roofs.measured = measuredRoof(request.threads, request.precision);
  // A measured peak stands alone where no rate is known of this CPU.
  if (roofs.measured && !usualPeak(device, request.precision)) {
    roofs.nominal = *roofs.measured;
  } else {
    roofs.nominal = nominalRoof(device, target, request.precision);
  }
  if (roofs.measured) {
    roofs.measured->target = roofs.nominal.target = target;
    if (roofs.nominal.bandwidthBytesPerS <= 0) {
      roofs.nominal.bandwidthBytesPerS = roofs.measured->bandwidthBytesPerS;
      roofs.nominal.source += ", bandwidth " + roofs.measured->source;
    }
  } else {
    roofs.nominal.source += ", bandwidth not known";
  }
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
