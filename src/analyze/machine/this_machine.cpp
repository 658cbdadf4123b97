#include "analyze/machine/this_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/cpu.h"
#include "base/text.h"

namespace ridge::analyze {
namespace {

constexpr const char* kFrequencies = "/sys/devices/system/cpu/cpu0/cpufreq/";

std::string textOfFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

/// A file of cpufreq holds kilohertz.
double frequency(const char* file) {
  return parseDouble(trimmed(textOfFile(std::string(kFrequencies) + file))).value_or(0) * 1e3;
}

void chooseClock(CpuFacts& facts) {
  const auto take = [&facts](double hertz, const char* from) {
    if (!(hertz > 1e8) || !(hertz < 1e11)) return false;
    facts.clockHz = hertz;
    facts.clockFrom = from;
    return true;
  };
  if (take(frequency("base_frequency"), "base frequency by cpufreq")) return;
  if (take(clockInModel(facts.model), "clock in the CPU's name")) return;
  if (take(frequency("cpuinfo_max_freq"), "highest frequency by cpufreq")) return;
  if (!take(facts.clockHz,
            "clock by /proc/cpuinfo (in a virtual machine the base clock, below the real one)"))
    facts.clockHz = 0;
}

bool fits(const CpuRule& rule, const CpuFacts& facts) {
  const auto has = [&facts](const std::string& flag) { return facts.flags.contains(flag); };
  return facts.vendor.find(rule.vendor) != std::string::npos &&
         facts.model.find(rule.model) != std::string::npos &&
         std::all_of(rule.flags.begin(), rule.flags.end(), has);
}

std::shared_ptr<const Generation> unknownGeneration() {
  Generation made;
  made.key = "unknown";
  made.title = "not recognised";
  made.kind = DeviceKind::cpu;
  made.core = "core";
  made.traps.emplace_back("this CPU was not recognised: no peaks by formula");
  return std::make_shared<const Generation>(std::move(made));
}

}  // namespace

CpuFacts factsFromCpuinfo(std::string_view text) {
  CpuFacts facts;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      if (!facts.flags.empty()) break;  // the empty line behind the first processor
      continue;
    }
    const std::string_view key = trimmed(line.substr(0, colon)), value = trimmed(line.substr(colon + 1));
    if (key == "vendor_id")
      facts.vendor = value == "AuthenticAMD" ? "AMD" : value == "GenuineIntel" ? "Intel" : std::string(value);
    if (key == "cpu MHz") facts.clockHz = parseDouble(value).value_or(0) * 1e6;
    if (key != "flags") continue;
    std::istringstream words{std::string(value)};
    for (std::string word; words >> word;) facts.flags.insert(word);
  }
  return facts;
}

double clockInModel(std::string_view model) {
  const size_t unit = model.rfind("GHz");
  if (unit == std::string_view::npos) return 0;
  const std::string_view before = trimmed(model.substr(0, unit));
  const size_t start = before.find_last_not_of("0123456789.");
  return parseDouble(before.substr(start == std::string_view::npos ? 0 : start + 1)).value_or(0) * 1e9;
}

CpuFacts thisCpu() {
  CpuFacts facts = factsFromCpuinfo(textOfFile("/proc/cpuinfo"));
  facts.model = cpuInfo().model;
  facts.cores = cpuInfo().physicalCores;
  chooseClock(facts);
  return facts;
}

Device machineOf(const CpuFacts& facts, const DeviceTable& table, int threads) {
  Device device;
  device.name = "this machine: " + facts.model;
  const auto rule = std::find_if(table.cpus.begin(), table.cpus.end(),
                                 [&facts](const CpuRule& candidate) { return fits(candidate, facts); });
  device.generation = rule != table.cpus.end() ? rule->generation : unknownGeneration();
  device.cores = threads > 0 ? std::min(threads, facts.cores) : facts.cores;
  device.clockHz = facts.clockHz;
  device.traps = device.generation->traps;
  if (facts.clockHz <= 0) device.traps.emplace_back("its clock is not known: no peaks by formula");
  device.source = fmt::format("recognised by vendor, name and instruction sets{}",
                              facts.clockFrom.empty() ? "" : "; " + facts.clockFrom);
  return device;
}

}  // namespace ridge::analyze
