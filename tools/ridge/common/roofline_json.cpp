#include "common/roofline_json.h"

namespace ridge::tool {

using namespace analyze;

Json layerJson(const RooflineLayer& layer) {
  const LayerCost& cost = layer.cost;
  Json json{{"name", cost.name},
            {"op", cost.op},
            {"shape", cost.shape},
            {"depth", cost.depth},
            {"macs", cost.macs},
            {"flops", cost.flops},
            {"parameters", cost.parameters},
            {"weight_bytes", cost.weightBytes},
            {"input_bytes", cost.inputBytes},
            {"output_bytes", cost.outputBytes}};
  setNumber(json, "intensity", cost.intensity());
  json["bound"] = name(layer.floor.bound);
  setNumber(json, "floor_ms", layer.floor.seconds * 1e3);
  setNumber(json, "share", layer.share);
  if (!cost.known) json["note"] = "a shape is known only when the network runs: not counted";
  return json;
}

Json modelJson(const Roofline& roofline) {
  const LayerCost& total = roofline.total;
  Json json{{"macs", total.macs},
            {"flops", total.flops},
            {"parameters", total.parameters},
            {"weight_bytes", total.weightBytes},
            {"activation_bytes", total.activationBytes()},
            {"total_bytes", total.bytes()}};
  setNumber(json, "intensity", total.intensity());
  setNumber(json, "floor_ms", roofline.floorSeconds * 1e3);
  for (const Bound bound : {Bound::memory, Bound::compute, Bound::none}) {
    const auto at = static_cast<size_t>(bound);
    json["bounds"][std::string(name(bound))] = {{"layers", roofline.layersBy[at]},
                                                {"floor_ms", roofline.secondsBy[at] * 1e3}};
  }
  return json;
}

void setRoofs(Json& document, const Roofs& roofs) {
  const Roof& best = roofs.best();
  document["target"] = best.target;
  document["precision"] = name(best.precision);
  setNumber(document, "peak_ops_per_s", best.peakOpsPerS);
  setNumber(document, "bandwidth_bytes_per_s", best.bandwidthBytesPerS);
  setNumber(document, "ridge_point", best.ridgePoint());
  document["roofs"] = Json::array();
  const auto add = [&](const char* kind, const Roof& roof) {
    Json json{{"name", kind}, {"source", roof.source}, {"precision", name(roof.precision)}};
    setNumber(json, "peak_ops_per_s", roof.peakOpsPerS);
    setNumber(json, "bandwidth_bytes_per_s", roof.bandwidthBytesPerS);
    document["roofs"].push_back(std::move(json));
  };
  if (roofs.measured) add("measured", *roofs.measured);
  add("nominal", roofs.nominal);
}

Json layersJson(const Roofline& roofline) {
  Json layers = Json::array();
  for (const RooflineLayer& layer : roofline.layers) layers.push_back(layerJson(layer));
  return layers;
}

Json edgesJson(const Edges& edges) {
  Json json = Json::array();
  for (const auto& [from, to] : edges) json.push_back({from, to});
  return json;
}

}  // namespace ridge::tool
