// The one tag that matters here, out of a TIFF block that nobody has checked.
#include <cstdint>
#include <cstring>

#include "pipeline/decoders.h"

namespace ridge::pipeline {
namespace {

/// Reads numbers in the block's byte order; outside of the block everything is 0.
class TiffReader {
 public:
  explicit TiffReader(std::span<const std::byte> bytes) : bytes_(bytes) {
    if (bytes.size() < 8) return;
    const bool little = bytes[0] == std::byte{'I'} && bytes[1] == std::byte{'I'};
    const bool big = bytes[0] == std::byte{'M'} && bytes[1] == std::byte{'M'};
    littleEndian_ = little;
    valid_ = (little || big) && number(2, 2) == 42;
  }

  bool valid() const { return valid_; }

  uint32_t number(uint64_t at, int size) const {
    if (at + static_cast<uint64_t>(size) > bytes_.size()) return 0;
    uint32_t value = 0;
    for (int i = 0; i < size; ++i) {
      const int place = littleEndian_ ? size - 1 - i : i;
      value = value << 8 | std::to_integer<uint32_t>(bytes_[at + static_cast<uint64_t>(place)]);
    }
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  bool littleEndian_ = false, valid_ = false;
};

}  // namespace

int exifOrientation(std::span<const std::byte> tiff) {
  constexpr uint32_t kOrientationTag = 0x0112, kShort = 3;
  constexpr uint64_t kEntryBytes = 12;
  const TiffReader reader(tiff);
  if (!reader.valid()) return 1;
  const uint64_t directory = reader.number(4, 4);
  const uint64_t entries = reader.number(directory, 2);
  for (uint64_t entry = 0; entry < entries; ++entry) {
    const uint64_t at = directory + 2 + entry * kEntryBytes;
    if (reader.number(at, 2) != kOrientationTag) continue;
    const uint32_t value = reader.number(at + 8, 2);
    return reader.number(at + 2, 2) == kShort && value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace ridge::pipeline
