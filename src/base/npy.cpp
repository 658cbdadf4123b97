#include "base/npy.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace ridge {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kMostHeaderBytes = size_t{1} << 20;
constexpr size_t kMostAxes = 64;

[[noreturn]] void broken(std::string what) {
  failInput(fmt::format("broken .npy header, {}", what), {}, "write the file again");
}

// Reads the dictionary of a header: a Python literal of which strings, booleans and tuples of integers occur.
class Literal {
 public:
  explicit Literal(std::string_view text) : rest_(text) {}

  bool accept(char wanted) {
    skipSpace();
    if (rest_.empty() || rest_[0] != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char wanted) {
    if (!accept(wanted)) broken(fmt::format("'{}' is missing", wanted));
  }

  bool atEnd() {
    skipSpace();
    return rest_.empty();
  }

  std::string string() {
    skipSpace();
    const char quote = rest_.empty() ? '\0' : rest_[0];
    if (quote == '[')
      failInput("arrays of records cannot be read", {}, "store each field as an array of its own");
    if (quote != '\'' && quote != '"') broken("a string is missing");
    const size_t end = rest_.find(quote, 1);
    if (end == std::string_view::npos) broken("a string does not end");
    std::string result(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return result;
  }

  bool boolean() {
    skipSpace();
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      return value;
    }
    broken("True or False is missing");
  }

  std::vector<int64_t> tuple() {
    std::vector<int64_t> values;
    expect('(');
    while (!accept(')')) {
      if (values.size() == kMostAxes) broken("it has too many axes");
      values.push_back(integer());
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return values;
  }

 private:
  int64_t integer() {
    skipSpace();
    const size_t end = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    const std::optional<int64_t> value = parseInt(rest_.substr(0, end));
    if (!value) broken("a dimension is not a number");
    rest_.remove_prefix(end);
    if (!rest_.empty() && rest_[0] == 'L') rest_.remove_prefix(1);  // written by Python 2
    return *value;
  }

  void skipSpace() {
    const size_t start = std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size());
    rest_.remove_prefix(start);
  }

  std::string_view rest_;
};

NpyHeader parseDictionary(std::string_view text) {
  NpyHeader header;
  Literal literal(text);
  bool hasDescr = false, hasOrder = false, hasShape = false;
  literal.expect('{');
  while (!literal.accept('}')) {
    const std::string key = literal.string();
    literal.expect(':');
    bool& seen = key == "descr" ? hasDescr : key == "fortran_order" ? hasOrder : hasShape;
    if (key == "descr")
      header.descr = literal.string();
    else if (key == "fortran_order")
      header.fortranOrder = literal.boolean();
    else if (key == "shape")
      header.dims = literal.tuple();
    else
      broken(fmt::format("unknown key {}", inQuotes(key)));
    if (std::exchange(seen, true)) broken(fmt::format("{} occurs twice", inQuotes(key)));
    if (!literal.accept(',')) {
      literal.expect('}');
      break;
    }
  }
  if (!hasDescr || !hasOrder || !hasShape) broken("descr, fortran_order or shape is missing");
  if (!literal.atEnd()) broken("there is text after it");
  return header;
}

}  // namespace

NpyHeader parseNpyHeader(std::span<const std::byte> file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (!text.starts_with(kMagic)) failInput("this is no .npy file", {}, "store the array with numpy.save");
  if (text.size() < 8) broken("the file ends in it");
  const int major = static_cast<unsigned char>(text[6]);
  if (major < 1 || major > 3) broken(fmt::format("version {} is unknown", major));
  const size_t lengthBytes = major == 1 ? 2 : 4, start = 8 + lengthBytes;
  if (text.size() < start) broken("the file ends in it");
  size_t length = 0;
  for (size_t at = start; at-- > 8;) length = length << 8 | static_cast<unsigned char>(text[at]);
  if (length > text.size() - start) broken("the file ends in it");
  if (length > kMostHeaderBytes)
    broken(fmt::format("it is {} long", formatBytes(static_cast<int64_t>(length))));
  NpyHeader header = parseDictionary(text.substr(start, length));
  header.dataOffset = start + length;
  return header;
}

std::string makeNpyHeader(std::string_view descr, std::span<const int64_t> dims) {
  const std::string dictionary = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}",
                                             descr, fmt::join(dims, ", "), dims.size() == 1 ? "," : "");
  const size_t used = kMagic.size() + 4 + dictionary.size() + 1;
  const std::string padding((64 - used % 64) % 64, ' ');
  const size_t length = dictionary.size() + padding.size() + 1;
  check(length <= 0xffff, "the header of an array is short");
  std::string header(kMagic);
  header += {'\1', '\0', static_cast<char>(length & 0xff), static_cast<char>(length >> 8)};
  return header + dictionary + padding + '\n';
}

NpyType parseNpyType(std::string_view descr) {
  NpyType type;
  if (descr.starts_with('>')) type.bigEndian = true;
  if (!descr.empty() && std::string_view("<>|=").find(descr[0]) != std::string_view::npos)
    descr.remove_prefix(1);
  if (descr.starts_with('O'))
    failInput("arrays of Python objects (pickles) are not read", {}, "store an array of numbers");
  const std::optional<int64_t> bytes = descr.size() > 1 ? parseInt(descr.substr(1)) : std::nullopt;
  if (!bytes || *bytes < 0) failInput(fmt::format("unknown element type {}", inQuotes(descr)));
  type.kind = descr[0];
  type.bytes = *bytes;
  return type;
}

}  // namespace ridge
