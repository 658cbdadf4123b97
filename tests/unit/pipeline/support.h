// What the tests of this folder share: made-up pictures, encoders, hashes, folders that go away.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "pipeline/picture.h"

namespace ridge::pipeline {

using Bytes = std::vector<std::byte>;

/// Noise that make_goldens.py makes too.
Picture noisePicture(int height, int width, int channels);
/// Slow changes, as in photographs.
Picture smoothPicture(int height, int width, int channels);

uint64_t fnv1a(std::span<const uint8_t> bytes);

struct JpegKind {
  int quality = 90;
  bool progressive = false;
  bool halfColor = true;  ///< chroma at half resolution
  bool ycck = false;      ///< of four channels: stored as YCCK
};
Bytes encodeJpeg(const Picture& picture, JpegKind kind = {});

struct PngKind {
  int bitDepth = 8;
  bool interlaced = false;
  std::vector<uint8_t> palette{};             ///< RGB triples; one channel of indices then
  std::vector<uint8_t> paletteAlpha{};        ///< tRNS of a palette
  std::optional<uint16_t> transparentGrey{};  ///< tRNS of a grey picture
  Bytes exif{};                               ///< eXIf chunk
};
/// 1, 2 (grey, alpha), 3 or 4 channels; `picture` holds samples below 1 << bitDepth, of 16 bits the high byte
/// (the low byte is its complement).
Bytes encodePng(const Picture& picture, const PngKind& kind = {});

/// A TIFF block with one orientation tag.
Bytes exifBlock(int orientation, bool littleEndian);
/// The JPEG with an APP1 marker behind its first two bytes.
Bytes withExif(const Bytes& jpeg, const Bytes& tiff);

/// A new folder under the system's temporary one, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Folders on the way are made.
  void write(const std::string& name, std::span<const std::byte> bytes) const;
  void write(const std::string& name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

/// A path in the source tree.
std::filesystem::path sources(const std::string& name);
/// ../shared beside the sources.
std::filesystem::path shared(const std::string& name);

/// The error that `work` ends with; fails the test when it does not.
Error errorOf(const std::function<void()>& work);

}  // namespace ridge::pipeline
