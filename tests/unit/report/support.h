// Documents for tests of reports, and PNG files read back.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "report/canvas.h"

namespace ridge::report {

/// tests/unit/report/data/NAME
nlohmann::json fixture(const std::string& name);

/// A roofline document with as many layers, one after another.
nlohmann::json longDocument(int layers);

struct DecodedPng {
  int width = 0, height = 0;
  std::vector<uint8_t> pixels;
  Color at(int x, int y) const;
  /// Pixels of which every channel is within `slack` of the colour.
  int count(Color color, int slack) const;
};
DecodedPng decodePng(std::span<const std::byte> file);

}  // namespace ridge::report
