#include "analyze/machine/device.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace ridge::analyze {
namespace {

/// The factors that make a unit's multiply-adds of one cycle.
std::string termsOf(const UnitRate& rate, bool lanes) {
  const Block& cycle = rate.cycle;
  if (!lanes) return cycle.multiplyAdds() == 1 ? "" : fmt::format(" x {} FMA", cycle.multiplyAdds());
  return fmt::format(" x {} lanes{}", cycle.m * cycle.n, cycle.k > 1 ? fmt::format(" x {}", cycle.k) : "");
}

/// Everything but the units themselves: fills formula and terms, if the device's figures are known.
void fillFormula(Peak& peak, const Device& device, const UnitKind& kind, const UnitRate& rate) {
  const double clock = peak.matrix && device.matrixClockHz > 0 ? device.matrixClockHz : device.clockHz;
  if (clock <= 0 || device.cores <= 0) return;
  const bool lanes = device.generation->kind == DeviceKind::cpu && !peak.matrix;
  peak.formula = clock * static_cast<double>(device.cores) * static_cast<double>(rate.units) *
                 static_cast<double>(rate.cycle.multiplyAdds()) * 2 * (peak.sparse ? 2 : 1);
  peak.terms = fmt::format("{:.6g} GHz x {} x {}{} x 2{} = {}", clock / 1e9,
                           counted(device.cores, device.generation->core), counted(rate.units, kind.name),
                           termsOf(rate, lanes), peak.sparse ? " x 2 (2:4)" : "",
                           formatOps(peak.formula, peak.precision));
}

int channelMultiple(const UnitKind& kind, Precision precision) {
  const double channels = kind.alignBytes / bytesOfElement(precision);
  return std::max(1, static_cast<int>(channels));
}

const Published* publishedOf(const Device& device, const Peak& peak) {
  for (const Published& figure : device.published)
    if (figure.precision == peak.precision && figure.matrix == peak.matrix && figure.sparse == peak.sparse)
      return &figure;
  return nullptr;
}

std::optional<Peak> peakOf(const Device& device, Precision precision, bool matrix, bool sparse) {
  Peak peak;
  peak.precision = precision;
  peak.matrix = matrix;
  peak.sparse = sparse;
  const UnitKind& kind = matrix ? device.generation->matrix : device.generation->vector;
  if (const UnitRate* rate = kind.rate(precision); rate && (!sparse || rate->sparse))
    fillFormula(peak, device, kind, *rate);
  if (const Published* figure = publishedOf(device, peak)) {
    peak.published = figure->opsPerS;
    peak.deviation = figure->deviation;
  }
  const bool published = peak.published > 0 && (device.publishedFirst || peak.formula <= 0);
  peak.opsPerS = published ? peak.published : peak.formula;
  if (matrix) peak.channelMultiple = channelMultiple(kind, precision);
  return peak.opsPerS > 0 ? std::optional(peak) : std::nullopt;
}

}  // namespace

std::string_view name(DeviceKind kind) {
  return kind == DeviceKind::cpu ? "cpu" : "gpu";
}

const UnitRate* UnitKind::rate(Precision precision) const {
  for (const UnitRate& rate : rates)
    if (rate.precision == precision) return &rate;
  return nullptr;
}

std::vector<Peak> peaksOf(const Device& device) {
  std::vector<Peak> peaks;
  for (const auto& [matrix, sparse] : {std::pair(false, false), {true, false}, {true, true}})
    for (const Precision precision : kPrecisions)
      if (std::optional<Peak> peak = peakOf(device, precision, matrix, sparse))
        peaks.push_back(std::move(*peak));
  return peaks;
}

std::optional<Peak> usualPeak(const Device& device, Precision precision) {
  std::optional<Peak> matrix = peakOf(device, precision, true, false);
  return matrix ? matrix : peakOf(device, precision, false, false);
}

Bandwidth bandwidthOf(const Device& device) {
  const Memory& memory = device.memory;
  Bandwidth result;
  result.published = memory.published;
  result.deviation = memory.deviation;
  if (memory.clockHz > 0 && memory.bytes > 0) {
    result.formula = memory.clockHz * memory.perClock * memory.bytes * memory.channels;
    const std::string clock = memory.perClock == 1 ? fmt::format("{:.6g} MT/s", memory.clockHz / 1e6)
                                                   : fmt::format("{:.6g} MHz x {:g} transfers",
                                                                 memory.clockHz / 1e6, memory.perClock);
    const std::string channels = memory.channels == 1 ? "" : fmt::format(" x {:g} channels", memory.channels);
    result.terms =
        fmt::format("{} x {:g} bytes{} = {:.6g} GB/s", clock, memory.bytes, channels, result.formula / 1e9);
  }
  const bool published = memory.published > 0 && (device.publishedFirst || result.formula <= 0);
  result.bytesPerS = published ? memory.published : result.formula;
  if (result.bytesPerS <= 0 && memory.measured > 0) {
    result.bytesPerS = memory.measured;
    result.measuring = memory.measuring;
  }
  return result;
}

std::string_view teraUnit(Precision precision) {
  return isInteger(precision) ? "TOPS" : "TFLOPS";
}

std::string formatOps(double opsPerS, Precision precision, int digits) {
  const bool tera = opsPerS >= 1e11;
  const double value = opsPerS / (tera ? 1e12 : 1e9);
  // Whole numbers stay whole: 2495, not 2.495e+03.
  const std::string number =
      value >= 1e3 ? fmt::format("{:.0f}", value) : fmt::format("{:.{}g}", value, digits);
  return fmt::format("{} {}{}", number, tera ? "T" : "G", teraUnit(precision).substr(1));
}

}  // namespace ridge::analyze
