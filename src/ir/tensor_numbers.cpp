// Elements of any numeric type as double or int64, and back.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "ir/small_float.h"
#include "ir/tensor.h"

namespace ridge {

SmallFloat smallFloatOf(DType type) {
  switch (type) {
    case DType::f16:
      return SmallFloat::f16;
    case DType::bf16:
      return SmallFloat::bf16;
    case DType::f8e4m3fn:
      return SmallFloat::f8e4m3fn;
    case DType::f8e4m3fnuz:
      return SmallFloat::f8e4m3fnuz;
    case DType::f8e5m2:
      return SmallFloat::f8e5m2;
    case DType::f8e5m2fnuz:
      return SmallFloat::f8e5m2fnuz;
    case DType::f8e8m0:
      return SmallFloat::f8e8m0;
    default:
      check(type == DType::f4e2m1, "a float of at most 16 bits");
      return SmallFloat::f4e2m1;
  }
}

namespace {

[[noreturn]] void notNumeric(DType type) {
  failInput(fmt::format("numbers are expected, the tensor holds {}", name(type)));
}

// Code of element `at` of a packed tensor: low bits first.
unsigned packedCode(std::span<const std::byte> bytes, size_t at, unsigned bits) {
  const size_t perByte = 8 / bits;
  const unsigned byte = std::to_integer<unsigned>(bytes[at / perByte]);
  return (byte >> (at % perByte * bits)) & ((1u << bits) - 1u);
}

int signExtended(unsigned code, unsigned bits) {
  return static_cast<int>(code) - (code >> (bits - 1) ? 1 << bits : 0);
}

template <class Out, class In>
Out converted(In value) {
  if constexpr (std::is_floating_point_v<In> && std::is_integral_v<Out>) {
    if (!(value == value)) return 0;
    if (value >= -static_cast<In>(std::numeric_limits<Out>::min())) return std::numeric_limits<Out>::max();
    if (value < static_cast<In>(std::numeric_limits<Out>::min())) return std::numeric_limits<Out>::min();
  }
  return static_cast<Out>(value);
}

template <class In, class Out>
void convertAll(const Tensor& tensor, std::vector<Out>& out) {
  const std::span<const In> in = tensor.as<In>();
  for (size_t at = 0; at < out.size(); ++at) out[at] = converted<Out>(in[at]);
}

template <class Out>
void convertSmallFloats(const Tensor& tensor, std::vector<Out>& out) {
  const SmallFloat format = smallFloatOf(tensor.type());
  const int bits = bitsOf(tensor.type());
  if (bits == 16) {
    const std::span<const uint16_t> in = tensor.as<uint16_t>();
    for (size_t at = 0; at < out.size(); ++at) {
      // Subnormal bf16 numbers are subnormal floats, which a thread may flush: those take the exact way.
      const bool isSubnormal = (in[at] & 0x7f80u) == 0;
      const double value = format == SmallFloat::bf16 && !isSubnormal
                               ? static_cast<double>(bf16ToFloat(in[at]))
                           : format == SmallFloat::f16 ? static_cast<double>(f16ToFloat(in[at]))
                                                       : decodeSmallFloat(format, in[at]);
      out[at] = converted<Out>(value);
    }
    return;
  }
  std::array<Out, 256> table{};
  for (unsigned code = 0; code < (1u << bits); ++code)
    table[code] = converted<Out>(decodeSmallFloat(format, static_cast<uint16_t>(code)));
  for (size_t at = 0; at < out.size(); ++at)
    out[at] = table[packedCode(tensor.bytes(), at, static_cast<unsigned>(bits))];
}

template <class Out>
void convertPackedIntegers(const Tensor& tensor, std::vector<Out>& out) {
  const auto bits = static_cast<unsigned>(bitsOf(tensor.type()));
  const bool isSigned = tensor.type() == DType::i4 || tensor.type() == DType::i2;
  for (size_t at = 0; at < out.size(); ++at) {
    const unsigned code = packedCode(tensor.bytes(), at, bits);
    out[at] = static_cast<Out>(isSigned ? signExtended(code, bits) : static_cast<int>(code));
  }
}

template <class Out>
std::vector<Out> convertTensor(const Tensor& tensor) {
  std::vector<Out> out(tensor.type() == DType::string ? 0 : static_cast<size_t>(tensor.count()));
  switch (tensor.type()) {
    case DType::f32:
      convertAll<float>(tensor, out);
      break;
    case DType::f64:
      convertAll<double>(tensor, out);
      break;
    case DType::u8:
      convertAll<uint8_t>(tensor, out);
      break;
    case DType::i8:
      convertAll<int8_t>(tensor, out);
      break;
    case DType::u16:
      convertAll<uint16_t>(tensor, out);
      break;
    case DType::i16:
      convertAll<int16_t>(tensor, out);
      break;
    case DType::u32:
      convertAll<uint32_t>(tensor, out);
      break;
    case DType::i32:
      convertAll<int32_t>(tensor, out);
      break;
    case DType::u64:
      convertAll<uint64_t>(tensor, out);
      break;
    case DType::i64:
      convertAll<int64_t>(tensor, out);
      break;
    case DType::boolean:
      for (size_t at = 0; at < out.size(); ++at) out[at] = tensor.bytes()[at] != std::byte{0};
      break;
    case DType::u4:
    case DType::i4:
    case DType::u2:
    case DType::i2:
      convertPackedIntegers(tensor, out);
      break;
    default:
      if (!isFloat(tensor.type())) notNumeric(tensor.type());
      convertSmallFloats(tensor, out);
  }
  return out;
}

// Half to even (the rounding mode of the process is never changed), clamped.
template <class T>
T roundedInteger(double value) {
  constexpr double kLimit = static_cast<double>(uint64_t{1} << (std::numeric_limits<T>::digits - 1)) * 2.0;
  if (!(value == value)) return 0;
  const double whole = std::nearbyint(value);
  if (whole >= kLimit) return std::numeric_limits<T>::max();
  if (whole < static_cast<double>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
  return static_cast<T>(whole);
}

template <class T>
void roundAll(std::span<const double> values, Tensor& out) {
  const std::span<T> to = out.mutableAs<T>();
  for (size_t at = 0; at < values.size(); ++at) {
    if constexpr (std::is_floating_point_v<T>)
      to[at] = static_cast<T>(values[at]);
    else
      to[at] = roundedInteger<T>(values[at]);
  }
}

void encodeSmallFloats(std::span<const double> values, Tensor& out) {
  const SmallFloat format = smallFloatOf(out.type());
  const auto bits = static_cast<size_t>(bitsOf(out.type()));
  const std::span<std::byte> bytes = out.mutableBytes();
  for (size_t at = 0; at < values.size(); ++at) {
    const uint16_t code = encodeSmallFloat(format, values[at], bits <= 8);
    if (bits == 16) {
      bytes[2 * at] = static_cast<std::byte>(code & 0xff);
      bytes[2 * at + 1] = static_cast<std::byte>(code >> 8);
    } else {
      const size_t perByte = 8 / bits;
      bytes[at / perByte] |= static_cast<std::byte>(code << (at % perByte * bits));
    }
  }
}

void packIntegers(std::span<const double> values, Tensor& out) {
  const auto bits = static_cast<unsigned>(bitsOf(out.type()));
  const bool isSigned = out.type() == DType::i4 || out.type() == DType::i2;
  const int low = isSigned ? -(1 << (bits - 1)) : 0, high = low + (1 << bits) - 1;
  const size_t perByte = 8 / bits;
  const std::span<std::byte> bytes = out.mutableBytes();
  for (size_t at = 0; at < values.size(); ++at) {
    const int value = std::clamp<int>(roundedInteger<int32_t>(values[at]), low, high);
    const unsigned code = static_cast<unsigned>(value) & ((1u << bits) - 1u);
    bytes[at / perByte] |= static_cast<std::byte>(code << (at % perByte * bits));
  }
}

}  // namespace

std::vector<double> toDoubles(const Tensor& tensor) {
  return convertTensor<double>(tensor);
}

std::vector<int64_t> toInts(const Tensor& tensor) {
  return convertTensor<int64_t>(tensor);
}

Tensor fromDoubles(DType type, Dims dims, std::span<const double> values) {
  if (!isFloat(type) && !isInteger(type) && type != DType::boolean) notNumeric(type);
  Tensor out = Tensor::allocate(type, std::move(dims));
  check(static_cast<size_t>(out.count()) == values.size(),
        "a tensor is made from as many values as its dimensions say");
  switch (type) {
    case DType::f32:
      roundAll<float>(values, out);
      break;
    case DType::f64:
      roundAll<double>(values, out);
      break;
    case DType::u8:
      roundAll<uint8_t>(values, out);
      break;
    case DType::i8:
      roundAll<int8_t>(values, out);
      break;
    case DType::u16:
      roundAll<uint16_t>(values, out);
      break;
    case DType::i16:
      roundAll<int16_t>(values, out);
      break;
    case DType::u32:
      roundAll<uint32_t>(values, out);
      break;
    case DType::i32:
      roundAll<int32_t>(values, out);
      break;
    case DType::u64:
      roundAll<uint64_t>(values, out);
      break;
    case DType::i64:
      roundAll<int64_t>(values, out);
      break;
    case DType::boolean:
      for (size_t at = 0; at < values.size(); ++at)
        out.mutableBytes()[at] = values[at] != 0 ? std::byte{1} : std::byte{0};
      break;
    case DType::u4:
    case DType::i4:
    case DType::u2:
    case DType::i2:
      packIntegers(values, out);
      break;
    default:
      encodeSmallFloats(values, out);
  }
  return out;
}

}  // namespace ridge
