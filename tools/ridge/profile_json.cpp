#include "analyze/profile/step_facts.h"
#include "base/cpu.h"
#include "base/thread_pool.h"
#include "common/measurement.h"
#include "common/roofline_json.h"
#include "profile_output.h"

namespace ridge::tool {

namespace {

using analyze::LayerProfile;

/// Null with a note where the cost of a layer, or of all, is not known.
void addMeasured(Json& json, const LayerProfile& layer, const std::string& costNote) {
  const bool known = layer.cost.known && costNote.empty();
  json["bound"] = known ? Json(analyze::name(layer.floor.bound)) : Json(nullptr);
  json["cache"] = known && !layer.floor.cache.empty() ? Json(layer.floor.cache) : Json(nullptr);
  const std::pair<const char*, double> numbers[] = {{"floor_ms", layer.floor.seconds * 1e3},
                                                    {"ops_per_s", layer.opsPerS},
                                                    {"bytes_per_s", layer.bytesPerS},
                                                    {"roof_share", std::min(layer.roofShare, 1.0)},
                                                    {"gap_ms", layer.gap * 1e3}};
  for (const auto& [key, value] : numbers) {
    json[key] = known ? Json(value) : Json(nullptr);
    if (!known)
      json[std::string(key) + "_note"] =
          costNote.empty() ? "what the layer does shows only at run time" : costNote;
  }
}

Json insideOf(const Step& step) {
  Json inside = Json::array();
  for (const Plan& body : step.bodies)
    forEachStep(
        body,
        [&](const Step& inner, int depth) {
          inside.push_back({{"name", inner.name},
                            {"ops", inner.ops},
                            {"kernel", analyze::kernelOf(inner)},
                            {"depth", depth}});
        },
        1);
  return inside;
}

Json countsJson(const analyze::StepCounts& counts, size_t step) {
  Json json = Json::object();
  for (size_t at = 0; at < analyze::kCounters.size(); ++at)
    if (counts.known[at]) json[std::string(analyze::name(analyze::kCounters[at]))] = counts.steps[step][at];
  return json;
}

Json stepJson(const ProfileResult& profile, const LayerProfile& layer, const Step& step) {
  Json json = layerJson(analyze::RooflineLayer{layer.cost, layer.floor, layer.share});
  json["ops"] = step.ops;
  json["kernel"] = analyze::kernelOf(step);
  json["members"] = step.members;
  json["origins"] = step.origins;
  json["fallback"] = step.fallback;
  json["layout"] = analyze::layoutOf(step);
  json["precision"] = analyze::precisionTextOf(step);
  json["ms"] = layer.time.usual * 1e3;
  json["median_ms"] = layer.time.median * 1e3;
  json["min_ms"] = layer.time.minimum * 1e3;
  json["before_ms"] = profile.timing.gaps[layer.step] * 1e3;
  addMeasured(json, layer, profile.costNote);
  if (!step.bodies.empty()) json["inside"] = insideOf(step);
  if (profile.counts && !profile.counts->steps.empty())
    json["counters"] = countsJson(*profile.counts, layer.step);
  return json;
}

/// The sums of all layers and of their least times.
Json sumsJson(const ProfileResult& profile) {
  analyze::Roofline roofline;
  std::vector<analyze::LayerCost> costs;
  for (const LayerProfile& layer : profile.layers) {
    if (!layer.cost.known) continue;
    const auto bound = static_cast<size_t>(layer.floor.bound);
    costs.push_back(layer.cost);
    roofline.floorSeconds += layer.floor.seconds;
    ++roofline.layersBy[bound];
    roofline.secondsBy[bound] += layer.floor.seconds;
  }
  roofline.total = analyze::totalOf(costs);
  return modelJson(roofline);
}

void addTiming(Json& json, const analyze::Timing& timing) {
  json["latency_ms"] = distributionJson(distributionOf(timing.latencies), 1e3);
  json["regions_ms"] = timing.regions() * 1e3;
  json["between_ms"] = timing.between() * 1e3;
  json["overhead_ms"] = timing.overhead * 1e3;
  json["clock_ns"] = timing.clock * 1e9;
  json["accounted"] = timing.accounted();
  json["runs"] = timing.runs;
  json["runs_used"] = {{"plain", timing.used}, {"profiled", timing.used}};
  json["undisturbed"] = timing.undisturbed;
}

}  // namespace

Json profileJson(const ProfileResult& profile, const Source& source) {
  const Plan& plan = source.executable->plan();
  Json json{{"kind", "profile"},
            {"model_name", profile.path},
            {"convention", "standard"},
            {"device", plan.device},
            {"threads", ThreadPool::instance().threads()},
            {"batch", profile.batch},
            {"isa", plan.architecture},
            {"cpu", cpuInfo().model}};
  setRoofs(json, profile.roofs);
  json["caches"] = Json::array();
  for (const analyze::MemoryLevel& cache : profile.roofs.best().caches)
    json["caches"].push_back({{"name", cache.name},
                              {"capacity_bytes", cache.capacityBytes},
                              {"bandwidth_bytes_per_s", cache.bandwidthBytesPerS}});
  addTiming(json, profile.timing);
  json["fallback_layers"] = fallbackLayers(plan);
  json["peak_memory_bytes"] = profile.peakMemoryBytes;
  json["activation_bytes"] = profile.activationBytes;
  json["weight_bytes"] = source.executable->weightBytes();
  json["arena_bytes"] = plan.arenaBytes;
  json["memory"] = profile.memory.alive;
  json["model"] = sumsJson(profile);
  if (profile.counts && !profile.counts->note.empty()) json["counters_note"] = profile.counts->note;
  if (!profile.costNote.empty()) json["cost_note"] = profile.costNote;
  if (!profile.stages.empty()) {
    json["stages"] = Json::array();
    for (const StageTime& stage : profile.stages)
      json["stages"].push_back({{"name", stage.name}, {"ms", stage.ms}, {"share", stage.share}});
    if (const std::string note = bottleneckOf(profile.stages); !note.empty()) json["stages_note"] = note;
  }
  json["layers"] = Json::array();
  for (const LayerProfile& layer : profile.layers)
    json["layers"].push_back(stepJson(profile, layer, plan.steps[layer.step]));
  json["edges"] = edgesJson(profile.edges);
  return json;
}

}  // namespace ridge::tool
