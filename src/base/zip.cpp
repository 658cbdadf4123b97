#include "base/zip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cstring>
#include <limits>
#include <set>

#include "base/error.h"
#include "base/text.h"

namespace ridge {
namespace {

constexpr uint32_t kLocalHeader = 0x04034b50, kDirectoryHeader = 0x02014b50, kEnd = 0x06054b50;
constexpr uint32_t kEnd64 = 0x06064b50, kLocator64 = 0x07064b50;
constexpr uint32_t kIn64 = 0xffffffff;  // the real value stands in the 64-bit extension
constexpr size_t kLocalBytes = 30, kDirectoryBytes = 46, kEndBytes = 22, kEnd64Bytes = 56, kLocatorBytes = 20;

[[noreturn]] void broken(std::string_view what) {
  failInput(fmt::format("broken archive, {}", what), {}, "write the file again");
}

uint64_t little(std::span<const std::byte> bytes, size_t at, size_t width) {
  if (at > bytes.size() || width > bytes.size() - at) broken("it ends too early");
  uint64_t value = 0;
  for (size_t place = width; place-- > 0;) value = value << 8 | std::to_integer<uint64_t>(bytes[at + place]);
  return value;
}

std::span<const std::byte> part(std::span<const std::byte> bytes, uint64_t at, uint64_t size) {
  if (at > bytes.size() || size > bytes.size() - at) broken("it ends too early");
  return bytes.subspan(static_cast<size_t>(at), static_cast<size_t>(size));
}

size_t findEnd(std::span<const std::byte> file) {
  constexpr size_t kMostComment = 0xffff;
  if (file.size() < kEndBytes) failInput("this is no archive", {}, "store the arrays with numpy.savez");
  const size_t last = file.size() - kEndBytes;
  for (size_t at = last + 1; at-- > 0 && last - at <= kMostComment;)
    if (little(file, at, 4) == kEnd && little(file, at + 20, 2) == last - at) return at;
  failInput("this is no archive, or it is cut off", {}, "store the arrays with numpy.savez");
}

struct Directory {
  uint64_t count = 0;
  std::span<const std::byte> bytes;
};

Directory findDirectory(std::span<const std::byte> file) {
  const size_t end = findEnd(file);
  uint64_t count = little(file, end + 10, 2), size = little(file, end + 12, 4),
           offset = little(file, end + 16, 4);
  const bool wide = count == 0xffff || size == kIn64 || offset == kIn64;
  if (wide && end >= kLocatorBytes && little(file, end - kLocatorBytes, 4) == kLocator64) {
    const auto end64 = part(file, little(file, end - kLocatorBytes + 8, 8), kEnd64Bytes);
    if (little(end64, 0, 4) != kEnd64) broken("its 64-bit end is not where it should be");
    count = little(end64, 32, 8);
    size = little(end64, 40, 8);
    offset = little(end64, 48, 8);
  }
  return {count, part(file, offset, size)};
}

// Replaces those of the three numbers that stand in the 64-bit extension, in the order in which it holds
// them.
void readExtension(std::span<const std::byte> extra, uint64_t& size, uint64_t& stored, uint64_t& offset) {
  while (extra.size() >= 4) {
    const uint64_t id = little(extra, 0, 2), length = little(extra, 2, 2);
    const auto body = part(extra, 4, length);
    if (id == 1) {
      size_t at = 0;
      for (uint64_t* number : {&size, &stored, &offset}) {
        if (*number != kIn64) continue;
        *number = little(body, at, 8);
        at += 8;
      }
    }
    extra = extra.subspan(4 + static_cast<size_t>(length));
  }
}

// One entry of the directory; `at` moves behind it.
ZipEntry parseEntry(std::span<const std::byte> file, std::span<const std::byte> directory, size_t& at) {
  const auto header = part(directory, at, kDirectoryBytes);
  if (little(header, 0, 4) != kDirectoryHeader) broken("its directory is damaged");
  const uint64_t nameBytes = little(header, 28, 2), extraBytes = little(header, 30, 2);
  const auto name = part(directory, at + kDirectoryBytes, nameBytes);
  const auto extra = part(directory, at + kDirectoryBytes + nameBytes, extraBytes);
  at += kDirectoryBytes + static_cast<size_t>(nameBytes + extraBytes + little(header, 32, 2));

  ZipEntry entry;
  entry.name.assign(reinterpret_cast<const char*>(name.data()), name.size());
  const uint64_t method = little(header, 10, 2);
  if (little(header, 8, 2) & 1)
    failInput("the archive is encrypted", inQuotes(entry.name), "store it without a password");
  if (method != 0 && method != 8)
    failInput(fmt::format("unknown compression method {}", method), inQuotes(entry.name), "use numpy.savez");
  entry.deflated = method == 8;
  entry.crc = static_cast<uint32_t>(little(header, 16, 4));
  uint64_t stored = little(header, 20, 4), size = little(header, 24, 4), offset = little(header, 42, 4);
  readExtension(extra, size, stored, offset);

  const auto local = part(file, offset, kLocalBytes);
  if (little(local, 0, 4) != kLocalHeader) broken("an entry is not where it should be");
  const uint64_t before = kLocalBytes + little(local, 26, 2) + little(local, 28, 2);
  entry.stored = part(part(file, offset, file.size() - offset), before, stored);
  // Deflate shrinks at most about a thousandfold: a larger claim is a lie that would cost memory.
  const bool credible = entry.deflated ? size / 1100 <= stored : size == stored;
  if (!credible || size > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
    broken("a size in it is wrong");
  entry.size = static_cast<int64_t>(size);
  return entry;
}

std::vector<std::byte> inflated(const ZipEntry& entry) {
  std::vector<std::byte> out(static_cast<size_t>(entry.size));
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) failMachine("out of memory for unpacking");
  const auto end = [&](void*) { inflateEnd(&stream); };
  const std::unique_ptr<z_stream, decltype(end)> closer(&stream, end);

  constexpr size_t kStep = size_t{1} << 30;  // zlib counts in 32 bits
  size_t taken = 0, made = 0;
  int state = Z_OK;
  while (state == Z_OK) {
    const size_t in = std::min(kStep, entry.stored.size() - taken), room = std::min(kStep, out.size() - made);
    // zlib does not write through next_in; its type merely lacks the const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(entry.stored.data() + taken));
    stream.avail_in = static_cast<uInt>(in);
    std::byte nothing{};
    stream.next_out = reinterpret_cast<Bytef*>(room ? out.data() + made : &nothing);
    stream.avail_out = static_cast<uInt>(room);
    state = inflate(&stream, Z_NO_FLUSH);
    taken += in - stream.avail_in;
    made += room - stream.avail_out;
  }
  if (state != Z_STREAM_END || made != out.size())
    broken(fmt::format("{} cannot be unpacked", inQuotes(entry.name)));
  return out;
}

uint32_t crcOf(std::span<const std::byte> bytes, uint32_t start = 0) {
  if (bytes.empty()) return start;
  return static_cast<uint32_t>(crc32_z(start, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

void appendLittle(std::string& out, uint64_t value, int width) {
  for (int at = 0; at < width; ++at) out += static_cast<char>(value >> (8 * at) & 0xff);
}

// The fields that local and directory headers share, from "version needed" to the length of the extra field.
void appendCommon(std::string& out, uint32_t crc, uint64_t size, size_t nameBytes) {
  constexpr uint64_t kUtf8 = 1 << 11, kJanuary1980 = 0x21;  // no clock: the same content gives the same bytes
  appendLittle(out, 20, 2);
  appendLittle(out, kUtf8, 2);
  appendLittle(out, 0, 2);
  appendLittle(out, 0, 2);
  appendLittle(out, kJanuary1980, 2);
  appendLittle(out, crc, 4);
  appendLittle(out, size, 4);
  appendLittle(out, size, 4);
  appendLittle(out, nameBytes, 2);
  appendLittle(out, 0, 2);
}

}  // namespace

ZipReader::ZipReader(std::shared_ptr<const MappedFile> file, int64_t expansionLimit)
    : file_(std::move(file)) {
  const auto bytes = file_->bytes();
  const Directory directory = findDirectory(bytes);
  if (directory.count > directory.bytes.size() / kDirectoryBytes) broken("its directory is too short");
  std::set<std::string_view> names;
  int64_t total = 0;
  size_t at = 0;
  entries_.reserve(static_cast<size_t>(directory.count));
  for (uint64_t number = 0; number < directory.count; ++number) {
    entries_.push_back(parseEntry(bytes, directory.bytes, at));
    const ZipEntry& entry = entries_.back();
    if (!names.insert(entry.name).second) failInput("an archive holds a name twice", inQuotes(entry.name));
    if (entry.size > expansionLimit - total)
      failInput(fmt::format("the archive expands to more than {}", formatBytes(expansionLimit)),
                inQuotes(entry.name), "raise the limit if you trust the file");
    total += entry.size;
  }
}

ZipReader::Content ZipReader::read(const ZipEntry& entry) const {
  Content content{entry.stored, file_};
  if (entry.deflated) {
    const auto unpacked = std::make_shared<const std::vector<std::byte>>(inflated(entry));
    content = {*unpacked, unpacked};
  }
  if (crcOf(content.bytes) != entry.crc)
    broken(fmt::format("the checksum of {} is wrong", inQuotes(entry.name)));
  return content;
}

void ZipWriter::add(std::string_view name, std::string_view head, std::span<const std::byte> body) {
  const auto offset = static_cast<uint64_t>(file_.written());
  const uint64_t size = head.size() + body.size();
  if (size >= kIn64 || offset + size >= kIn64 || name.size() > 0xffff || count_ == 0xfffe)
    failInput("an archive of 4 GiB or more is not written", inQuotes(name), "store the arrays one by one");
  const uint32_t crc = crcOf(body, crcOf(std::as_bytes(std::span(head.data(), head.size()))));
  std::string local;
  appendLittle(local, kLocalHeader, 4);
  appendCommon(local, crc, size, name.size());
  file_.write(local);
  file_.write(name);
  file_.write(head);
  file_.write(body);

  appendLittle(directory_, kDirectoryHeader, 4);
  appendLittle(directory_, 20, 2);
  appendCommon(directory_, crc, size, name.size());
  appendLittle(directory_, 0, 2 + 2 + 2);  // comment, disk, attributes inside
  appendLittle(directory_, 0, 4);          // attributes outside
  appendLittle(directory_, offset, 4);
  directory_ += name;
  ++count_;
}

void ZipWriter::commit() {
  const auto offset = static_cast<uint64_t>(file_.written());
  if (offset + directory_.size() >= kIn64) failInput("an archive of 4 GiB or more is not written");
  std::string end;
  appendLittle(end, kEnd, 4);
  appendLittle(end, 0, 4);  // numbers of disks
  appendLittle(end, count_, 2);
  appendLittle(end, count_, 2);
  appendLittle(end, directory_.size(), 4);
  appendLittle(end, offset, 4);
  appendLittle(end, 0, 2);
  file_.write(directory_);
  file_.write(end);
  file_.commit();
}

}  // namespace ridge
