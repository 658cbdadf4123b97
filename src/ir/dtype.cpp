#include "ir/dtype.h"

#include <array>
#include <limits>

#include "base/error.h"

namespace ridge {
namespace {

struct Info {
  std::string_view name;
  int bits;
};

// Indexed by DType.
constexpr std::array<Info, 27> kInfos{{
    {"undefined", 0},      {"float32", 32},  {"uint8", 8},        {"int8", 8},           {"uint16", 16},
    {"int16", 16},         {"int32", 32},    {"int64", 64},       {"string", 0},         {"bool", 8},
    {"float16", 16},       {"float64", 64},  {"uint32", 32},      {"uint64", 64},        {"complex64", 64},
    {"complex128", 128},   {"bfloat16", 16}, {"float8e4m3fn", 8}, {"float8e4m3fnuz", 8}, {"float8e5m2", 8},
    {"float8e5m2fnuz", 8}, {"uint4", 4},     {"int4", 4},         {"float4e2m1", 4},     {"float8e8m0", 8},
    {"uint2", 2},          {"int2", 2},
}};

const Info& infoOf(DType type) {
  const auto number = static_cast<size_t>(type);
  return kInfos[number < kInfos.size() ? number : 0];
}

}  // namespace

std::string_view name(DType type) {
  return infoOf(type).name;
}

std::optional<DType> dtypeFromName(std::string_view name) {
  for (size_t number = 1; number < kInfos.size(); ++number)
    if (kInfos[number].name == name) return static_cast<DType>(number);
  return std::nullopt;
}

bool isKnown(DType type) {
  return type != DType::undefined && static_cast<size_t>(type) < kInfos.size();
}

int bitsOf(DType type) {
  return infoOf(type).bits;
}

size_t bytesOf(DType type, int64_t count) {
  check(count >= 0, "a count of elements is not negative");
  const int bits = bitsOf(type);
  if (bits < 8) {
    const int64_t perByte = bits == 0 ? 1 : 8 / bits;
    return bits == 0 ? 0 : static_cast<size_t>(count / perByte + (count % perByte != 0));
  }
  const int64_t bytes = bits / 8;
  if (count > std::numeric_limits<int64_t>::max() / bytes)
    failInput("a tensor has more bytes than can be addressed");
  return static_cast<size_t>(count * bytes);
}

bool isFloat(DType type) {
  switch (type) {
    case DType::f16:
    case DType::bf16:
    case DType::f32:
    case DType::f64:
    case DType::f8e4m3fn:
    case DType::f8e4m3fnuz:
    case DType::f8e5m2:
    case DType::f8e5m2fnuz:
    case DType::f8e8m0:
    case DType::f4e2m1:
      return true;
    default:
      return false;
  }
}

bool isInteger(DType type) {
  switch (type) {
    case DType::u2:
    case DType::i2:
    case DType::u4:
    case DType::i4:
    case DType::u8:
    case DType::i8:
    case DType::u16:
    case DType::i16:
    case DType::u32:
    case DType::i32:
    case DType::u64:
    case DType::i64:
      return true;
    default:
      return false;
  }
}

}  // namespace ridge
