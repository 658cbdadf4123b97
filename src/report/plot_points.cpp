#include "report/plot_points.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace ridge::report {
namespace {

using Json = nlohmann::json;

const Json& member(const Json& object, const char* key) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

/// 0 for what is not there, no number, not finite or negative.
double number(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_number()) return 0;
  const double found = value.get<double>();
  return std::isfinite(found) && found > 0 ? found : 0;
}

std::string text(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::string operationOf(const Json& document) {
  if (text(document, "convention") == "slides") return "MAC";
  return text(document, "precision").starts_with("int") ? "OP" : "FLOP";
}

std::vector<PlotRoof> roofsOf(const Json& document) {
  const auto roofOf = [](const Json& from, std::string name) {
    return PlotRoof{std::move(name), number(from, "peak_ops_per_s"), number(from, "bandwidth_bytes_per_s")};
  };
  std::vector<PlotRoof> roofs;
  if (const Json& listed = member(document, "roofs"); listed.is_array())
    for (const Json& roof : listed) roofs.push_back(roofOf(roof, text(roof, "name")));
  if (roofs.empty()) roofs.push_back(roofOf(document, "roof"));
  std::erase_if(roofs, [](const PlotRoof& roof) {
    // Powers of ten beyond all machines: the axes would hold nothing else.
    return !(roof.peakOpsPerS > 1 && roof.peakOpsPerS < 1e30 && roof.bandwidthBytesPerS > 1 &&
             roof.bandwidthBytesPerS < 1e30);
  });
  return roofs;
}

const Json& layersOf(const Json& document) {
  const Json& plan = member(member(document, "plan"), "layers");
  const Json& own = member(document, "layers");
  const bool planned = text(document, "kind") != "profile" && plan.is_array() && !plan.empty();
  return planned || !own.is_array() ? plan : own;
}

double timeOf(const Json& layer) {
  const double measured = number(layer, "ms");
  return measured > 0 ? measured : number(layer, "floor_ms");
}

std::string joined(std::initializer_list<std::string> parts) {
  std::string out;
  for (const std::string& part : parts)
    if (!part.empty()) out += (out.empty() ? "" : ", ") + part;
  return out;
}

bool containsAny(std::string_view op, std::span<const std::string_view> parts) {
  std::string lower(op);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
  });
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return lower.find(part) != std::string::npos; });
}

struct FamilyRule {
  Family family;
  std::vector<std::string_view> parts;
};

const std::vector<FamilyRule>& familyRules() {
  static const std::vector<FamilyRule> rules{
      {{"convolution", {0, 114, 178}}, {"conv"}},
      {{"attention", {180, 72, 138}}, {"attention"}},
      {{"matrix product", {213, 94, 0}}, {"gemm", "matmul", "einsum"}},
      {{"recurrent", {106, 81, 163}}, {"lstm", "gru", "rnn"}},
      {{"normalization", {201, 138, 0}}, {"norm", "softmax", "lrn"}},
      {{"pooling, reduction", {42, 155, 208}}, {"pool", "reduce", "argmax", "argmin", "topk"}},
      {{"data movement", {122, 130, 142}},
       {"reshape", "transpose", "concat", "slice", "split", "gather", "scatter", "pad", "flatten", "squeeze",
        "expand", "tile", "cast", "copy", "resize", "space", "identity", "reformat", "shuffle"}},
  };
  return rules;
}

}  // namespace

Family familyOf(std::string_view op) {
  for (const FamilyRule& rule : familyRules())
    if (containsAny(op, rule.parts)) return rule.family;
  return {"elementwise", {0, 158, 115}};
}

double PlotRoof::at(double intensity) const {
  return std::min(peakOpsPerS, bandwidthBytesPerS * intensity);
}

Plot plotOf(const Json& document) {
  Plot plot;
  plot.title = text(document, "model_name");
  plot.operation = operationOf(document);
  plot.roofs = roofsOf(document);
  const double batch = number(document, "batch");
  plot.subtitle =
      joined({text(document, "target"), text(document, "precision"),
              batch > 0 ? fmt::format("batch {:g}", batch) : "",
              text(document, "kind") == "profile" ? "measured rates" : "rates at the least time"});
  const Json& layers = layersOf(document);
  if (!layers.is_array()) return plot;
  double total = 0;
  for (const Json& layer : layers) total += timeOf(layer);
  for (const Json& layer : layers) {
    PlotPoint point{number(layer, "intensity"), number(layer, "ops_per_s"), 0, familyOf(text(layer, "op"))};
    if (point.opsPerS <= 0 && !plot.roofs.empty()) point.opsPerS = plot.roofs[0].at(point.intensity);
    if (total > 0 && std::isfinite(total)) point.share = timeOf(layer) / total;
    const bool placed =
        point.intensity > 1e-12 && point.intensity < 1e12 && point.opsPerS > 1e-3 && point.opsPerS < 1e30;
    if (placed && number(layer, "flops") > 0) plot.points.push_back(point);
  }
  std::stable_sort(plot.points.begin(), plot.points.end(),
                   [](const PlotPoint& a, const PlotPoint& b) { return a.share > b.share; });
  return plot;
}

}  // namespace ridge::report
