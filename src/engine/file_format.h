// Physical form of an engine file: header, section table, aligned raw sections, checksums of 1 MiB chunks.
// Little endian.
//
//   0      Header
//   64     SectionEntry[sectionCount]
//   ...    sections, each aligned to kSectionAlignment
//   end    the checksum section: one XXH3-64 for every chunk of the bytes before it
#pragma once

#include <array>
#include <cstdint>

namespace ridge::engine {

inline constexpr std::array<char, 8> kMagic{'\x89', 'R', 'I', 'D', 'G', 'E', '\r', '\n'};
inline constexpr uint32_t kVersion = 1;
inline constexpr uint64_t kChunkBytes = uint64_t{1} << 20;
inline constexpr uint64_t kSectionAlignment = 4096;
inline constexpr uint64_t kBlobAlignment = 64;

struct Header {
  std::array<char, 8> magic;
  uint32_t version;
  uint32_t sectionCount;
  uint64_t fileBytes;
  uint64_t tableChecksum;   ///< XXH3-64 of the section table
  uint64_t reserved[3];     ///< zero
  uint64_t headerChecksum;  ///< XXH3-64 of the bytes before it
};
static_assert(sizeof(Header) == 64);

enum class SectionKind : uint32_t { metadata = 1, weights = 2, portable = 3, checksums = 4 };

struct SectionEntry {
  SectionKind kind;
  uint32_t reserved;  ///< zero
  uint64_t offset, bytes;
};
static_assert(sizeof(SectionEntry) == 24);

}  // namespace ridge::engine
