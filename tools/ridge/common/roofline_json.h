// Documents about rooflines, as `roofline` and `profile` write them and the HTML report reads them.
#pragma once

#include "analyze/roofline.h"
#include "common/json.h"

namespace ridge::tool {

/// "name", "op", "shape", "depth", "macs", "flops", bytes, "intensity", "bound", "floor_ms", "share".
Json layerJson(const analyze::RooflineLayer& layer);

/// Sums of the whole: "macs", "flops", "parameters", bytes, "intensity", "floor_ms".
Json modelJson(const analyze::Roofline& roofline);

/// "target", "precision", "peak_ops_per_s", "bandwidth_bytes_per_s", "ridge_point" of the roof that holds,
/// and "roofs" with each.
void setRoofs(Json& document, const analyze::Roofs& roofs);

/// The same keys of each layer, in an array.
Json layersJson(const analyze::Roofline& roofline);

Json edgesJson(const analyze::Edges& edges);

}  // namespace ridge::tool
