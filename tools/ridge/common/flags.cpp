#include "common/flags.h"

#include <sys/resource.h>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "common/output_files.h"

namespace ridge::tool {

namespace {

constexpr int64_t kMostThreads = 1024;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  size_t start = 0;
  for (size_t at = text.find(separator); at != std::string::npos; at = text.find(separator, start)) {
    parts.push_back(text.substr(start, at - start));
    start = at + 1;
  }
  parts.push_back(text.substr(start));
  return parts;
}

/// "16000", "-0.5", "true", "false".
std::optional<double> valueIn(const std::string& text) {
  if (text == "true" || text == "false") return text == "true" ? 1 : 0;
  return parseDouble(text);
}

/// What has no NAME= goes on with the list before it: "shape=3,4,sr=16000".
std::map<std::string, std::vector<double>> parseValues(const std::vector<std::string>& flags) {
  std::map<std::string, std::vector<double>> values;
  for (const std::string& flag : flags) {
    std::vector<double>* list = nullptr;
    for (const std::string& item : splitCommas({flag})) {
      const size_t equals = item.rfind('=');
      const auto number = valueIn(equals == std::string::npos ? item : item.substr(equals + 1));
      if (!number || equals == 0 || (equals == std::string::npos && !list))
        failUsage(fmt::format("'{}' gives no value", escaped(item)), "--value",
                  "write it like sr=16000, flag=true or shape=3,4");
      if (equals != std::string::npos) {
        const auto [known, fresh] = values.try_emplace(item.substr(0, equals));
        if (!fresh)
          failUsage(fmt::format("input {} has two values", escaped(known->first)), "--value",
                    "give it one value, or one list");
        list = &known->second;
      }
      list->push_back(*number);
    }
  }
  return values;
}

}  // namespace

CLI::Validator wholeNumber(int64_t least, int64_t most) {
  const auto check = [least, most](const std::string& text) {
    const auto number = parseInt(text);
    if (number && *number >= least && *number <= most) return std::string();
    return fmt::format("{} is no whole number from {} to {}", inQuotes(text), least, most);
  };
  return {check, ""};  // nameless: the help says what the flag means
}

std::vector<std::string> splitCommas(const std::vector<std::string>& items) {
  std::vector<std::string> parts;
  for (const std::string& item : items)
    for (std::string& part : split(item, ','))
      if (!part.empty()) parts.push_back(std::move(part));
  return parts;
}

Dims parseDims(std::string_view flag, std::string_view text) {
  const auto sizes = parseSizes(text);
  if (!sizes)
    failUsage(fmt::format("'{}' is not a shape", escaped(text)), std::string(flag),
              "write it like 1x3x224x224");
  return Dims(sizes->begin(), sizes->end());
}

void CommonFlags::add(CLI::App& app) {
  app.add_option("--json", json, "write the machine-readable result to FILE (-: standard output)")
      ->type_name(kWrittenFile);
  app.add_flag("--quiet", quiet, "no progress, no notes");
  app.add_option("--threads", threads, "threads (default: physical cores that this process may use)");
  app.add_option("--seed", seed, "seed of random inputs")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--max-memory", maxMemory, "limit of address space, e.g. 4GiB (default: none)");
}

void CommonFlags::apply() const {
  if (!threads.empty()) {
    const int64_t count = intOfFlag("--threads", threads);
    if (count < 1 || count > kMostThreads)
      failUsage(fmt::format("{} threads are not possible", count), "--threads", "use 1 to 1024");
    ThreadPool::instance().setThreads(static_cast<int>(count));
  }
  if (!maxMemory.empty()) {
    const auto bytes = static_cast<rlim_t>(sizeOfFlag("--max-memory", maxMemory));
    const rlimit limit{bytes, bytes};
    if (setrlimit(RLIMIT_AS, &limit) != 0)
      failMachine("the limit of memory cannot be set", "--max-memory", "leave it out");
  }
}

void LimitFlags::add(CLI::App& app) {
  app.add_option("--max-nodes", maxNodes, "most nodes of a model (default 1000000)");
  app.add_option("--max-depth", maxDepth, "deepest nesting of bodies and of functions (default 64)");
  app.add_option("--max-elements", maxElements, "most elements of one constant (default 8589934592)");
  app.add_option("--fold-limit", foldLimit, "most bytes that constant folding may add (default 64MiB)");
}

onnx::ReadOptions LimitFlags::read() const {
  onnx::ReadOptions options;
  if (!maxNodes.empty()) options.maxNodes = intOfFlag("--max-nodes", maxNodes);
  if (!maxDepth.empty()) options.maxDepth = intOfFlag("--max-depth", maxDepth);
  if (!maxElements.empty()) options.maxTensorElements = intOfFlag("--max-elements", maxElements);
  return options;
}

void LimitFlags::apply(PassOptions& options) const {
  if (!foldLimit.empty()) options.foldLimitBytes = sizeOfFlag("--fold-limit", foldLimit);
}

