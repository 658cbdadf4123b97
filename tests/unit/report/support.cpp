#include "support.h"

#include <png.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace ridge::report {

nlohmann::json fixture(const std::string& name) {
  return nlohmann::json::parse(std::ifstream("tests/unit/report/data/" + name));
}

nlohmann::json longDocument(int layers) {
  nlohmann::json document = {{"kind", "roofline"},
                             {"model_name", "long.onnx"},
                             {"peak_ops_per_s", 1e11},
                             {"bandwidth_bytes_per_s", 2e10},
                             {"layers", nlohmann::json::array()},
                             {"graph", {{"edges", nlohmann::json::array()}}}};
  for (int at = 0; at < layers; ++at) {
    document["layers"].push_back({{"name", "layer." + std::to_string(at)},
                                  {"op", at % 3 ? "Relu" : "Conv"},
                                  {"flops", 1000 + at},
                                  {"intensity", 0.5 + at},
                                  {"floor_ms", 0.1}});
    if (at > 0) document["graph"]["edges"].push_back({at - 1, at});
  }
  return document;
}

Color DecodedPng::at(int x, int y) const {
  const size_t at = (static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)) * 3;
  return {pixels[at], pixels[at + 1], pixels[at + 2]};
}

int DecodedPng::count(Color color, int slack) const {
  int found = 0;
  for (size_t at = 0; at < pixels.size(); at += 3)
    found += std::abs(pixels[at] - color.red) <= slack && std::abs(pixels[at + 1] - color.green) <= slack &&
             std::abs(pixels[at + 2] - color.blue) <= slack;
  return found;
}

DecodedPng decodePng(std::span<const std::byte> file) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&image, file.data(), file.size()))
    throw std::runtime_error(image.message);
  image.format = PNG_FORMAT_RGB;
  DecodedPng decoded{static_cast<int>(image.width), static_cast<int>(image.height), {}};
  decoded.pixels.resize(PNG_IMAGE_SIZE(image));
  if (!png_image_finish_read(&image, nullptr, decoded.pixels.data(), 0, nullptr))
    throw std::runtime_error(image.message);
  return decoded;
}

}  // namespace ridge::report
