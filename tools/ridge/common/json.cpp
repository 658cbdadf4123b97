#include "common/json.h"

#include <cmath>

namespace ridge::tool {

void setNumber(Json& object, const std::string& key, double value) {
  if (std::isfinite(value)) {
    object[key] = value;
    return;
  }
  object[key] = nullptr;
  object[key + "_note"] = std::isnan(value) ? "not a number" : value > 0 ? "infinite" : "minus infinite";
}

Json verdictJson(const Verdict& verdict) {
  const Difference& d = verdict.difference;
  Json json;
  json["name"] = verdict.name;
  json["shape"] = verdict.dims;
  json["dtype"] = std::string(name(verdict.type));
  setNumber(json, "max_abs", d.maxAbs);
  setNumber(json, "max_rel", d.maxRel);
  setNumber(json, "rms", d.rms);
  setNumber(json, "cosine", d.cosine);
  setNumber(json, "sqnr_db", d.sqnrDb);
  setNumber(json, "worst_channel_db", d.worstChannelDb);
  json["worst_channel"] = d.worstChannel;
  json["mismatched"] = d.mismatched;
  json["passed"] = verdict.outcome == Outcome::passed;
  if (!verdict.kernel.empty()) json["kernel"] = verdict.kernel;
  if (!verdict.note.empty()) json["note"] = verdict.note;
  if (verdict.againstLowered) json["against"] = "lowered graph";
  return json;
}

Json verifyJson(const VerifyReport& report, bool withLayers) {
  Json json;
  json["passed"] = report.passed;
  setNumber(json, "worst_region_db", report.worstRegionDb);
  json["regions"] = report.regions.size();
  json["unchecked"] = report.unchecked;
  json["outputs"] = Json::array();
  for (const Verdict& verdict : report.outputs) json["outputs"].push_back(verdictJson(verdict));
  if (!withLayers) return json;
  json["layers"] = Json::array();
  for (const Verdict& verdict : report.regions) json["layers"].push_back(verdictJson(verdict));
  return json;
}

}  // namespace ridge::tool