void ShapeFlags::add(CLI::App& app) {
  app.add_option("--shapes", shapes,
                 "bind an input's shape: NAME:1x3x224x224; sets separated by ; make several plans");
  app.add_option("--dim", dims, "bind a named axis: batch=8");
  app.add_option("--batch", batch, "size of the leading unbound axis (default 1)");
  app.add_option(
      "--value", values,
      "contents of an input that steers control flow: sr=16000, flag=true, shape=3,4; the plan is for "
      "it only");
}

std::vector<ShapeRequest> ShapeFlags::requests() const {
  std::vector<ShapeRequest> made;
  std::string joined;
  if (!shapes.empty() && splitCommas(shapes).empty())
    failUsage("it binds no input", "--shapes", "write it like NAME:1x3x224x224");
  for (const std::string& item : shapes) joined += (joined.empty() ? "" : ",") + item;
  for (const std::string& set : split(joined, ';')) {
    ShapeRequest request;
    for (const std::string& item : splitCommas({set})) {
      const size_t colon = item.rfind(':');
      if (colon == std::string::npos || colon == 0)
        failUsage(fmt::format("'{}' binds no input", escaped(item)), "--shapes",
                  "write it like NAME:1x3x224x224");
      for (const BoundShape& earlier : request.shapes)
        if (earlier.input == item.substr(0, colon))
          failUsage(fmt::format("input {} is bound twice", escaped(earlier.input)), "--shapes",
                    "separate sets for several plans with ;");
      request.shapes.push_back({item.substr(0, colon), parseDims("--shapes", item.substr(colon + 1))});
    }
    for (const std::string& item : splitCommas(dims)) {
      const size_t equals = item.find('=');
      const auto size = equals == std::string::npos ? std::nullopt : parseInt(item.substr(equals + 1));
      if (!size || *size < 0)
        failUsage(fmt::format("'{}' binds no axis", escaped(item)), "--dim", "write it like batch=8");
      request.dims[item.substr(0, equals)] = *size;
    }
    if (!batch.empty()) {
      request.batch = intOfFlag("--batch", batch);
      if (*request.batch < 1) failUsage("a batch has at least one item", "--batch", "use 1 or more");
    }
    request.values = parseValues(values);
    made.push_back(std::move(request));
  }
  return made;
}

void RangeFlags::add(CLI::App& app) {
  app.add_option("--min-shapes", smallest, "NAME:1x3x224x224: the smallest shapes that the engine serves");
  app.add_option("--opt-shapes", usual, "the shapes that it meets most (default: the largest)");
  app.add_option("--max-shapes", largest, "the largest shapes");
}

std::vector<ShapeRequest> RangeFlags::requests(const ShapeFlags& shapes) const {
  if (smallest.empty() || largest.empty())
    failUsage("a range has a smallest and a largest shape",
              smallest.empty() ? "--min-shapes" : "--max-shapes", "give --min-shapes and --max-shapes");
  if (!shapes.shapes.empty())
    failUsage("it is given beside a range", "--shapes", "use --opt-shapes for the usual shapes");
  std::vector<ShapeRequest> requests;
  for (const auto* set : {usual.empty() ? &largest : &usual, &smallest, &largest}) {
    ShapeFlags one = shapes;
    one.shapes = *set;
    if (one.requests().size() != 1)
      failUsage("a range has one smallest, one usual and one largest set of shapes", "--min-shapes",
                "leave the ; out");
    requests.push_back(one.requests().front());
  }
  return requests;
}

void PlanFlags::add(CLI::App& app, bool withDevice) {
  if (withDevice) app.add_option("--device", device, "cpu or reference")->capture_default_str();
  app.add_option("--tune", tune, "off, fast or full: how kernels are chosen by measurement");
  app.add_option("--build-budget", budget, "seconds for tuning at most");
  app.add_option("--timing-cache", timingCache,
                 "file of measured times (default $XDG_CACHE_HOME/ridge/timing)")
      ->type_name(kWrittenPlace);
  app.add_flag("--deterministic", deterministic, "choose kernels by the cost model only");
  app.add_option("--disable-pass", disabled, "passes to leave out, see `ridge optimize --list-passes`");
}

void PlanFlags::apply(BuildOptions& options, Tune usual) const {
  options.device = device;
  options.tune = usual;
  if (tune == "off")
    options.tune = Tune::off;
  else if (tune == "fast")
    options.tune = Tune::fast;
  else if (tune == "full")
    options.tune = Tune::full;
  else if (!tune.empty())
    failUsage(fmt::format("'{}' is no way to tune", escaped(tune)), "--tune", "use off, fast or full");
  if (deterministic) options.tune = Tune::off;
  if (!budget.empty()) options.budgetSeconds = doubleOfFlag("--build-budget", budget);
  if (options.budgetSeconds < 0) failUsage("the time is negative", "--build-budget", "use seconds");
  options.timingCache = options.tune == Tune::off ? ""
                        : timingCache.empty()     ? TimingCache::defaultPath()
                                                  : timingCache;
  options.passes.disabled = splitCommas(disabled);
}

}  // namespace ridge::tool
