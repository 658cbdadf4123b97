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
#include "common/requirement.h"

namespace ridge::tool {

namespace {

using analyze::ComparedLayer;
using analyze::LayerPair;
using Row = std::vector<std::string>;

struct Side {
  std::string path;
  std::vector<ComparedLayer> layers;
  std::optional<double> latencyMs;
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

Side profileOf(const std::string& path) {
  const auto file = MappedFile::open(path);
  const Json document = Json::parse(file->text(), nullptr, false);
  if (document.is_discarded()) failProfile(path, "it is not complete JSON");
  const Fields whole(document, path, "the document");
  if (whole.text("kind") != "profile") failProfile(path, "its kind is another");
  Side side{path, {}, {}};
  side.latencyMs = Fields(whole.at("latency_ms"), path, "latency_ms").time("median");
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

std::string milliseconds(const std::optional<double>& ms) {
  return ms ? fmt::format("{:.4f}", *ms) : "-";
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
  std::vector<Row> rows{{"layer", "ops", "kernel", "precision", "ms A", "ms B", "B / A", "lost ms"}};
  for (const LayerPair& pair : diff.pairs) {
    const ComparedLayer &first = a.layers[pair.a], &second = b.layers[pair.b];
    if (onlyChanges && !pair.kernelChanged && !pair.precisionChanged && !pair.opsChanged) continue;
    const bool timed = first.ms && second.ms;
    rows.push_back({escaped(first.name), change(joined(first.ops), joined(second.ops)),
                    change(first.kernel, second.kernel), change(first.precision, second.precision),
                    milliseconds(first.ms), milliseconds(second.ms),
                    pair.ratio ? fmt::format("{:.2f}", *pair.ratio) : "-",
                    timed ? fmt::format("{:+.4f}", pair.lostMs) : "-"});
  }
  if (rows.size() > 1) out.table(rows);
}

void printOnly(const char* which, const Side& side, const std::vector<size_t>& indexes, const Output& out) {
  for (const size_t at : indexes) {
    const ComparedLayer& layer = side.layers[at];
    out.line(fmt::format("only in {}: {} ({}, {}){}", which, escaped(layer.name), escaped(joined(layer.ops)),
                         escaped(layer.kernel), layer.ms ? fmt::format(" {:.4f} ms", *layer.ms) : ""));
  }
}

void printCounts(const analyze::LayerDiff& diff, const Output& out) {
  size_t kernels = 0, precisions = 0;
  for (const LayerPair& pair : diff.pairs) {
    kernels += pair.kernelChanged;
    precisions += pair.precisionChanged;
  }
  out.line(fmt::format(
      "{} layers in both, {} with another kernel, {} with another precision; {} only in A, {} only in B",
      diff.pairs.size(), kernels, precisions, diff.onlyA.size(), diff.onlyB.size()));
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
  Json json{{"a", paths[0]}, {"b", paths[1]}, {"kind", "profiles"}, {"passed", true}};
  if (timed) {
    const double ratio = *b.latencyMs / *a.latencyMs;
    out.line(
        fmt::format("end to end: A {:.4f} ms, B {:.4f} ms, B / A {:.3f}", *a.latencyMs, *b.latencyMs, ratio));
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
