#include "device_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "base/text.h"

namespace ridge::tool {

using namespace analyze;

namespace {

using Rows = std::vector<std::vector<std::string>>;
using Only = std::optional<Precision>;

std::vector<Peak> wantedPeaks(const Device& device, Only only) {
  std::vector<Peak> peaks = peaksOf(device);
  if (only) std::erase_if(peaks, [&](const Peak& peak) { return peak.precision != *only; });
  return peaks;
}

/// "CUDA cores", "tensor cores, 2:4".
std::string unitsOf(const Device& device, const Peak& peak) {
  const UnitKind& kind = peak.matrix ? device.generation->matrix : device.generation->vector;
  const std::string unit = kind.name.empty() ? (peak.matrix ? "matrix unit" : "vector unit") : kind.name;
  return fmt::format("{}s{}", unit, peak.sparse ? ", 2:4" : "");
}

std::string ridgePoint(const Peak& peak, double bandwidth) {
  if (bandwidth <= 0) return "-";
  const double point = peak.opsPerS / bandwidth;
  const std::string number = point >= 100 ? fmt::format("{:.0f}", point) : fmt::format("{:.3g}", point);
  return fmt::format("{} {}/byte", number, isInteger(peak.precision) ? "OP" : "FLOP");
}

std::string gigabytes(double bytesPerS) {
  return bytesPerS > 0 ? fmt::format("{:.6g} GB/s", bytesPerS / 1e9) : "-";
}

std::string clocksOf(const Device& device) {
  if (device.clockHz <= 0) return "clock not known";
  std::string clock = fmt::format("{:.6g} GHz", device.clockHz / 1e9);
  if (device.matrixClockHz <= 0) return clock;
  return fmt::format("{}, {}s {:.6g} GHz", clock, device.generation->matrix.name, device.matrixClockHz / 1e9);
}

std::string memoryLine(const Device& device) {
  const Bandwidth bandwidth = bandwidthOf(device);
  const std::string type = device.memory.type.empty() ? "" : " " + device.memory.type;
  if (bandwidth.bytesPerS <= 0)
    return "memory: bandwidth not known (it depends on what is plugged in; of this machine `ridge device "
           "--measure` tells it); no ridge points without it";
  if (!bandwidth.measuring.empty())
    return fmt::format("memory{}: {:.4g} GB/s ({}), which the ridge points go by", type,
                       bandwidth.bytesPerS / 1e9, bandwidth.measuring);
  const std::string terms = bandwidth.terms.empty() ? gigabytes(bandwidth.published) : bandwidth.terms;
  const std::string published =
      bandwidth.published > 0 ? fmt::format(" (published: {})", gigabytes(bandwidth.published)) : "";
  return fmt::format("memory{}: {}{}", type, terms, bandwidth.terms.empty() ? " (published)" : published);
}

void showDeviations(const Output& out, const Device& device) {
  for (const Peak& peak : peaksOf(device))
    if (!peak.deviation.empty())
      out.line(
          fmt::format("note: {} on {}: {}", name(peak.precision), unitsOf(device, peak), peak.deviation));
  if (!device.memory.deviation.empty()) out.line("note: " + device.memory.deviation);
}

void showMeasured(const Output& out, const Device& device) {
  for (const FieldMeasurement& entry : device.measured) {
    const double scale = entry.unit == "GB/s" ? 1e9 : 1e12;
    out.line(fmt::format("measured{}: {} {:.4g} {}", entry.date.empty() ? "" : " " + entry.date, entry.what,
                         entry.value / scale, entry.unit));
  }
}

/// Of one device or several, each sentence once.
void showTraps(const Output& out, const std::vector<Device>& devices) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> whose;
  for (const Device& device : devices)
    for (const std::string& trap : device.traps) {
      if (!whose.contains(trap)) order.push_back(trap);
      whose[trap].push_back(device.name);
    }
  for (const std::string& trap : order) {
    const bool all = whose[trap].size() == devices.size();
    out.line(fmt::format("note: {}{}", all ? "" : fmt::format("{}: ", fmt::join(whose[trap], ", ")), trap));
  }
}

/// Units and precision in words, as the first two cells of a row that several devices share.
using RowKey = std::tuple<bool, bool, Precision>;

std::vector<RowKey> sharedRows(const std::vector<Device>& devices, Only only) {
  std::vector<RowKey> keys;
  for (const Device& device : devices)
    for (const Peak& peak : wantedPeaks(device, only))
      keys.emplace_back(peak.matrix, peak.sparse, peak.precision);
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

/// A row of each key, a cell of each device by `cell`.
template <class Cell>
void addRows(Rows& rows, const std::vector<Device>& devices, Only only, const char* what, const Cell& cell) {
  for (const auto& [matrix, sparse, precision] : sharedRows(devices, only)) {
    std::vector<std::string> row{
        fmt::format("{}{}", matrix ? "matrix units" : "vector units", sparse ? ", 2:4" : ""),
        fmt::format("{}{}", name(precision), what)};
    for (const Device& device : devices) {
      std::string text = "-";
      for (const Peak& peak : peaksOf(device))
        if (RowKey(peak.matrix, peak.sparse, peak.precision) == RowKey(matrix, sparse, precision))
          text = cell(device, peak);
      row.push_back(text);
    }
    rows.push_back(std::move(row));
  }
}

std::string timeText(double seconds) {
  return seconds >= 1e-3   ? fmt::format("{:.4g} ms", seconds * 1e3)
         : seconds >= 1e-6 ? fmt::format("{:.4g} us", seconds * 1e6)
                           : fmt::format("{:.4g} ns", seconds * 1e9);
}

Json peakJson(const Device& device, const Peak& peak, double bandwidth) {
  Json json{{"unit", unitsOf(device, peak)},
            {"precision", name(peak.precision)},
            {"matrix", peak.matrix},
            {"sparse", peak.sparse},
            {"ops_per_s", peak.opsPerS},
            {"source", peak.byFormula() ? "formula" : "published"},
            {"channel_multiple", peak.channelMultiple}};
  if (!peak.terms.empty()) json["terms"] = peak.terms;
  if (peak.published > 0) json["published_ops_per_s"] = peak.published;
  if (!peak.deviation.empty()) json["deviation"] = peak.deviation;
  if (bandwidth > 0) json["ridge_point"] = peak.opsPerS / bandwidth;
  return json;
}

Json bandwidthJson(const Device& device, const Bandwidth& bandwidth) {
  Json json{{"type", device.memory.type}};
  if (bandwidth.bytesPerS > 0) {
    json["bytes_per_s"] = bandwidth.bytesPerS;
    if (!bandwidth.measuring.empty()) json["source"] = bandwidth.measuring;
  } else {
    json["bytes_per_s"] = nullptr;
    json["bytes_per_s_note"] = "not known";
  }
  if (!bandwidth.terms.empty()) json["terms"] = bandwidth.terms;
  if (bandwidth.published > 0) json["published_bytes_per_s"] = bandwidth.published;
  return json;
}

}  // namespace

void showDevice(const Output& out, const Device& device, Only only) {
  out.line(fmt::format("{}: {}, {}, {}", device.name, device.generation->title,
                       counted(device.cores, device.generation->core), clocksOf(device)));
  const double bandwidth = bandwidthOf(device).bytesPerS;
  Rows rows{{"units", "precision", "peak", "published", "ridge point", "terms"}};
  for (const Peak& peak : wantedPeaks(device, only))
    rows.push_back({unitsOf(device, peak), std::string(name(peak.precision)),
                    formatOps(peak.opsPerS, peak.precision),
                    peak.published > 0 ? fmt::format("{:g}", peak.published / 1e12) : "-",
                    ridgePoint(peak, bandwidth), peak.terms.empty() ? "published" : peak.terms});
  if (rows.size() > 1)
    out.table(rows);
  else
    out.line(fmt::format("no peak{} is known of it", only ? fmt::format(" for {}", name(*only)) : ""));
  out.line(memoryLine(device));
  showMeasured(out, device);
  showDeviations(out, device);
  showTraps(out, {device});
  if (!device.source.empty()) out.line("source: " + device.source);
}

void compareDevices(const Output& out, const std::vector<Device>& devices, Only only) {
  Rows rows{{"units", "what"}};
  for (const Device& device : devices) rows.front().push_back(device.name);
  addRows(rows, devices, only, "",
          [](const Device&, const Peak& peak) { return formatOps(peak.opsPerS, peak.precision); });
  rows.push_back({"memory", "bandwidth"});
  for (const Device& device : devices) rows.back().push_back(gigabytes(bandwidthOf(device).bytesPerS));
  addRows(rows, devices, only, " ridge point", [](const Device& device, const Peak& peak) {
    return ridgePoint(peak, bandwidthOf(device).bytesPerS);
  });
  out.table(rows);
  showTraps(out, devices);
}

void listDevices(const Output& out, const DeviceTable& table) {
  Rows rows{{"device", "generation", "cores", "fp32", "fp16", "int8", "bandwidth"}};
  for (const Device& device : table.devices) {
    std::vector<std::string> row{device.name, device.generation->title,
                                 device.cores > 0 ? std::to_string(device.cores) : "-"};
    for (const Precision precision : {Precision::fp32, Precision::fp16, Precision::int8}) {
      const std::optional<Peak> peak = usualPeak(device, precision);
      row.push_back(peak ? formatOps(peak->opsPerS, precision) : "-");
    }
    row.push_back(gigabytes(bandwidthOf(device).bytesPerS));
    rows.push_back(std::move(row));
  }
  out.table(rows);
  out.line(
      fmt::format("{} devices; dense peaks, of matrix units where there are some", table.devices.size()));
}

void showGemm(const Output& out, const Device& device, const Product& product,
              const std::vector<GemmRow>& rows) {
  out.line(fmt::format("C({}x{}) = A({}x{}) B({}x{}) on {}", product.m, product.n, product.m, product.k,
                       product.k, product.n, device.name));
  Rows cells{{"unit", "block", "steps", "cycles", "padded to", "padding", "busy", "time"}};
  for (const GemmRow& row : rows) {
    const Product& padded = row.steps.padded;
    cells.push_back({row.unit, fmt::format("{}x{}x{}", row.block.m, row.block.n, row.block.k),
                     std::to_string(row.steps.steps), fmt::format("{:.10g}", row.cycles),
                     fmt::format("{}x{}x{}", padded.m, padded.n, padded.k),
                     fmt::format("{:.1f} %", 100 * row.steps.waste),
                     fmt::format("{:.3g} %", 100 * row.steps.busy),
                     row.seconds ? timeText(*row.seconds) : "-"});
  }
  out.table(cells);
  out.line(
      "steps: blocks MxNxK one after another; padding: share of the padded product; busy: useful "
      "multiply-adds");
  out.line(
      "of all that the units could do meanwhile; the device works in whole instructions, memory is not "
      "counted");
}

Json deviceJson(const Device& device, Only only) {
  const Bandwidth bandwidth = bandwidthOf(device);
  Json json{{"name", device.name},
            {"aliases", device.aliases},
            {"vendor", device.generation->vendor},
            {"kind", name(device.generation->kind)},
            {"generation", device.generation->title},
            {"core", device.generation->core},
            {"cores", device.cores},
            {"clock_hz", device.clockHz}};
  if (device.matrixClockHz > 0) json["matrix_clock_hz"] = device.matrixClockHz;
  json["peaks"] = Json::array();
  for (const Peak& peak : wantedPeaks(device, only))
    json["peaks"].push_back(peakJson(device, peak, bandwidth.bytesPerS));
  json["bandwidth"] = bandwidthJson(device, bandwidth);
  json["measured"] = Json::array();
  for (const FieldMeasurement& entry : device.measured)
    json["measured"].push_back(
        {{"what", entry.what}, {"value", entry.value}, {"unit", entry.unit}, {"date", entry.date}});
  json["notes"] = device.traps;
  json["source"] = device.source;
  if (!device.file.empty()) json["file"] = device.file;
  return json;
}

Json gemmJson(const Product& product, Precision precision, const std::vector<GemmRow>& rows) {
  Json json{{"m", product.m},
            {"n", product.n},
            {"k", product.k},
            {"precision", name(precision)},
            {"rows", Json::array()}};
  for (const GemmRow& row : rows) {
    const Product& padded = row.steps.padded;
    Json entry{{"unit", row.unit},
               {"matrix", row.matrix},
               {"sparse", row.sparse},
               {"block", {row.block.m, row.block.n, row.block.k}},
               {"steps", row.steps.steps},
               {"cycles", row.cycles},
               {"padded", {padded.m, padded.n, padded.k}},
               {"padding", row.steps.waste},
               {"busy", row.steps.busy}};
    if (row.seconds) entry["seconds"] = *row.seconds;
    json["rows"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace ridge::tool
