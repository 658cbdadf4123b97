#include "base/zip.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace ridge {
namespace {

using test::expectError;
using test::TemporaryFolder;

constexpr int64_t kRoomy = int64_t{1} << 30;

void put(std::string& out, uint64_t value, int width) {
  for (int at = 0; at < width; ++at) out += static_cast<char>(value >> (8 * at) & 0xff);
}

std::string deflated(std::string_view text) {
  std::string out(compressBound(static_cast<uLong>(text.size())) + 64, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// One archive with a single entry, whose fields a test can falsify.
struct Archive {
  std::string name = "a.npy", content = "hello hello hello hello", comment = "";
  bool deflate = false, wide = false;
  uint64_t flags = 0, crcError = 0;
  int64_t sizeError = 0, storedError = 0, offsetError = 0, countError = 0;

  std::string make() const {
    const std::string body = deflate ? deflated(content) : content;
    const uint64_t crc =
        crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
    const uint64_t size = content.size() + static_cast<uint64_t>(sizeError);
    const uint64_t stored = body.size() + static_cast<uint64_t>(storedError);
    std::string extra;
    if (wide) {
      put(extra, 1, 2);
      put(extra, 24, 2);
      for (const uint64_t number : {size, stored, static_cast<uint64_t>(offsetError)}) put(extra, number, 8);
    }
    const auto narrow = [&](uint64_t number) { return wide ? 0xffffffff : number; };
    const auto common = [&](std::string& out, size_t extraBytes) {
      put(out, 20, 2);
      put(out, flags, 2);
      put(out, deflate ? 8 : 0, 2);
      put(out, 0, 4);
      put(out, crc + crcError, 4);
      put(out, narrow(stored), 4);
      put(out, narrow(size), 4);
      put(out, name.size(), 2);
      put(out, extraBytes, 2);
    };
    std::string file = "PK\3\4";
    common(file, 0);
    file += name + body;
    const size_t directory = file.size();
    file += "PK\1\2";
    put(file, 20, 2);
    common(file, extra.size());
    put(file, 0, 6);
    put(file, 0, 4);
    put(file, narrow(static_cast<uint64_t>(offsetError)), 4);
    file += name + extra;
    const size_t directoryBytes = file.size() - directory;
    if (wide) appendEnd64(file, directory, directoryBytes);
    file += "PK\5\6";
    put(file, 0, 4);
    put(file, wide ? 0xffff : 1 + static_cast<uint64_t>(countError), 2);
    put(file, wide ? 0xffff : 1 + static_cast<uint64_t>(countError), 2);
    put(file, narrow(directoryBytes), 4);
    put(file, narrow(directory), 4);
    put(file, comment.size(), 2);
    return file + comment;
  }

  static void appendEnd64(std::string& file, size_t directory, size_t directoryBytes) {
    const size_t end64 = file.size();
    file += "PK\6\6";
    put(file, 44, 8);
    put(file, 45, 2);
    put(file, 45, 2);
    put(file, 0, 8);
    put(file, 1, 8);
    put(file, 1, 8);
    put(file, directoryBytes, 8);
    put(file, directory, 8);
    file += "PK\6\7";
    put(file, 0, 4);
    put(file, end64, 8);
    put(file, 1, 4);
  }
};

std::string contentOf(const std::string& archive, int64_t limit = kRoomy) {
  const TemporaryFolder folder;
  const ZipReader reader(MappedFile::open(folder.write("x.npz", archive)), limit);
  std::string all;
  for (const ZipEntry& entry : reader.entries()) {
    const ZipReader::Content content = reader.read(entry);
    all.append(reinterpret_cast<const char*>(content.bytes.data()), content.bytes.size());
  }
  return all;
}

TEST(Zip, readsStoredDeflatedAndWideEntries) {
  for (const bool deflate : {false, true})
    for (const bool wide : {false, true}) {
      Archive archive{.comment = "a comment"};
      archive.deflate = deflate;
      archive.wide = wide;
      EXPECT_EQ(contentOf(archive.make()), archive.content);
    }
  EXPECT_EQ(contentOf(Archive{.content = "", .deflate = true}.make()), "");
  const std::string large(3'000'000, 'z');
  EXPECT_EQ(contentOf(Archive{.content = large, .deflate = true}.make()), large);
}

TEST(Zip, falsifiedArchivesAreRefused) {
  const auto refused = [](const Archive& archive, const std::string& why) {
    expectError(ErrorCode::input, why, [&] { contentOf(archive.make()); });
  };
  refused({.crcError = 1}, "checksum");
  refused({.deflate = true, .crcError = 1}, "checksum");
  refused({.flags = 1}, "encrypted");
  refused({.sizeError = 1}, "size");
  refused({.deflate = true, .sizeError = 1}, "unpacked");
  refused({.deflate = true, .sizeError = -1}, "unpacked");
  refused({.deflate = true, .storedError = -3}, "unpacked");
  refused({.storedError = 1000}, "too early");
  refused({.offsetError = 1}, "not where");
  refused({.offsetError = 100'000}, "too early");
  refused({.wide = true, .offsetError = -1}, "too early");
  refused({.deflate = true, .wide = true, .sizeError = INT64_MAX}, "size");
  refused({.countError = 1}, "too short");
}

TEST(Zip, expansionIsLimited) {
  const std::string bomb = Archive{.content = std::string(1'000'000, '\0'), .deflate = true}.make();
  EXPECT_EQ(contentOf(bomb, 1'000'000).size(), 1'000'000u);
  expectError(ErrorCode::input, "expands", [&] { contentOf(bomb, 999'999); });
}

TEST(Zip, everyCutIsRefused) {
  const std::string whole = Archive{.deflate = true}.make();
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(contentOf(whole.substr(0, size)), Error) << size;
}

TEST(Zip, anyChangedByteIsRefusedOrHarmless) {
  for (const bool wide : {false, true}) {
    Archive archive;
    archive.deflate = archive.wide = wide;
    const std::string whole = archive.make();
    for (size_t at = 0; at < whole.size(); ++at) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ 0x55);
      try {
        contentOf(changed);
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::input) << error.what();
      }
    }
  }
}

TEST(Zip, ownArchivesAreRead) {
  const TemporaryFolder folder;
  const std::string path = folder.file("x.npz"), body(70'000, 'b');
  ZipWriter writer(path);
  writer.add("one", "head", std::as_bytes(std::span(body)));
  writer.add("two", "", {});
  writer.commit();
  const ZipReader reader(MappedFile::open(path), kRoomy);
  ASSERT_EQ(reader.entries().size(), 2u);
  EXPECT_EQ(reader.entries()[0].name, "one");
  EXPECT_EQ(reader.read(reader.entries()[0]).bytes.size(), 70'004u);
  EXPECT_EQ(reader.read(reader.entries()[1]).bytes.size(), 0u);
}

TEST(Zip, namesMustDiffer) {
  const TemporaryFolder folder;
  const std::string path = folder.file("x.npz");
  ZipWriter writer(path);
  writer.add("one", "x", {});
  writer.add("one", "y", {});
  writer.commit();
  expectError(ErrorCode::input, "twice", [&] { ZipReader(MappedFile::open(path), kRoomy); });
}

}  // namespace
}  // namespace ridge
