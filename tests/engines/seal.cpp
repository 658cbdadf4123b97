#include "seal.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/hash.h"
#include "engine/file_format.h"

namespace ridge::test {

using namespace engine;

namespace {

std::span<const std::byte> bytesOf(const std::string& file, size_t at, size_t size) {
  return std::as_bytes(std::span(file)).subspan(at, size);
}

std::vector<SectionEntry> tableOf(const std::string& file, const Header& header) {
  const size_t count = std::min<size_t>(header.sectionCount, 16);
  std::vector<SectionEntry> table(count);
  if (count == 0 || file.size() < sizeof(Header) + count * sizeof(SectionEntry)) return {};
  std::memcpy(table.data(), file.data() + sizeof(Header), count * sizeof(SectionEntry));
  return table;
}

void sealChunks(std::string& file, const SectionEntry& checksums) {
  if (checksums.offset > file.size() || checksums.bytes > file.size() - checksums.offset) return;
  const size_t chunks = std::min<size_t>((checksums.offset + kChunkBytes - 1) / kChunkBytes,
                                         checksums.bytes / sizeof(uint64_t));
  for (size_t chunk = 0; chunk < chunks; ++chunk) {
    const size_t at = chunk * kChunkBytes;
    const uint64_t sum = hash64(bytesOf(file, at, std::min<size_t>(kChunkBytes, checksums.offset - at)));
    std::memcpy(file.data() + checksums.offset + chunk * sizeof sum, &sum, sizeof sum);
  }
}

}  // namespace

std::pair<size_t, size_t> metadataOf(const std::string& file) {
  Header header;
  std::memcpy(&header, file.data(), sizeof header);
  for (const SectionEntry& entry : tableOf(file, header))
    if (entry.kind == SectionKind::metadata) return {entry.offset, entry.bytes};
  return {0, 0};
}

void reseal(std::string& file) {
  if (file.size() < sizeof(Header)) return;
  Header header;
  std::memcpy(&header, file.data(), sizeof header);
  const std::vector<SectionEntry> table = tableOf(file, header);
  header.tableChecksum = hash64(std::as_bytes(std::span(table)));
  header.headerChecksum =
      hash64(std::as_bytes(std::span(&header, 1)).first(offsetof(Header, headerChecksum)));
  std::memcpy(file.data(), &header, sizeof header);
  // Last, since the chunks cover the header.
  for (const SectionEntry& entry : table)
    if (entry.kind == SectionKind::checksums) sealChunks(file, entry);
}

}  // namespace ridge::test
