#include "device_measure.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/thread_pool.h"

namespace ridge::tool {

using namespace analyze;

namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string giga(double value) {
  const double billions = value / 1e9;
  return billions >= 100 ? fmt::format("{:.0f}", billions) : fmt::format("{:.1f}", billions);
}

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

/// What the formula says of these units of so many cores; 0 where it says nothing, and for instruction
/// sets below the one in use.
double nominalOf(const MeasuredMachine& machine, const MeasuredPeak& measured, const Device& nominal) {
  if (measured.isa != machine.isa || nominal.cores < 1 || machine.isa != detectedIsa()) return 0;
  const auto cores = std::min<int64_t>(measured.threads, nominal.cores);
  for (const Peak& peak : peaksOf(nominal))
    if (peak.matrix == measured.matrixUnits && !peak.sparse && peak.precision == measured.precision)
      return peak.opsPerS * static_cast<double>(cores) / static_cast<double>(nominal.cores);
  return 0;
}

Rows peakRows(const MeasuredMachine& machine, const Device& nominal) {
  Rows rows{
      {"instructions", "precision", "threads", "best GOPS", "median", "spread", "nominal", "of nominal"}};
  for (const MeasuredPeak& peak : machine.peaks) {
    const double formula = nominalOf(machine, peak, nominal);
    const Sample& rate = peak.opsPerS;
    rows.push_back({peak.matrixUnits ? "AMX" : std::string(name(peak.isa)), std::string(name(peak.precision)),
                    std::to_string(peak.threads), giga(rate.best), giga(rate.median), percent(rate.spread()),
                    formula > 0 ? giga(formula) : "-", formula > 0 ? percent(rate.best / formula) : "-"});
  }
  return rows;
}

Rows bandwidthRows(const MeasuredMachine& machine) {
  Rows rows{{"memory", "traffic", "threads", "best GB/s", "median", "spread"}};
  for (const MeasuredBandwidth& bandwidth : machine.bandwidths) {
    const Sample& rate = bandwidth.bytesPerS;
    rows.push_back({bandwidth.level, std::string(name(bandwidth.traffic)), std::to_string(bandwidth.threads),
                    giga(rate.best), giga(rate.median), percent(rate.spread())});
  }
  return rows;
}

Json sampleJson(const char* what, const Sample& sample) {
  Json json;
  setNumber(json, what, sample.best);
  setNumber(json, std::string("median_") + what, sample.median);
  setNumber(json, "spread", sample.spread());
  return json;
}

/// Seconds as nanoseconds; null for what was not measured.
void setNanoseconds(Json& json, const char* key, double seconds) {
  if (seconds > 0) return setNumber(json, key, seconds * 1e9);
  json[key] = nullptr;
  json[std::string(key) + "_note"] = "not measured";
}

}  // namespace

MeasuredMachine measureHere(const Output& out) {
  MeasureOptions options;
  options.threads = ThreadPool::instance().threads();
  options.progress = out.progress();
  MeasuredMachine machine = measureMachine(options);
  if (const std::string problem = storeMeasurement(machine); !problem.empty())
    out.note("warning: " + problem);
  if (!machine.quiet)
    out.note("warning: the machine is not quiet: " + machine.whyNotQuiet +
             "; the best figures may be too low, the medians are: measure again when it is idle");
  if (!machine.bandwidth("DRAM", Traffic::read, machine.threads))
    out.note("there is too little free memory to measure its bandwidth");
  return machine;
}

void showMeasurement(const Output& out, const MeasuredMachine& machine, const Device& nominal) {
  out.line(fmt::format("measured {} on {}, {}, at {:.2f} GHz", machine.date, machine.cpu,
                       counted(machine.threads, "thread"), machine.clockHz / 1e9));
  out.table(peakRows(machine, nominal));
  out.table(bandwidthRows(machine));
  out.line(fmt::format("an empty parallel section: {:.0f} ns; a step of a plan that does nothing: {:.0f} ns",
                       machine.forkJoinSeconds * 1e9, machine.stepSeconds * 1e9));
}

Json measurementJson(const MeasuredMachine& machine) {
  Json peaks = Json::array(), bandwidths = Json::array();
  for (const MeasuredPeak& peak : machine.peaks) {
    Json entry{{"isa", name(peak.isa)},
               {"precision", name(peak.precision)},
               {"matrix_units", peak.matrixUnits},
               {"threads", peak.threads}};
    entry.update(sampleJson("ops_per_s", peak.opsPerS));
    peaks.push_back(std::move(entry));
  }
  for (const MeasuredBandwidth& bandwidth : machine.bandwidths) {
    Json entry{
        {"level", bandwidth.level}, {"traffic", name(bandwidth.traffic)}, {"threads", bandwidth.threads}};
    entry.update(sampleJson("bytes_per_s", bandwidth.bytesPerS));
    bandwidths.push_back(std::move(entry));
  }
  Json json{{"cpu", machine.cpu},   {"isa", name(machine.isa)},  {"threads", machine.threads},
            {"date", machine.date}, {"peaks", std::move(peaks)}, {"bandwidths", std::move(bandwidths)}};
  setNanoseconds(json, "fork_join_ns", machine.forkJoinSeconds);
  setNanoseconds(json, "step_ns", machine.stepSeconds);
  setNumber(json, "clock_hz", machine.clockHz);
  json["quiet"] = machine.quiet;
  json["why_not_quiet"] = machine.whyNotQuiet;
  return json;
}

}  // namespace ridge::tool
