#include "compare_profiles.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "analyze/profile/diff.h"
#include "analyze/profile/step_facts.h"
#include "api/load.h"
#include "base/mapped_file.h"
#include "base/text.h"
#include "base/time_text.h"
#include "common/requirement.h"

namespace ridge::tool {

namespace {

using analyze::ComparedLayer;
using analyze::LayerPair;
using Row = std::vector<std::string>;

/// What a profile was made of; missing where the file does not say, or could not know.
struct Subject {
  std::optional<int64_t> batch, threads;
  std::optional<int64_t> macs, parameters;  ///< of the whole network
  std::string device, architecture, cpu;
};

struct Side {
  std::string path;
  std::vector<ComparedLayer> layers;
  std::optional<double> latencyMs;
  Subject subject = {};
};

[[noreturn]] void failProfile(const std::string& path, const std::string& sentence) {
  failInput("it is no profile that can be compared: " + sentence, escaped(path),
            "write one with `ridge profile --json FILE`");
}

/// Fields of one JSON object of a profile, checked: the file may come from anywhere.
class Fields {
 public:
  Fields(const Json& object, std::string path, std::string where)
      : object_(object), path_(std::move(path)), where_(std::move(where)) {
    if (!object.is_object()) fail("is no object");
  }

  std::string text(const char* key) const {
    const Json& value = at(key);
    if (!value.is_string()) fail(fmt::format("has a '{}' that is no text", key));
    return value.get<std::string>();
  }

  std::vector<std::string> texts(const char* key) const {
    std::vector<std::string> all;
    const Json& value = at(key);
    if (!value.is_array()) fail(fmt::format("has a '{}' that is no list", key));
    for (const Json& item : value) {
      if (!item.is_string()) fail(fmt::format("has a '{}' with what is no text", key));
      all.push_back(item.get<std::string>());
    }
    return all;
  }

  std::optional<double> time(const char* key) const {
    const Json& value = at(key);
    if (value.is_null()) return std::nullopt;
    const double number = value.is_number() ? value.get<double>() : -1;
    if (!std::isfinite(number) || number < 0) fail(fmt::format("has a '{}' that is no time", key));
    return number;
  }

  /// What may be missing: "", or nothing for what is no whole number over 0.
  std::string textOrNone(const char* key) const {
    const auto found = object_.find(key);
    return found != object_.end() && found->is_string() ? found->get<std::string>() : "";
  }
  std::optional<int64_t> countOrNone(const char* key) const {
    const auto found = object_.find(key);
    if (found == object_.end() || !found->is_number_integer() || found->get<int64_t>() <= 0)
      return std::nullopt;
    return found->get<int64_t>();
  }

  const Json& at(const char* key) const {
    const auto found = object_.find(key);
    if (found == object_.end()) fail(fmt::format("has no '{}'", key));
    return *found;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { failProfile(path_, where_ + " " + what); }

  const Json& object_;
  std::string path_, where_;
};

Subject subjectOf(const Json& document, const std::string& path) {
  const Fields whole(document, path, "the document");
  Subject subject{
      whole.countOrNone("batch"), whole.countOrNone("threads"), {}, {}, whole.textOrNone("device"),
      whole.textOrNone("isa"),    whole.textOrNone("cpu")};
  if (const auto model = document.find("model"); model != document.end() && model->is_object()) {
    const Fields sums(*model, path, "the model");
    subject.macs = sums.countOrNone("macs");
    subject.parameters = sums.countOrNone("parameters");
  }
  return subject;
}

Side profileOf(const std::string& path) {
  const auto file = MappedFile::open(path);
  const Json document = Json::parse(file->text(), nullptr, false);
  if (document.is_discarded()) failProfile(path, "it is not complete JSON");
  const Fields whole(document, path, "the document");
  if (whole.text("kind") != "profile") failProfile(path, "its kind is another");
  Side side{path, {}, {}};
  side.latencyMs = Fields(whole.at("latency_ms"), path, "latency_ms").time("median");
  side.subject = subjectOf(document, path);
  const Json& layers = whole.at("layers");
  if (!layers.is_array()) failProfile(path, "its 'layers' are no list");
  for (size_t at = 0; at < layers.size(); ++at) {
    const Fields layer(layers[at], path, fmt::format("layer {}", at));
    side.layers.push_back({layer.text("name"), layer.text("kernel"), layer.text("precision"),
                           layer.texts("ops"), layer.texts("members"), layer.texts("origins"),
                           layer.time("ms")});
  }
  return side;
}

Side planOf(const std::string& path) {
  Side side{path, {}, {}};
  const EngineFile file = EngineFile::open(path);
  for (const Step& step : file.data().plans.front().steps)
    side.layers.push_back({step.name,
                           analyze::kernelOf(step),
                           analyze::precisionTextOf(step),
                           step.ops,
                           step.members,
                           {step.origins.begin(), step.origins.end()},
                           {}});
  return side;
}

Side sideOf(const std::string& path) {
  if (isProfileFile(path)) return profileOf(path);
  if (std::filesystem::is_directory(path) || kindOfFile(path) != FileKind::engine)
    failUsage("a profile is compared with a profile or an engine", escaped(path),
              "profile it first: `ridge profile --json FILE`");
  return planOf(path);
}

std::string change(const std::string& a, const std::string& b) {
  return a == b ? escaped(a) : escaped(a) + " -> " + escaped(b);
}

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, "+"));
}

