#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "base/error.h"
#include "base/hash.h"
#include "base/mapped_file.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "engine/engine_file.h"
#include "engine/file_format.h"
#include "engine/plan_codec.h"
#include "engine/validate.h"

namespace ridge {

namespace {

using namespace engine;

constexpr const char* kRebuild = "build the engine again";

[[noreturn]] void refuse(const std::string& why) {
  failInput("the engine cannot be used: " + why, {}, kRebuild);
}

Header readHeader(std::span<const std::byte> bytes) {
  if (!looksLikeEngine(bytes)) failInput("this is not a Ridgeline engine", {}, "make one with `ridge build`");
  Header header;
  if (bytes.size() < sizeof header) refuse("it is truncated");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.version != kVersion)
    refuse(fmt::format("its format is version {}, this build reads {}", header.version, kVersion));
  if (header.headerChecksum != hash64(bytes.first(offsetof(Header, headerChecksum))))
    refuse("its header is damaged");
  if (header.fileBytes != bytes.size()) refuse("it is truncated or has bytes after its end");
  return header;
}

std::vector<SectionEntry> readTable(const Header& header, std::span<const std::byte> bytes) {
  if (header.sectionCount < 3 || header.sectionCount > 16) refuse("its section table is damaged");
  std::vector<SectionEntry> table(header.sectionCount);
  const size_t size = table.size() * sizeof(SectionEntry);
  if (bytes.size() < sizeof(Header) + size) refuse("it is truncated");
  const auto stored = bytes.subspan(sizeof(Header), size);
  if (header.tableChecksum != hash64(stored)) refuse("its section table is damaged");
  std::memcpy(table.data(), stored.data(), size);
  for (const SectionEntry& entry : table)
    if (entry.offset > bytes.size() || entry.bytes > bytes.size() - entry.offset ||
        entry.offset % kBlobAlignment != 0)
      refuse("a section lies outside of the file");
  return table;
}

std::span<const std::byte> sectionOf(const std::vector<SectionEntry>& table, std::span<const std::byte> bytes,
                                     SectionKind kind) {
  for (const SectionEntry& entry : table)
    if (entry.kind == kind) return bytes.subspan(entry.offset, entry.bytes);
  return {};
}

}  // namespace

bool looksLikeEngine(std::span<const std::byte> start) {
  return start.size() >= kMagic.size() && std::memcmp(start.data(), kMagic.data(), kMagic.size()) == 0;
}

EngineFile EngineFile::open(const std::string& path) {
  EngineFile file;
  file.path_ = path;
  const auto map = MappedFile::open(path);
  return withContext(
      [&] { return escaped(path); },
      [&] {
        file.owner_ = map;
        const auto bytes = map->bytes();
        const Header header = readHeader(bytes);
        const std::vector<SectionEntry> table = readTable(header, bytes);
        file.checksums_ = sectionOf(table, bytes, SectionKind::checksums);
        if (file.checksums_.empty()) refuse("its checksums are missing");
        const auto covered = static_cast<size_t>(file.checksums_.data() - bytes.data());
        if (file.checksums_.size() != (covered + kChunkBytes - 1) / kChunkBytes * sizeof(uint64_t))
          refuse("its checksums are missing");
        file.bytes_ = bytes.first(covered);
        const auto metadata = sectionOf(table, bytes, SectionKind::metadata);
        const auto weights = sectionOf(table, bytes, SectionKind::weights);
        file.portable_ = sectionOf(table, bytes, SectionKind::portable);
        for (const auto section : {metadata, weights})
          if (!section.empty())
            file.checkChunks(static_cast<uint64_t>(section.data() - bytes.data()),
                             static_cast<uint64_t>(section.data() - bytes.data()) + section.size());
        file.data_ = decodeMetadata(metadata, weights, map);
        validate(file.data_);
        return std::move(file);
      });
}

void EngineFile::checkChunks(uint64_t begin, uint64_t end) const {
  if (end > bytes_.size()) refuse("a section lies among its checksums");
  const uint64_t first = begin / kChunkBytes, last = (end + kChunkBytes - 1) / kChunkBytes;
  std::atomic<bool> good = true;
  const int parts = ThreadPool::instance().threads();
  ThreadPool::instance().parallel(parts, [&](int part) {
    for (uint64_t chunk = first + static_cast<uint64_t>(part); chunk < last;
         chunk += static_cast<uint64_t>(parts)) {
      const uint64_t at = chunk * kChunkBytes;
      uint64_t stored = 0;
      std::memcpy(&stored, checksums_.data() + chunk * sizeof stored, sizeof stored);
      if (hash64(bytes_.subspan(at, std::min(kChunkBytes, bytes_.size() - at))) != stored) good = false;
    }
  });
  if (!good) refuse("its bytes do not match their checksums");
}

Tensor EngineFile::portable() const {
  if (portable_.empty())
    failInput("the engine was built without its portable graph", escaped(path_),
              "build it without --no-portable");
  const auto begin = static_cast<uint64_t>(portable_.data() - bytes_.data());
  withContext([&] { return escaped(path_); }, [&] { checkChunks(begin, begin + portable_.size()); });
  return Tensor::view(DType::u8, {static_cast<int64_t>(portable_.size())}, portable_, owner_);
}

}  // namespace ridge
