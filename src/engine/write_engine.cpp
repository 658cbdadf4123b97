#include <cstring>

#include "base/atomic_file.h"
#include "base/hash.h"
#include "engine/engine_file.h"
#include "engine/file_format.h"
#include "engine/plan_codec.h"

namespace ridge {

namespace {

using namespace engine;

uint64_t alignUp(uint64_t at, uint64_t alignment) {
  return (at + alignment - 1) / alignment * alignment;
}

std::vector<BlobPlace> placeBlobs(const EngineData& data, uint64_t& end) {
  std::vector<BlobPlace> places;
  end = 0;
  for (const WeightBlob& blob : data.weights) {
    end = alignUp(end, kBlobAlignment);
    places.push_back({end, blob.bytes.byteSize()});
    end += blob.bytes.byteSize();
  }
  return places;
}

/// Passes everything on to the file and keeps a checksum of every chunk.
class ChunkedWriter {
 public:
  explicit ChunkedWriter(AtomicFile& file) : file_(file) {}

  void write(std::span<const std::byte> bytes) {
    file_.write(bytes);
    written_ += bytes.size();
    while (!bytes.empty()) {
      const size_t part = std::min<size_t>(bytes.size(), kChunkBytes - chunk_.size());
      chunk_.insert(chunk_.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(part));
      bytes = bytes.subspan(part);
      if (chunk_.size() == kChunkBytes) closeChunk();
    }
  }

  void padTo(uint64_t offset) {
    static constexpr std::array<std::byte, 4096> kZeros{};
    while (written_ < offset)
      write(std::span(kZeros).first(std::min<size_t>(kZeros.size(), offset - written_)));
  }

  std::vector<uint64_t> finish() {
    if (!chunk_.empty()) closeChunk();
    return std::move(checksums_);
  }

 private:
  void closeChunk() {
    checksums_.push_back(hash64(chunk_));
    chunk_.clear();
  }

  AtomicFile& file_;
  std::vector<std::byte> chunk_;
  std::vector<uint64_t> checksums_;
  uint64_t written_ = 0;
};

std::vector<SectionEntry> sectionsOf(uint64_t metadataBytes, uint64_t weightBytes, uint64_t portableBytes) {
  std::vector<SectionEntry> table;
  const size_t count = portableBytes > 0 ? 4 : 3;
  uint64_t at = sizeof(Header) + count * sizeof(SectionEntry);
  const auto add = [&](SectionKind kind, uint64_t bytes) {
    at = alignUp(at, kSectionAlignment);
    table.push_back({kind, 0, at, bytes});
    at += bytes;
  };
  add(SectionKind::metadata, metadataBytes);
  add(SectionKind::weights, weightBytes);
  if (portableBytes > 0) add(SectionKind::portable, portableBytes);
  at = alignUp(at, kSectionAlignment);
  table.push_back({SectionKind::checksums, 0, at, (at + kChunkBytes - 1) / kChunkBytes * sizeof(uint64_t)});
  return table;
}

Header headerFor(const std::vector<SectionEntry>& table) {
  Header header{};
  header.magic = kMagic;
  header.version = kVersion;
  header.sectionCount = static_cast<uint32_t>(table.size());
  header.fileBytes = table.back().offset + table.back().bytes;
  header.tableChecksum = hash64(std::as_bytes(std::span(table)));
  header.headerChecksum =
      hash64(std::as_bytes(std::span(&header, 1)).first(offsetof(Header, headerChecksum)));
  return header;
}

}  // namespace

void writeEngine(const EngineData& data, const std::string& path) {
  uint64_t weightBytes = 0;
  const std::vector<BlobPlace> places = placeBlobs(data, weightBytes);
  const std::vector<std::byte> metadata = encodeMetadata(data, places);
  const auto portable = data.portable.defined() ? data.portable.bytes() : std::span<const std::byte>();
  const std::vector<SectionEntry> table = sectionsOf(metadata.size(), weightBytes, portable.size());
  const Header header = headerFor(table);

  AtomicFile file(path);
  ChunkedWriter out(file);
  out.write(std::as_bytes(std::span(&header, 1)));
  out.write(std::as_bytes(std::span(table)));
  out.padTo(table[0].offset);
  out.write(metadata);
  for (size_t at = 0; at < places.size(); ++at) {
    out.padTo(table[1].offset + places[at].offset);
    out.write(data.weights[at].bytes.bytes());
  }
  if (!portable.empty()) {
    out.padTo(table[2].offset);
    out.write(portable);
  }
  out.padTo(table.back().offset);
  const std::vector<uint64_t> checksums = out.finish();
  file.write(std::as_bytes(std::span(checksums)));
  file.commit();
}

}  // namespace ridge