std::string shown(const std::optional<double>& ms, const TimeUnit& unit) {
  return ms ? unit.of(*ms / 1e3) : "-";
}

TimeUnit unitOf(const Side& a, const Side& b) {
  double longest = 0;
  for (const Side* side : {&a, &b})
    for (const ComparedLayer& layer : side->layers) longest = std::max(longest, layer.ms.value_or(0) / 1e3);
  return TimeUnit(longest);
}

Json pairJson(const ComparedLayer& a, const ComparedLayer& b, const LayerPair& pair) {
  Json json{{"name", a.name},
            {"name_b", b.name},
            {"ops", {a.ops, b.ops}},
            {"kernel", {a.kernel, b.kernel}},
            {"kernel_changed", pair.kernelChanged},
            {"precision", {a.precision, b.precision}},
            {"precision_changed", pair.precisionChanged}};
  if (a.ms) json["ms_a"] = *a.ms;
  if (b.ms) json["ms_b"] = *b.ms;
  if (a.ms && b.ms) json["lost_ms"] = pair.lostMs;
  if (pair.ratio) setNumber(json, "ratio", *pair.ratio);
  return json;
}

Json onlyJson(const Side& side, const std::vector<size_t>& indexes) {
  Json list = Json::array();
  for (const size_t at : indexes) {
    const ComparedLayer& layer = side.layers[at];
    list.push_back({{"name", layer.name}, {"ops", layer.ops}, {"kernel", layer.kernel}});
    if (layer.ms) list.back()["ms"] = *layer.ms;
  }
  return list;
}

void printPairs(const Side& a, const Side& b, const analyze::LayerDiff& diff, bool onlyChanges,
                const Output& out) {
  const TimeUnit unit = unitOf(a, b);
  const std::string time(unit.name());
  std::vector<Row> rows{
      {"layer", "ops", "kernel", "precision", time + " A", time + " B", "B / A", "lost " + time}};
  for (const LayerPair& pair : diff.pairs) {
    const ComparedLayer &first = a.layers[pair.a], &second = b.layers[pair.b];
    if (onlyChanges && !pair.kernelChanged && !pair.precisionChanged && !pair.opsChanged) continue;
    const bool timed = first.ms && second.ms;
    rows.push_back({escaped(first.name), change(joined(first.ops), joined(second.ops)),
                    change(first.kernel, second.kernel), change(first.precision, second.precision),
                    shown(first.ms, unit), shown(second.ms, unit),
                    pair.ratio ? fmt::format("{:.2f}", *pair.ratio) : "-",
                    timed ? unit.change(pair.lostMs / 1e3) : "-"});
  }
  if (rows.size() > 1) out.table(rows);
}

void printOnly(const char* which, const Side& side, const std::vector<size_t>& indexes, const Output& out) {
  for (const size_t at : indexes) {
    const ComparedLayer& layer = side.layers[at];
    out.line(fmt::format("only in {}: {} ({}, {}){}", which, escaped(layer.name), escaped(joined(layer.ops)),
                         escaped(layer.kernel),
                         layer.ms ? " " + TimeUnit(*layer.ms / 1e3).with(*layer.ms / 1e3) : ""));
  }
}

void printCounts(const analyze::LayerDiff& diff, const Output& out) {
  size_t kernels = 0, precisions = 0;
  for (const LayerPair& pair : diff.pairs) {
    kernels += pair.kernelChanged;
    precisions += pair.precisionChanged;
  }
  out.line(fmt::format(
      "{} in both, {} with another kernel, {} with another precision; {} only in A, {} only in B",
      counted(std::ssize(diff.pairs), "layer"), kernels, precisions, diff.onlyA.size(), diff.onlyB.size()));
}

