#include "compare_profiles.h"

#include <fmt/format.h>

#include <filesystem>

#include "analyze/profile/diff.h"
#include "analyze/profile/step_facts.h"
#include "api/load.h"
#include "base/text.h"
#include "base/time_text.h"
#include "common/requirement.h"
#include "profile_reader.h"

namespace ridge::tool {

namespace {

using analyze::ComparedLayer;
using analyze::LayerPair;
using Row = std::vector<std::string>;

ReadProfile planOf(const std::string& path) {
  ReadProfile side;
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

ReadProfile sideOf(const std::string& path) {
  if (isProfileFile(path)) return readProfile(path);
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

TimeUnit unitOf(const ReadProfile& a, const ReadProfile& b) {
  double longest = 0;
  for (const ReadProfile* side : {&a, &b})
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

Json onlyJson(const ReadProfile& side, const std::vector<size_t>& indexes) {
  Json list = Json::array();
  for (const size_t at : indexes) {
    const ComparedLayer& layer = side.layers[at];
    list.push_back({{"name", layer.name}, {"ops", layer.ops}, {"kernel", layer.kernel}});
    if (layer.ms) list.back()["ms"] = *layer.ms;
  }
  return list;
}

void printPairs(const ReadProfile& a, const ReadProfile& b, const analyze::LayerDiff& diff, bool onlyChanges,
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

void printOnly(const char* which, const ReadProfile& side, const std::vector<size_t>& indexes,
               const Output& out) {
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
std::vector<std::string> mismatches(const ReadProfile& a, const ReadProfile& b,
                                    const analyze::LayerDiff& diff) {
  const ProfileSubject &first = a.subject, &second = b.subject;
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

Json diffJson(const ReadProfile& a, const ReadProfile& b, const analyze::LayerDiff& diff) {
  Json json{{"layers", Json::array()}};
  for (const LayerPair& pair : diff.pairs)
    json["layers"].push_back(pairJson(a.layers[pair.a], b.layers[pair.b], pair));
  json["only_a"] = onlyJson(a, diff.onlyA);
  json["only_b"] = onlyJson(b, diff.onlyB);
  return json;
}

}  // namespace

int compareProfiles(const std::array<std::string, 2>& paths, bool layers,
                    const std::vector<std::string>& require, const Output& out) {
  checkRequirements(require, {"ratio"});
  const ReadProfile a = sideOf(paths[0]), b = sideOf(paths[1]);
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
  const ReadProfile a = planOf(engines[0]), b = planOf(engines[1]);
  const analyze::LayerDiff diff = analyze::diffLayers(a.layers, b.layers);
  printPairs(a, b, diff, true, out);
  printOnly("A", a, diff.onlyA, out);
  printOnly("B", b, diff.onlyB, out);
  printCounts(diff, out);
  return diffJson(a, b, diff);
}

}  // namespace ridge::tool
