// Pictures: 8-bit interleaved pixels and how they come out of files.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ridge::pipeline {

/// Rows from the top, pixels from the left, channels interleaved (HWC): 3 (R, G, B) or 1 (grey).
struct Picture {
  int height = 0, width = 0, channels = 0;
  std::vector<uint8_t> pixels;

  Picture() = default;
  /// Filled with zeros. All three are positive.
  Picture(int rows, int columns, int channelCount);

  size_t rowBytes() const { return static_cast<size_t>(width) * static_cast<size_t>(channels); }
  uint8_t* row(int y) { return pixels.data() + static_cast<size_t>(y) * rowBytes(); }
  const uint8_t* row(int y) const { return pixels.data() + static_cast<size_t>(y) * rowBytes(); }
  bool operator==(const Picture&) const = default;
};

enum class Color { rgb, grey };

/// What a pipeline specification says about decoding.
struct DecodeOptions {
  bool exif = true;                                  ///< apply the EXIF orientation
  Color color = Color::rgb;                          ///< grey keeps one channel: ITU-R 601 luma
  std::optional<std::array<uint8_t, 3>> background;  ///< blend alpha on it; none: alpha is dropped
  int64_t maxPixels = 100'000'000;                   ///< a larger picture is refused before it is decoded

  bool operator==(const DecodeOptions&) const = default;
};

/// JPEG or PNG, told apart by content. `name` is the place in errors. Throws Error{input} for other kinds,
/// damage (truncation included) and pictures over the limit.
Picture decodePicture(std::span<const std::byte> bytes, const DecodeOptions& options,
                      const std::string& name);

/// decodePicture of a file.
Picture readPicture(const std::filesystem::path& file, const DecodeOptions& options);

/// The first bytes are those of a JPEG or PNG file.
bool looksLikePicture(std::span<const std::byte> head);

/// One channel of luma: (R*19595 + G*38470 + B*7471 + 0x8000) >> 16. A grey picture stays as it is.
Picture toGrey(Picture picture);

/// Three equal channels. An RGB picture stays as it is.
Picture toRgb(Picture picture);

/// Turns and mirrors a stored picture into the upright one; `orientation` is the EXIF value 1..8 (others: as
/// stored).
Picture applyOrientation(Picture picture, int orientation);

}  // namespace ridge::pipeline
