#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analyze/machine/device_table.h"
#include "base/error.h"
#include "base/text.h"
#include "pipeline/json_reader.h"

namespace ridge::analyze {
namespace {

using pipeline::JsonReader;

constexpr size_t kLongestName = 100, kLongestText = 1000, kMostEntries = 1000;
constexpr size_t kMostTexts = 32;  // of a list: every device of a generation has its traps too

double positive(const JsonReader& value, double most) {
  const double number = value.number();
  if (!(number > 0) || number > most)
    value.fail(fmt::format("a number over 0 and up to {:g} is expected here", most), "see docs/device.md");
  return number;
}

std::string textOf(const JsonReader& value, size_t longest = kLongestText) {
  const std::string& text = value.text();
  if (text.empty() || text.size() > longest)
    value.fail(fmt::format("a text of 1 to {} characters is expected here", longest), "shorten it");
  return shownText(text);
}

std::string optionalText(const JsonReader& object, std::string_view key, std::string otherwise = {}) {
  return object.has(key) ? textOf(object.at(key)) : std::move(otherwise);
}

std::vector<std::string> texts(const JsonReader& object, std::string_view key) {
  std::vector<std::string> list;
  if (!object.has(key)) return list;
  const JsonReader value = object.at(key);
  if (!value.isArray()) value.fail("a list of texts is expected here", "put it in [ ]");
  if (value.children().size() > kMostTexts)
    value.fail(fmt::format("a list holds at most {} texts", kMostTexts), "shorten it");
  for (const JsonReader& item : value.children()) list.push_back(textOf(item));
  return list;
}

/// "8x4x16".
Block blockOf(const JsonReader& value) {
  constexpr int64_t kLargest = 4096;
  const std::string& text = value.text();
  const std::vector<int64_t> sizes = parseSizes(text).value_or(std::vector<int64_t>{});
  if (sizes.size() != 3 ||
      std::any_of(sizes.begin(), sizes.end(), [](int64_t size) { return size < 1 || size > kLargest; }))
    value.fail(inQuotes(text) + " is no block M x N x K", "write three sizes up to 4096, as in \"8x4x16\"");
  return {sizes[0], sizes[1], sizes[2]};
}

Precision precisionOf(const JsonReader& value, std::string_view text) {
  if (const std::optional<Precision> precision = precisionFromName(text)) return *precision;
  std::vector<std::string> known;
  for (const Precision precision : kPrecisions) known.emplace_back(name(precision));
  value.fail("unknown precision " + inQuotes(text), suggestion(text, known));
}

UnitRate rateOf(const JsonReader& value) {
  value.expectKeys({"units", "cycle", "instruction", "together", "sparse"});
  UnitRate rate;
  rate.precision = precisionOf(value, value.key());
  rate.units = value.at("units").integer(1, 100000);
  if (value.has("cycle")) rate.cycle = blockOf(value.at("cycle"));
  if (value.has("instruction")) rate.instruction = blockOf(value.at("instruction"));
  if (value.has("together")) rate.together = value.at("together").integer(1, rate.units);
  if (value.has("sparse")) rate.sparse = value.at("sparse").boolean();
  return rate;
}

/// Rates that are given replace those that `kind` has from the generation that it is like.
void readUnits(const JsonReader& value, UnitKind& kind) {
  value.expectKeys({"unit", "align_bytes", "rates"});
  kind.name = optionalText(value, "unit", kind.name);
  if (kind.name.empty()) value.fail("the key \"unit\" is missing", "name the unit, as in \"CUDA core\"");
  if (value.has("align_bytes")) kind.alignBytes = static_cast<int>(value.at("align_bytes").integer(1, 4096));
  const JsonReader rates = value.at("rates");
  if (!rates.isObject()) rates.fail("an object { } is expected here");
  for (const JsonReader& item : rates.children()) {
    const UnitRate rate = rateOf(item);
    std::erase_if(kind.rates, [&](const UnitRate& old) { return old.precision == rate.precision; });
    kind.rates.push_back(rate);
  }
}

std::shared_ptr<const Generation> generationNamed(const DeviceTable& table, const JsonReader& value) {
  std::vector<std::string> known;
  for (const auto& generation : table.generations) {
    if (generation->key == value.text()) return generation;
    known.push_back(generation->key);
  }
  const std::string nearest = suggestion(value.text(), known);
  value.fail("unknown generation " + inQuotes(value.text()),
             nearest.empty() ? "see `ridge device --list` for those that there are" : nearest);
}

void readGeneration(DeviceTable& table, const JsonReader& value) {
  value.expectKeys({"like", "title", "vendor", "kind", "core", "vector", "matrix", "traps"});
  Generation made;
  if (value.has("like")) made = *generationNamed(table, value.at("like"));
  made.key = value.key();
  if (made.key.empty() || made.key.size() > kLongestName)
    value.fail("a generation has a name of 1 to 100 characters");
  made.title = optionalText(value, "title", made.title);
  made.vendor = optionalText(value, "vendor", made.vendor);
  made.core = optionalText(value, "core", made.core);
  if (value.has("kind"))
    made.kind = value.at("kind").choice({"cpu", "gpu"}) == 0 ? DeviceKind::cpu : DeviceKind::gpu;
  else if (!value.has("like"))
    value.fail("the key \"kind\" is missing", "write \"kind\": \"cpu\" or \"gpu\"");
  if (made.title.empty()) made.title = shownText(made.key);
  if (made.core.empty()) made.core = made.kind == DeviceKind::cpu ? "core" : "SM";
  if (value.has("vector")) readUnits(value.at("vector"), made.vector);
  if (value.has("matrix")) readUnits(value.at("matrix"), made.matrix);
  for (std::string& trap : texts(value, "traps")) made.traps.push_back(std::move(trap));
  std::erase_if(table.generations, [&](const auto& old) { return old->key == made.key; });
  table.generations.push_back(std::make_shared<const Generation>(std::move(made)));
}

Memory memoryOf(const JsonReader& value) {
  value.expectKeys({"type", "clock_mhz", "transfers", "mt_s", "bytes", "channels"});
  Memory memory;
  memory.type = optionalText(value, "type");
  if (value.has("mt_s") && value.has("clock_mhz"))
    value.fail("\"mt_s\" and \"clock_mhz\" say the same thing", "keep one of them");
  if (value.has("transfers") && !value.has("clock_mhz"))
    value.fail("\"transfers\" counts those of a clock, but there is no \"clock_mhz\"", "give the clock too");
  if (value.has("mt_s")) memory.clockHz = 1e6 * positive(value.at("mt_s"), 1e6);
  if (value.has("clock_mhz")) memory.clockHz = 1e6 * positive(value.at("clock_mhz"), 1e6);
  if (value.has("transfers")) memory.perClock = positive(value.at("transfers"), 64);
  if (memory.clockHz > 0) memory.bytes = positive(value.at("bytes"), 1e5);
  if (value.has("channels")) memory.channels = positive(value.at("channels"), 1e4);
  return memory;
}

/// "fp16 matrix 2:4": the precision, the units, and whether with sparse weights.
Published publishedOf(const JsonReader& value) {
  Published figure;
  std::string_view key = value.key();
  const auto cut = [&key](std::string_view end) {
    if (!key.ends_with(end)) return false;
    key.remove_suffix(end.size());
    return true;
  };
  figure.sparse = cut(" 2:4");
  figure.matrix = cut(" matrix");
  figure.precision = precisionOf(value, key);
  figure.opsPerS = 1e12 * positive(value, 1e9);
  return figure;
}

void readPublished(const JsonReader& value, Device& device) {
  if (!value.isObject()) value.fail("an object { } is expected here");
  for (const JsonReader& item : value.children()) {
    if (item.key() == "bandwidth")
      device.memory.published = 1e9 * positive(item, 1e9);
    else
      device.published.push_back(publishedOf(item));
  }
}

/// Why a published figure is not what the formula gives; keys are those of "published".
void readDeviations(const JsonReader& value, const JsonReader& published, Device& device) {
  if (!value.isObject()) value.fail("an object { } is expected here");
  for (const JsonReader& item : value.children()) {
    const std::string sentence = textOf(item);
    if (!published.has(item.key()))
      item.fail("there is no published figure of this name", "add it, or remove this");
    if (item.key() == "bandwidth") {
      device.memory.deviation = sentence;
      continue;
    }
    const Published wanted = publishedOf(published.at(item.key()));
    for (Published& figure : device.published)
      if (figure.precision == wanted.precision && figure.matrix == wanted.matrix &&
          figure.sparse == wanted.sparse)
        figure.deviation = sentence;
  }
}

FieldMeasurement measurementOf(const JsonReader& value) {
  value.expectKeys({"what", "date", "tflops", "tops", "gb_s"});
  FieldMeasurement result;
  result.what = textOf(value.at("what"));
  result.date = optionalText(value, "date");
  const bool flops = value.has("tflops"), ops = value.has("tops"), bytes = value.has("gb_s");
  if (flops + ops + bytes != 1)
    value.fail("a measurement has one value", "write one of \"tflops\", \"tops\", \"gb_s\"");
  result.unit = flops ? "TFLOPS" : ops ? "TOPS" : "GB/s";
  result.value = (bytes ? 1e9 : 1e12) * positive(value.at(flops ? "tflops" : ops ? "tops" : "gb_s"), 1e9);
  return result;
}

Device deviceOf(const DeviceTable& table, const JsonReader& value, const std::string& file) {
  value.expectKeys({"aliases", "generation", "cores", "clock_ghz", "matrix_clock_ghz", "memory", "published",
                    "published_first", "deviations", "measured", "traps", "source"});
  Device device;
  if (squeezedName(value.key()).empty() || value.key().size() > kLongestName)
    value.fail("a device has a name of 1 to 100 characters, with letters or digits in it", "rename it");
  device.name = shownText(value.key());
  device.file = file;
  device.aliases = texts(value, "aliases");
  device.generation = generationNamed(table, value.at("generation"));
  if (value.has("cores")) device.cores = value.at("cores").integer(1, 1000000);
  if (value.has("clock_ghz")) device.clockHz = 1e9 * positive(value.at("clock_ghz"), 1000);
  if (value.has("matrix_clock_ghz"))
    device.matrixClockHz = 1e9 * positive(value.at("matrix_clock_ghz"), 1000);
  if (value.has("memory")) device.memory = memoryOf(value.at("memory"));
  if (value.has("published")) readPublished(value.at("published"), device);
  if (value.has("deviations")) readDeviations(value.at("deviations"), value.at("published"), device);
  if (value.has("published_first")) device.publishedFirst = value.at("published_first").boolean();
  if (value.has("measured")) {
    const JsonReader list = value.at("measured");
    if (!list.isArray()) list.fail("a list of measurements is expected here", "put it in [ ]");
    for (const JsonReader& item : list.children()) device.measured.push_back(measurementOf(item));
  }
  device.traps = texts(value, "traps");
  device.traps.insert(device.traps.end(), device.generation->traps.begin(), device.generation->traps.end());
  device.source = optionalText(value, "source");
  if (peaksOf(device).empty() && bandwidthOf(device).bytesPerS <= 0)
    value.fail("nothing is said of this device: neither a peak nor a bandwidth",
               "give it cores and clock_ghz, memory, or published figures");
  return device;
}

/// Names and aliases of one file, each once.
class TakenNames {
 public:
  void add(const Device& device, const JsonReader& value) {
    take(device.name, value);
    for (const std::string& alias : device.aliases) take(alias, value);
  }