/// Why the times of both are not of the same thing: a sentence for each reason.
std::vector<std::string> mismatches(const Side& a, const Side& b, const analyze::LayerDiff& diff) {
  const Subject &first = a.subject, &second = b.subject;
  std::vector<std::string> sentences;
  const auto numbers = [&](const char* what, const auto& left, const auto& right) {
    if (left && right && *left != *right)
      sentences.push_back(fmt::format("{} {} against {}", what, *left, *right));
  };
  const auto texts = [&](const char* what, const std::string& left, const std::string& right) {
    if (!left.empty() && !right.empty() && left != right)
      sentences.push_back(fmt::format("{} {} against {}", what, escaped(left), escaped(right)));
  };
  const auto differ = [](const auto& left, const auto& right) { return left && right && *left != *right; };
  const bool sameBatch = first.batch && first.batch == second.batch;
  if (diff.pairs.empty())
    sentences.emplace_back("another network: no layer of one is in the other");
  else if (differ(first.parameters, second.parameters))
    sentences.push_back(fmt::format("another network: {} parameters against {}",
                                    formatCount(static_cast<double>(*first.parameters)),
                                    formatCount(static_cast<double>(*second.parameters))));
  else if (sameBatch && differ(first.macs, second.macs))
    sentences.push_back(fmt::format("another network, or other shapes: {} multiply-adds against {}",
                                    formatCount(static_cast<double>(*first.macs)),
                                    formatCount(static_cast<double>(*second.macs))));
  numbers("batch", first.batch, second.batch);
  numbers("threads", first.threads, second.threads);
  texts("device", first.device, second.device);
  texts("instruction set", first.architecture, second.architecture);
  texts("processor", first.cpu, second.cpu);
  return sentences;
}

Json diffJson(const Side& a, const Side& b, const analyze::LayerDiff& diff) {
  Json json{{"layers", Json::array()}};
  for (const LayerPair& pair : diff.pairs)
    json["layers"].push_back(pairJson(a.layers[pair.a], b.layers[pair.b], pair));
  json["only_a"] = onlyJson(a, diff.onlyA);
  json["only_b"] = onlyJson(b, diff.onlyB);
  return json;
}

}  // namespace

bool isProfileFile(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  // No model and no engine begins with a brace.
  std::ifstream file(path, std::ios::binary);
  return (file >> std::ws).peek() == '{';
}

int compareProfiles(const std::array<std::string, 2>& paths, bool layers,
                    const std::vector<std::string>& require, const Output& out) {
  checkRequirements(require, {"ratio"});
  const Side a = sideOf(paths[0]), b = sideOf(paths[1]);
  const bool timed = a.latencyMs && b.latencyMs && *a.latencyMs > 0;
  if (!timed && !require.empty()) failUsage("only profiles have times", "--require", "compare two profiles");
  const analyze::LayerDiff diff = analyze::diffLayers(a.layers, b.layers);
  if (layers) {
    printPairs(a, b, diff, false, out);
    printOnly("A", a, diff.onlyA, out);
    printOnly("B", b, diff.onlyB, out);
  }
  printCounts(diff, out);
  const std::vector<std::string> differing = mismatches(a, b, diff);
  if (!differing.empty())
    out.line(fmt::format("these are not of the same thing: {}", fmt::join(differing, "; ")));
  Json json{{"a", paths[0]}, {"b", paths[1]}, {"kind", "profiles"}, {"passed", true}};
  json["mismatches"] = differing;
  if (timed) {
    const double ratio = *b.latencyMs / *a.latencyMs;
    const TimeUnit unit(std::max(*a.latencyMs, *b.latencyMs) / 1e3);
    out.line(fmt::format("end to end: A {}, B {}, B / A {:.3f}", unit.with(*a.latencyMs / 1e3),
                         unit.with(*b.latencyMs / 1e3), ratio));
    json["latency_ms"] = {{"a", *a.latencyMs}, {"b", *b.latencyMs}};
    setNumber(json, "ratio", ratio);
  }
  if (layers) json.update(diffJson(a, b, diff));
  try {
    if (timed) requireAll(require, {{"ratio", *b.latencyMs / *a.latencyMs}});
  } catch (const Error& unmet) {
    json["passed"] = false;
    return out.no(std::move(json), unmet);
  }
  out.json(std::move(json));
  return 0;
}

Json comparePlans(const std::array<std::string, 2>& engines, const Output& out) {
  const Side a = planOf(engines[0]), b = planOf(engines[1]);
  const analyze::LayerDiff diff = analyze::diffLayers(a.layers, b.layers);
  printPairs(a, b, diff, true, out);
  printOnly("A", a, diff.onlyA, out);
  printOnly("B", b, diff.onlyB, out);
  printCounts(diff, out);
  return diffJson(a, b, diff);
}

}  // namespace ridge::tool
