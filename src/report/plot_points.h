// What of a document goes onto its roofline plot.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "report/canvas.h"

namespace ridge::report {

/// Kinds of operators that share a colour: those of assets/families.js.
struct Family {
  std::string_view name;
  Color color;
};
Family familyOf(std::string_view op);

struct PlotPoint {
  double intensity = 0, opsPerS = 0;
  double share = 0;  ///< of the time, 0 to 1
  Family family;
};

struct PlotRoof {
  std::string name;
  double peakOpsPerS = 0, bandwidthBytesPerS = 0;
  double at(double intensity) const;
  double ridgePoint() const { return peakOpsPerS / bandwidthBytesPerS; }
};

struct Plot {
  std::string title, subtitle;
  std::string operation;          ///< unit: "FLOP", "OP", "MAC"
  std::vector<PlotRoof> roofs;    ///< the first is what layers are held against
  std::vector<PlotPoint> points;  ///< largest share first
};

/// Layers without arithmetic have no place; a rate is the measured one, else that at the least time. Whatever
/// the document holds, all figures are finite and positive.
Plot plotOf(const nlohmann::json& document);

}  // namespace ridge::report
