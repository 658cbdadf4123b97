#include "common/sweep.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "common/analysis_flags.h"

namespace ridge::tool {

using namespace analyze;

namespace {

/// One value of what changes.
struct Variant {
  std::string label;
  CostOptions options;
  RoofRequest request;
  double items = 1;   ///< a batch of so many
  double factor = 1;  ///< by which the graph's batch grows
};

std::vector<Variant> variantsOf(const std::string& text, const CostOptions& options,
                                const RoofRequest& request, int64_t batch) {
  const size_t equals = text.find('=');
  const std::string what = text.substr(0, equals);
  if (equals == std::string::npos || (what != "batch" && what != "precision" && what != "target"))
    failUsage(fmt::format("{} does not say what to change", inQuotes(text)), "--sweep",
              "use batch=1,8,32 or precision=fp32,fp16 or target=NAME,NAME");
  std::vector<Variant> variants;
  for (const std::string& value : splitCommas({text.substr(equals + 1)})) {
    Variant variant{value, options, request, static_cast<double>(batch), 1};
    if (what == "batch") {
      const int64_t items = intOfFlag("--sweep batch", value);
      if (items < 1 || items > 1'000'000)
        failUsage(fmt::format("a batch of {} is not possible", items), "--sweep", "use 1 to 1000000");
      variant.items = static_cast<double>(items);
      variant.factor = variant.items / static_cast<double>(batch);
    } else if (what == "precision") {
      variant.options.precision = variant.request.precision = precisionOfFlag(value);
    } else {
      variant.request.target = value;
    }
    variants.push_back(std::move(variant));
  }
  if (variants.empty())
    failUsage(fmt::format("there is nothing after {}=", what), "--sweep", "use batch=1,8,32");
  return variants;
}

Roofline underVariant(const Graph& graph, const Variant& variant) {
  return rooflineOf(timesBatch(costsOf(graph, variant.options), variant.factor),
                    roofsOf(variant.request).best());
}

Json totalsOf(const Variant& variant, const Roofline& roofline) {
  Json json{{"value", variant.label}};
  setNumber(json, "floor_ms", roofline.floorSeconds * 1e3);
  setNumber(json, "floor_ms_per_item", roofline.floorSeconds * 1e3 / variant.items);
  setNumber(json, "intensity", roofline.total.intensity());
  for (const Bound bound : {Bound::compute, Bound::memory, Bound::none})
    json["layers"][std::string(name(bound))] = roofline.layersBy[static_cast<size_t>(bound)];
  return json;
}

/// A layer for which not all variants have the same bound.
bool crosses(const std::vector<Roofline>& rooflines, size_t layer) {
  for (const Roofline& roofline : rooflines)
    if (roofline.layers[layer].floor.bound != rooflines.front().layers[layer].floor.bound) return true;
  return false;
}

}  // namespace

Json sweepJson(const std::string& text, const Graph& graph, const CostOptions& options,
               const RoofRequest& request, int64_t batch, const Output& out) {
  const std::vector<Variant> variants = variantsOf(text, options, request, batch);
  std::vector<Roofline> rooflines;
  Json json{{"sweep", text}, {"variants", Json::array()}, {"crossing", Json::array()}};
  std::vector<std::vector<std::string>> rows{
      {"variant", "least ms", "ms an item", "ops/byte", "by arithmetic", "by memory", "no arithmetic"}};
  for (const Variant& variant : variants) {
    rooflines.push_back(underVariant(graph, variant));
    const Roofline& made = rooflines.back();
    json["variants"].push_back(totalsOf(variant, made));
    const auto layers = [&](Bound bound) {
      return std::to_string(made.layersBy[static_cast<size_t>(bound)]);
    };
    rows.push_back({variant.label, fmt::format("{:.4f}", made.floorSeconds * 1e3),
                    fmt::format("{:.4f}", made.floorSeconds * 1e3 / variant.items),
                    fmt::format("{:.2f}", made.total.intensity()), layers(Bound::compute),
                    layers(Bound::memory), layers(Bound::none)});
  }
  out.table(rows);
  rows = {{"crosses the ridge", "op"}};
  for (const Variant& variant : variants) rows.front().push_back(variant.label);
  for (size_t at = 0; !rooflines.empty() && at < rooflines.front().layers.size(); ++at) {
    if (!crosses(rooflines, at)) continue;
    const LayerCost& cost = rooflines.front().layers[at].cost;
    rows.push_back({escaped(cost.name), escaped(cost.op)});
    Json bounds = Json::array();
    for (const Roofline& roofline : rooflines) {
      bounds.push_back(name(roofline.layers[at].floor.bound));
      rows.back().emplace_back(name(roofline.layers[at].floor.bound));
    }
    json["crossing"].push_back({{"layer", cost.name}, {"bounds", std::move(bounds)}});
  }
  if (rows.size() > 1) out.table(rows);
  return json;
}

}  // namespace ridge::tool