 private:
  void take(const std::string& name, const JsonReader& value) {
    const std::string squeezed = squeezedName(name);
    if (squeezed.empty()) value.fail(inQuotes(name) + " names nothing", "use letters or digits");
    if (!taken_.insert(squeezed).second)
      value.fail("two devices of this file have the name " + inQuotes(name), "rename one");
  }
  std::set<std::string> taken_;
};

CpuRule cpuRuleOf(const DeviceTable& table, const JsonReader& value) {
  value.expectKeys({"generation", "vendor", "model", "flags"});
  CpuRule rule;
  rule.generation = generationNamed(table, value.at("generation"));
  rule.vendor = optionalText(value, "vendor");
  rule.model = optionalText(value, "model");
  rule.flags = texts(value, "flags");
  return rule;
}

}  // namespace

void addDevices(DeviceTable& table, std::string_view json, const std::string& file) {
  const pipeline::Json document = pipeline::parseJson(json, file);
  const JsonReader root(document, file);
  root.expectKeys({"generations", "devices", "cpus"});
  DeviceTable made = table;
  for (const std::string_view key : {"generations", "devices"}) {
    if (!root.has(key)) continue;
    if (!root.at(key).isObject()) root.at(key).fail("an object { } is expected here");
    if (root.at(key).children().size() > kMostEntries)
      root.at(key).fail(fmt::format("over {} entries in one file", kMostEntries), "split the file");
  }
  if (root.has("generations"))
    for (const JsonReader& item : root.at("generations").children()) readGeneration(made, item);
  if (root.has("devices")) {
    TakenNames taken;
    for (const JsonReader& item : root.at("devices").children()) {
      Device device = deviceOf(made, item, file);
      taken.add(device, item);
      const std::string squeezed = squeezedName(device.name);
      std::erase_if(made.devices, [&](const Device& old) { return squeezedName(old.name) == squeezed; });
      made.devices.push_back(std::move(device));
    }
  }
  if (root.has("cpus")) {
    if (!root.at("cpus").isArray()) root.at("cpus").fail("a list is expected here", "put it in [ ]");
    std::vector<CpuRule> rules;
    for (const JsonReader& item : root.at("cpus").children()) rules.push_back(cpuRuleOf(made, item));
    made.cpus.insert(made.cpus.begin(), rules.begin(), rules.end());  // the user's go before ours
  }
  table = std::move(made);
}

}  // namespace ridge::analyze
