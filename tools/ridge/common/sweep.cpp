#include "common/sweep.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "base/time_text.h"
#include "common/analysis_flags.h"

namespace ridge::tool {

using namespace analyze;

namespace {

constexpr int64_t kMostItems = 1'000'000;

struct Result {
  double items = 1;
  Roofline roofline;
};

Result resultOf(const SweepVariant& variant, const Graph& graph, int64_t batch) {
  const auto own = static_cast<double>(batch);
  const double items = variant.items > 0 ? static_cast<double>(variant.items) : own;
  return {items, rooflineOf(timesBatch(costsOf(graph, variant.options), items / own), variant.roof)};
}

Json totalsOf(const SweepVariant& variant, const Result& result) {
  const Roofline& roofline = result.roofline;
  Json json{{"value", variant.label}};
  setNumber(json, "floor_ms", roofline.floorSeconds * 1e3);
  setNumber(json, "floor_ms_per_item", roofline.floorSeconds * 1e3 / result.items);
  setNumber(json, "intensity", roofline.total.intensity());
  for (const Bound bound : {Bound::compute, Bound::memory, Bound::none})
    json["layers"][std::string(name(bound))] = roofline.layersBy[static_cast<size_t>(bound)];
  return json;
}

Bound boundOf(const Result& result, size_t layer) {
  return result.roofline.layers[layer].floor.bound;
}

/// A layer for which not all variants have the same bound.
bool crosses(const std::vector<Result>& results, size_t layer) {
  return std::any_of(results.begin(), results.end(), [&](const Result& result) {
    return boundOf(result, layer) != boundOf(results.front(), layer);
  });
}

void printTotals(const Sweep& sweep, const std::vector<Result>& results, const Output& out) {
  double longest = 0;
  for (const Result& result : results) longest = std::max(longest, result.roofline.floorSeconds);
  const TimeUnit unit(longest);
  std::vector<std::vector<std::string>> rows{{"variant", fmt::format("least {}", unit.name()),
                                              fmt::format("{} an item", unit.name()), "ops/byte",
                                              "by arithmetic", "by memory", "no arithmetic"}};
  for (size_t at = 0; at < results.size(); ++at) {
    const Roofline& roofline = results[at].roofline;
    const auto layers = [&](Bound bound) {
      return std::to_string(roofline.layersBy[static_cast<size_t>(bound)]);
    };
    rows.push_back({escaped(sweep.variants[at].label), unit.of(roofline.floorSeconds),
                    unit.of(roofline.floorSeconds / results[at].items),
                    fmt::format("{:.2f}", roofline.total.intensity()), layers(Bound::compute),
                    layers(Bound::memory), layers(Bound::none)});
  }
  out.table(rows);
}

}  // namespace

Sweep sweepOfFlag(const std::string& text, const CostOptions& options, const RoofRequest& request) {
  const size_t equals = text.find('=');
  const std::string what = text.substr(0, equals);
  if (equals == std::string::npos || (what != "batch" && what != "precision" && what != "target"))
    failUsage(fmt::format("{} does not say what to change", inQuotes(text)), "--sweep",
              "use batch=1,8,32 or precision=fp32,fp16 or target=NAME,NAME");
  Sweep sweep{text, {}};
  for (const std::string& value : splitCommas({text.substr(equals + 1)})) {
    SweepVariant variant{value, options, {}};
    RoofRequest other = request;
    if (what == "batch") {
      variant.items = intOfFlag("--sweep batch", value);
      if (variant.items < 1 || variant.items > kMostItems)
        failUsage(fmt::format("a batch of {} is not possible", variant.items), "--sweep", "use 1 to 1000000");
    } else if (what == "precision") {
      variant.options.precision = other.precision = precisionOfFlag(value);
    } else {
      other.target = value;
    }
    variant.roof = roofsOf(other).best();
    sweep.variants.push_back(std::move(variant));
  }
  if (sweep.variants.empty())
    failUsage(fmt::format("there is nothing after {}=", what), "--sweep", "use batch=1,8,32");
  return sweep;
}

Json sweepJson(const Sweep& sweep, const Graph& graph, int64_t batch, const Output& out) {
  std::vector<Result> results;
  Json json{{"sweep", sweep.text}, {"variants", Json::array()}, {"crossing", Json::array()}};
  for (const SweepVariant& variant : sweep.variants) {
    results.push_back(resultOf(variant, graph, batch));
    json["variants"].push_back(totalsOf(variant, results.back()));
  }
  printTotals(sweep, results, out);
  std::vector<std::vector<std::string>> rows{{"crosses the ridge", "op"}};
  for (const SweepVariant& variant : sweep.variants) rows.front().push_back(escaped(variant.label));
  for (size_t at = 0; at < results.front().roofline.layers.size(); ++at) {
    if (!crosses(results, at)) continue;
    const LayerCost& cost = results.front().roofline.layers[at].cost;
    rows.push_back({escaped(cost.name), escaped(cost.op)});
    Json bounds = Json::array();
    for (const Result& result : results) {
      bounds.push_back(name(boundOf(result, at)));
      rows.back().emplace_back(name(boundOf(result, at)));
    }
    json["crossing"].push_back({{"layer", cost.name}, {"bounds", std::move(bounds)}});
  }
  if (rows.size() > 1) out.table(rows);
  return json;
}

}  // namespace ridge::tool
