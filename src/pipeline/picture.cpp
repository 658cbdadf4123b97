#include "pipeline/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "pipeline/decoders.h"
#include "pipeline/file_bytes.h"

namespace ridge::pipeline {
namespace {

constexpr int64_t kMaxPictureFile = int64_t{1} << 30;

constexpr std::array<uint8_t, 3> kJpegStart{0xFF, 0xD8, 0xFF};
constexpr std::array<uint8_t, 8> kPngStart{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

template <size_t N>
bool startsWith(std::span<const std::byte> bytes, const std::array<uint8_t, N>& start) {
  return bytes.size() >= N && std::memcmp(bytes.data(), start.data(), N) == 0;
}

}  // namespace

Picture::Picture(int rows, int columns, int channelCount)
    : height(rows), width(columns), channels(channelCount) {
  check(height > 0 && width > 0 && channels > 0, "a picture has at least one pixel");
  pixels.resize(static_cast<size_t>(height) * rowBytes());
}

bool looksLikePicture(std::span<const std::byte> head) {
  return startsWith(head, kJpegStart) || startsWith(head, kPngStart);
}

void checkPictureSize(int64_t height, int64_t width, const DecodeOptions& options, const std::string& name) {
  if (height < 1 || width < 1) failInput("the picture has no pixels", name, "replace the file");
  if (height > options.maxPixels / width)
    failInput(fmt::format("the picture is {}x{} pixels, over the limit of {} pixels", width, height,
                          options.maxPixels),
              name, "raise the limit of picture pixels if the file is to be trusted");
}

Picture decodePicture(std::span<const std::byte> bytes, const DecodeOptions& options,
                      const std::string& name) {
  Decoded decoded;
  if (startsWith(bytes, kJpegStart))
    decoded = decodeJpeg(bytes, options, name);
  else if (startsWith(bytes, kPngStart))
    decoded = decodePng(bytes, options, name);
  else
    failInput("the file is neither a JPEG nor a PNG picture", name, "convert it, or leave it out");
  if (options.exif) decoded.picture = applyOrientation(std::move(decoded.picture), decoded.orientation);
  return options.color == Color::grey ? toGrey(std::move(decoded.picture))
                                      : toRgb(std::move(decoded.picture));
}

Picture readPicture(const std::filesystem::path& file, const DecodeOptions& options) {
  return decodePicture(readBytes(file, kMaxPictureFile), options, file.string());
}

Picture toGrey(Picture picture) {
  if (picture.channels == 1) return picture;
  Picture grey(picture.height, picture.width, 1);
  const uint8_t* in = picture.pixels.data();
  for (uint8_t& out : grey.pixels) {
    out = static_cast<uint8_t>((in[0] * 19595 + in[1] * 38470 + in[2] * 7471 + 0x8000) >> 16);
    in += 3;
  }
  return grey;
}

Picture toRgb(Picture picture) {
  if (picture.channels == 3) return picture;
  Picture rgb(picture.height, picture.width, 3);
  uint8_t* out = rgb.pixels.data();
  for (uint8_t in : picture.pixels) {
    std::fill_n(out, 3, in);
    out += 3;
  }
  return rgb;
}

Picture applyOrientation(Picture picture, int orientation) {
  if (orientation < 2 || orientation > 8) return picture;
  // Values 5..8 exchange rows and columns; then each value mirrors none, one or both axes of what was stored.
  const bool exchange = orientation >= 5;
  const bool flipY = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const bool flipX = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  Picture upright = exchange ? Picture(picture.width, picture.height, picture.channels)
                             : Picture(picture.height, picture.width, picture.channels);
  const auto channels = static_cast<size_t>(picture.channels);
  for (int y = 0; y < upright.height; ++y) {
    uint8_t* out = upright.row(y);
    for (int x = 0; x < upright.width; ++x) {
      int storedY = exchange ? x : y, storedX = exchange ? y : x;
      if (flipY) storedY = picture.height - 1 - storedY;
      if (flipX) storedX = picture.width - 1 - storedX;
      std::memcpy(out, picture.row(storedY) + static_cast<size_t>(storedX) * channels, channels);
      out += channels;
    }
  }
  return upright;
}

}  // namespace ridge::pipeline
