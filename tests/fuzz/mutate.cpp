#include "mutate.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ridge::fuzz {

namespace {

using Random = std::mt19937_64;

size_t below(size_t limit, Random& random) {
  return limit == 0 ? 0 : random() % limit;
}

/// Mostly short.
size_t length(size_t limit, Random& random) {
  return std::min(limit, below(random() % 4 ? 16 : limit, random) + 1);
}

void flipBit(std::string& input, Random& random) {
  char& byte = input[below(input.size(), random)];
  byte = static_cast<char>(byte ^ (1 << random() % 8));
}

void setByte(std::string& input, Random& random) {
  static constexpr unsigned char kBytes[] = {0, 1, 2, 4, 8, 16, 64, 127, 128, 254, 255};
  char& byte = input[below(input.size(), random)];
  byte = static_cast<char>(random() % 2 ? kBytes[random() % sizeof kBytes] : random());
}

void setInteger(std::string& input, Random& random) {
  static constexpr int64_t kIntegers[] = {0,          -1,        1,         INT8_MAX,   UINT8_MAX, INT16_MAX,
                                          UINT16_MAX, INT32_MAX, INT32_MIN, UINT32_MAX, INT64_MAX, INT64_MIN,
                                          1 << 20,    1LL << 31, 1LL << 40, 64};
  const uint64_t value =
      static_cast<uint64_t>(kIntegers[random() % std::size(kIntegers)]) + (random() % 3 == 0);
  unsigned char bytes[8];
  std::memcpy(bytes, &value, sizeof value);
  const size_t size = std::min<size_t>(size_t{1} << random() % 4, input.size());
  if (random() % 4 == 0) std::reverse(bytes, bytes + size);
  std::memcpy(input.data() + below(input.size() - size + 1, random), bytes, size);
}

/// A number written in digits becomes another.
void setDecimal(std::string& input, Random& random) {
  static constexpr const char* kNumbers[] = {"0",          "-1",
                                             "1",          "65536",
                                             "2147483648", "9223372036854775807",
                                             "1e308",      "-0.0",
                                             "1e-320",     "99999999999999999999"};
  const size_t from = below(input.size(), random);
  const auto isDigit = [](unsigned char letter) { return std::isdigit(letter) != 0; };
  const auto begin = std::find_if(input.begin() + static_cast<std::ptrdiff_t>(from), input.end(), isDigit);
  const auto end = std::find_if_not(begin, input.end(), isDigit);
  input.replace(begin, end, kNumbers[random() % std::size(kNumbers)]);
}

void insertRun(std::string& input, Random& random) {
  input.insert(below(input.size() + 1, random), length(64, random),
               static_cast<char>(random() % 3 ? 0 : random()));
}

void eraseRun(std::string& input, Random& random) {
  const size_t at = below(input.size(), random);
  input.erase(at, length(input.size() - at, random));
}

void copyRun(std::string& input, const std::string& from, Random& random) {
  const size_t at = below(from.size(), random);
  const std::string run = from.substr(at, length(from.size() - at, random));
  const size_t to = below(input.size(), random);
  if (random() % 2)
    input.insert(to, run);
  else
    input.replace(to, std::min(run.size(), input.size() - to), run);
}

void splice(std::string& input, const std::string& other, Random& random) {
  input.resize(below(input.size() + 1, random));
  input += other.substr(below(other.size() + 1, random));
}

void change(std::string& input, const std::string& other, Random& random) {
  if (input.empty()) input.assign(1, '\0');
  switch (random() % 14) {
    case 0:
    case 1:
    case 2:
      return flipBit(input, random);
    case 3:
    case 4:
    case 5:
      return setByte(input, random);
    case 6:
    case 7:
      return setInteger(input, random);
    case 8:
      return setDecimal(input, random);
    case 9:
      return insertRun(input, random);
    case 10:
      return eraseRun(input, random);
    case 11:
      return copyRun(input, input, random);
    case 12:
      return other.empty() ? setByte(input, random) : copyRun(input, other, random);
    default:
      if (random() % 4) return flipBit(input, random);
      return random() % 2 ? input.resize(below(input.size(), random)) : splice(input, other, random);
  }
}

}  // namespace

void mutate(std::string& input, const std::string& other, Random& random) {
  for (uint64_t changes = 1 + (random() % 2 ? 0 : random() % 8); changes > 0; --changes)
    change(input, other, random);
  if (input.size() > kLargestInput) input.resize(kLargestInput);
}

}  // namespace ridge::fuzz
