#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "analyze/machine/measured_roof.h"
#include "analyze/machine/this_machine.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "commands.h"
#include "common/output.h"
#include "device_measure.h"
#include "device_view.h"

namespace ridge::tool {

using namespace analyze;

namespace {

constexpr size_t kMostCompared = 16;

struct Flags {
  CommonFlags common;
  std::vector<std::string> names;
  std::string deviceFile, gemm, precision;
  bool list = false, measure = false;
};

std::optional<Precision> wantedPrecision(const Flags& flags) {
  if (flags.precision.empty()) return std::nullopt;
  if (const std::optional<Precision> precision = precisionFromName(flags.precision)) return precision;
  std::vector<std::string> known;
  for (const Precision precision : kPrecisions) known.emplace_back(name(precision));
  const std::string nearest = suggestion(flags.precision, known);
  failUsage("unknown precision " + inQuotes(flags.precision), "--precision",
            nearest.empty() ? fmt::format("use one of {}", fmt::join(known, ", ")) : nearest);
}

/// With what was measured on it, now or before.
Device thisMachine(const Flags& flags, const DeviceTable& table,
                   const std::optional<MeasuredMachine>& fresh) {
  const auto cores = flags.common.threads.empty() ? 0 : intOfFlag("--threads", flags.common.threads);
  Device device = machineOf(thisCpu(), table, static_cast<int>(cores));
  const auto measured = fresh ? fresh : storedMeasurement(ThreadPool::instance().threads());
  if (measured) takeMeasurement(device, *measured);
  return device;
}

/// This machine, unless others are named.
std::vector<Device> wantedDevices(const Flags& flags, const DeviceTable& table,
                                  const std::optional<MeasuredMachine>& fresh = {}) {
  std::vector<Device> devices;
  for (const std::string& wanted : splitCommas(flags.names)) devices.push_back(findDevice(table, wanted));
  if (devices.size() > kMostCompared)
    failUsage(fmt::format("{} devices do not fit side by side", devices.size()), "--name",
              fmt::format("name at most {}", kMostCompared));
  if (devices.empty() && !flags.names.empty())
    failUsage("no device is named", "--name", "see `ridge device --list`");
  if (devices.empty()) devices.push_back(thisMachine(flags, table, fresh));
  return devices;
}

Json gemmOnEach(const Output& out, const std::vector<Device>& devices, const Flags& flags) {
  const std::optional<Precision> precision = wantedPrecision(flags);
  const Product product = productFromText(flags.gemm);
  if (!precision)
    failUsage("a matrix product takes as long as its precision says", "--gemm",
              "add --precision fp16, for instance");
  Json list = Json::array();
  for (const Device& device : devices) {
    const std::vector<GemmRow> rows = gemmOn(device, product, *precision);
    showGemm(out, device, product, rows);
    Json entry = deviceJson(device, precision);
    entry["gemm"] = gemmJson(product, *precision, rows);
    list.push_back(std::move(entry));
  }
  return list;
}

Json peaksOfEach(const Output& out, const std::vector<Device>& devices, const Flags& flags) {
  const std::optional<Precision> only = wantedPrecision(flags);
  if (devices.size() == 1)
    showDevice(out, devices.front(), only);
  else
    compareDevices(out, devices, only);
  Json list = Json::array();
  for (const Device& device : devices) list.push_back(deviceJson(device, only));
  return list;
}

Json all(const Output& out, const DeviceTable& table, const Flags& flags) {
  if (!flags.names.empty() || !flags.gemm.empty())
    failUsage("--list shows every device", "--list", "leave out --name and --gemm");
  listDevices(out, table);
  Json list = Json::array();
  for (const Device& device : table.devices) list.push_back(deviceJson(device, wantedPrecision(flags)));
  return list;
}

int run(const Flags& flags) {
  flags.common.apply();
  const Output out(flags.common);
  const DeviceTable table = allDevices(flags.deviceFile);
  if (flags.measure && (!flags.names.empty() || !flags.gemm.empty() || flags.list))
    failUsage("only this machine can be measured", "--measure", "leave out --name, --gemm and --list");
  std::optional<MeasuredMachine> fresh;
  if (flags.measure) fresh = measureHere(out);
  Json devices;
  if (flags.list)
    devices = all(out, table, flags);
  else if (!flags.gemm.empty())
    devices = gemmOnEach(out, wantedDevices(flags, table), flags);
  else
    devices = peaksOfEach(out, wantedDevices(flags, table, fresh), flags);
  Json document{{"kind", "device"}, {"devices", std::move(devices)}};
  if (fresh) {
    showMeasurement(out, *fresh, machineOf(thisCpu(), table, fresh->threads));
    document["measured"] = measurementJson(*fresh);
  }
  out.json(std::move(document));
  return 0;
}

}  // namespace

std::function<int()> addDevice(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  flags->common.add(app);
  app.add_option("--name", flags->names,
                 "a device of the table instead of this machine; repeat or use commas to compare several");
  app.add_flag("--measure", flags->measure,
               "measure the peaks, bandwidths and overheads of this machine (some 12 s; docs/measure.md)");
  app.add_flag("--list", flags->list, "all devices of the table");
  app.add_option(
      "--device-file", flags->deviceFile,
      "more devices, as JSON (docs/device.md); $XDG_CONFIG_HOME/ridge/devices.json is read by itself");
  app.add_option(
      "--gemm", flags->gemm,
      "MxNxK: steps and cycles of this matrix product on vector and matrix units; needs --precision");
  app.add_option("--precision", flags->precision, "only fp64, fp32, tf32, bf16, fp16, fp8, int8 or int4");
  return [flags] { return run(*flags); };
}

}  // namespace ridge::tool
