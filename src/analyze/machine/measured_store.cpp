// Measurements of machines in one JSON file of the user's cache. Whatever it holds is believed only as far as
// it can be a measurement.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analyze/machine/measured.h"
#include "base/atomic_file.h"
#include "base/cache_file.h"
#include "base/error.h"
#include "base/text.h"
#include "pipeline/json_reader.h"

namespace ridge::analyze {

namespace {

using Json = nlohmann::ordered_json;

constexpr uintmax_t kLargestFile = uintmax_t{1} << 20;
constexpr const char* kMatrix = "matrix";  // a fifth element of a peak by matrix units
constexpr size_t kMostMachines = 64, kMostEntries = 256;

std::string storePath() {
  return cachePath("machine.json");
}

/// What makes two measurements comparable.
Json keyOf(Isa isa, int threads) {
  const CpuInfo& cpu = cpuInfo();
  return {{"cpu", cpu.model},
          {"caches", {cpu.l1Bytes, cpu.l2Bytes, cpu.l3Bytes}},
          {"isa", name(isa)},
          {"threads", threads},
          {"revision", kProbeRevision}};
}

Json sampleJson(const Sample& sample) {
  return {sample.best, sample.median};
}

Json machineJson(const MeasuredMachine& machine) {
  Json peaks = Json::array(), bandwidths = Json::array();
  for (const MeasuredPeak& peak : machine.peaks) {
    Json entry{name(peak.isa), name(peak.precision), peak.threads, sampleJson(peak.opsPerS)};
    if (peak.matrixUnits) entry.push_back(kMatrix);
    peaks.push_back(std::move(entry));
  }
  for (const MeasuredBandwidth& bandwidth : machine.bandwidths)
    bandwidths.push_back(
        {bandwidth.level, name(bandwidth.traffic), bandwidth.threads, sampleJson(bandwidth.bytesPerS)});
  return {{"key", keyOf(machine.isa, machine.threads)},
          {"date", machine.date},
          {"quick", machine.quick},
          {"quiet", machine.quiet},
          {"why_not_quiet", machine.whyNotQuiet},
          {"clock_hz", machine.clockHz},
          {"fork_join_s", machine.forkJoinSeconds},
          {"step_s", machine.stepSeconds},
          {"peaks", std::move(peaks)},
          {"bandwidths", std::move(bandwidths)}};
}

const Json& member(const Json& object, const char* key) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

std::string textOf(const Json& json) {
  return json.is_string() ? shownText(json.get_ref<const std::string&>().substr(0, 200)) : "";
}

bool flagOf(const Json& json, bool otherwise) {
  return json.is_boolean() ? json.get<bool>() : otherwise;
}

/// Positive and finite, at most what no machine does; else 0.
double rateOf(const Json& json) {
  if (!json.is_number()) return 0;
  const double value = json.get<double>();
  return std::isfinite(value) && value > 0 && value < 1e18 ? value : 0;
}

/// An overhead; else 0: not known.
double secondsOf(const Json& json) {
  const double value = rateOf(json);
  return value < 1 ? value : 0;
}

std::optional<Sample> sampleFrom(const Json& json) {
  if (!json.is_array() || json.size() != 2) return std::nullopt;
  const Sample sample{rateOf(json[0]), rateOf(json[1])};
  if (sample.median <= 0 || sample.median > sample.best) return std::nullopt;
  return sample;
}

std::optional<int> threadsFrom(const Json& json) {
  if (!json.is_number_integer()) return std::nullopt;
  const auto threads = json.get<int64_t>();
  if (threads < 1 || threads > 1024) return std::nullopt;
  return static_cast<int>(threads);
}

void readPeak(const Json& json, MeasuredMachine& machine) {
  const bool matrix = json.is_array() && json.size() == 5 && json[4] == kMatrix;
  if (!matrix && (!json.is_array() || json.size() != 4)) return;
  const auto isa = isaFromName(textOf(json[0]));
  const auto precision = precisionFromName(textOf(json[1]));
  const auto threads = threadsFrom(json[2]);
  const auto sample = sampleFrom(json[3]);
  if (isa && precision && threads && sample)
    machine.peaks.push_back({*isa, *precision, *threads, *sample, matrix});
}

void readBandwidth(const Json& json, MeasuredMachine& machine) {
  if (!json.is_array() || json.size() != 4) return;
  const std::string level = textOf(json[0]);
  const auto traffic = trafficFromName(textOf(json[1]));
  const auto threads = threadsFrom(json[2]);
  const auto sample = sampleFrom(json[3]);
  const bool known = level == "L1" || level == "L2" || level == "L3" || level == "DRAM";
  if (known && traffic && threads && sample)
    machine.bandwidths.push_back({level, *traffic, *threads, *sample});
}

/// Entries that cannot be are left out; nothing when no peak is left.
std::optional<MeasuredMachine> machineFrom(const Json& json, int threads) {
  MeasuredMachine machine;
  machine.cpu = cpuInfo().model;
  machine.isa = activeIsa();
  machine.threads = threads;
  machine.date = textOf(member(json, "date"));
  machine.quick = flagOf(member(json, "quick"), true);
  machine.quiet = flagOf(member(json, "quiet"), false);
  machine.whyNotQuiet = textOf(member(json, "why_not_quiet"));
  machine.clockHz = rateOf(member(json, "clock_hz"));
  machine.forkJoinSeconds = secondsOf(member(json, "fork_join_s"));
  machine.stepSeconds = secondsOf(member(json, "step_s"));
  const Json &peaks = member(json, "peaks"), &bandwidths = member(json, "bandwidths");
  if (!peaks.is_array() || peaks.size() > kMostEntries || bandwidths.size() > kMostEntries)
    return std::nullopt;
  for (const Json& peak : peaks) readPeak(peak, machine);
  if (bandwidths.is_array())
    for (const Json& bandwidth : bandwidths) readBandwidth(bandwidth, machine);
  if (machine.peaks.empty()) return std::nullopt;
  return machine;
}

/// The list of the file; nothing when the text is none.
std::optional<Json> machinesIn(const std::string& text) {
  try {
    const Json document = pipeline::parseJson(text, "machine.json");  // limits the depth too
    const Json& machines = member(document, "machines");
    if (machines.is_array()) return machines;
  } catch (const Error&) {
    return std::nullopt;
  }
  return std::nullopt;
}

int worth(const MeasuredMachine& machine) {
  return 2 * int{!machine.quick} + int{machine.quiet};
}

/// Puts the machine in the place of its predecessor, or at the end. Returns the predecessor's date when that
/// is worth more and stays.
std::string replace(Json& machines, const MeasuredMachine& machine) {
  Json made = machineJson(machine);
  for (Json& known : machines) {
    if (member(known, "key") != made["key"]) continue;
    const auto before = machineFrom(known, machine.threads);
    if (before && worth(*before) > worth(machine)) return before->date;
    known = std::move(made);
    return {};
  }
  if (machines.size() >= kMostMachines) machines.erase(0);
  machines.push_back(std::move(made));
  return {};
}

}  // namespace

std::optional<MeasuredMachine> storedMeasurement(int threads) {
  const std::optional<Json> machines = machinesIn(readCache(storePath(), kLargestFile));
  if (!machines) return std::nullopt;
  const Json key = keyOf(activeIsa(), threads);
  for (const Json& known : *machines)
    if (member(known, "key") == key) return machineFrom(known, threads);
  return std::nullopt;
}

std::string storeMeasurement(const MeasuredMachine& machine) {
  const std::string path = storePath();
  const std::string place = escaped(path);
  std::string sentence;
  try {
    if (blocksCache(path)) return fmt::format("the measurement is not stored: {} is no regular file", place);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    const FileLock lock(path);
    if (!lock.held()) return fmt::format("the measurement is not stored: {} cannot be locked", place);
    const bool exists = std::filesystem::exists(path);
    std::optional<Json> machines = machinesIn(readCache(path, kLargestFile));
    if (exists && !machines)
      sentence = fmt::format("{} held no measurements that can be read and was begun anew", place);
    if (!machines) machines = Json::array();
    if (machines->size() > kMostMachines)
      machines->erase(machines->begin(), machines->end() - static_cast<std::ptrdiff_t>(kMostMachines));
    if (const std::string kept = replace(*machines, machine); !kept.empty())
      return fmt::format("the measurement is not stored: that of {} says more and is kept", kept);
    const Json document{{"schema", 1}, {"machines", std::move(*machines)}};
    writeFileAtomically(path, document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  } catch (const std::exception& error) {
    return fmt::format("the measurement is not stored: {} cannot be written: {}", place,
                       escaped(error.what()));
  }
  return sentence;
}

}  // namespace ridge::analyze
