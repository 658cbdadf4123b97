// The roofline plot as a picture.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <vector>

namespace ridge::report {

/// A PNG file of the layers of a document of `ridge roofline --json` or `ridge profile --json` under its
/// roofs; of the plan where the document has one, else of the graph. Error{usage} for sizes (pixels) under
/// 320 x 240 or over 8192.
std::vector<std::byte> renderRooflinePng(const nlohmann::json& document, int width = 1200, int height = 800);

}  // namespace ridge::report
