#include "ops/numbers.h"

#include <cmath>
#include <limits>
#include <type_traits>

#include "base/half.h"

namespace ridge {
namespace {

// One accessor per way of storing an element: `get` widens exactly, `put` rounds once.
template <class S>
struct Plain {
  using Wide = std::conditional_t<std::is_floating_point_v<S>, double,
                                  std::conditional_t<std::is_unsigned_v<S>, uint64_t, int64_t>>;
  static Wide get(const std::byte* data, int64_t index) {
    return static_cast<Wide>(reinterpret_cast<const S*>(data)[index]);
  }
  template <class T>
  static void put(std::byte* data, int64_t index, T value) {
    reinterpret_cast<S*>(data)[index] = convert(value);
  }
  template <class T>
  static S convert(T value) {
    if constexpr (std::is_floating_point_v<T> && std::is_integral_v<S>) {
      const double rounded = std::nearbyint(value);
      if (std::isnan(rounded)) return 0;
      // The limits as doubles: 2^63 and 2^64 - 1 round up, so `>=` keeps the cast in range.
      if (rounded >= static_cast<double>(std::numeric_limits<S>::max())) return std::numeric_limits<S>::max();
      if (rounded <= static_cast<double>(std::numeric_limits<S>::min())) return std::numeric_limits<S>::min();
      return static_cast<S>(rounded);
    } else {
      return static_cast<S>(value);
    }
  }
};

struct Boolean {
  static bool get(const std::byte* data, int64_t index) { return data[index] != std::byte{0}; }
  template <class T>
  static void put(std::byte* data, int64_t index, T value) {
    data[index] = value != T{} ? std::byte{1} : std::byte{0};
  }
};

template <SmallFloat kFormat>
struct Small {
  static constexpr bool kWide = kFormat == SmallFloat::f16 || kFormat == SmallFloat::bf16;
  using Code = std::conditional_t<kWide, uint16_t, uint8_t>;
  static double get(const std::byte* data, int64_t index) {
    const Code code = reinterpret_cast<const Code*>(data)[index];
    if constexpr (kFormat == SmallFloat::f16) return static_cast<double>(f16ToFloat(code));
    if constexpr (kFormat == SmallFloat::bf16) return static_cast<double>(bf16ToFloat(code));
    return decodeSmallFloat(kFormat, code);
  }
  template <class T>
  static void put(std::byte* data, int64_t index, T value) {
    const uint16_t code = encodeSmallFloat(kFormat, static_cast<double>(value), !kWide);
    reinterpret_cast<Code*>(data)[index] = static_cast<Code>(code);
  }
};

// Two or four elements a byte, low bits first.
template <int kBits, bool kSigned>
struct Packed {
  static constexpr int kPerByte = 8 / kBits, kMask = (1 << kBits) - 1;
  static int64_t get(const std::byte* data, int64_t index) {
    const int shift = static_cast<int>(index % kPerByte) * kBits;
    const int code = (static_cast<int>(data[index / kPerByte]) >> shift) & kMask;
    return kSigned && (code >> (kBits - 1)) ? code - (1 << kBits) : code;
  }
  template <class T>
  static void put(std::byte* data, int64_t index, T value) {
    int64_t whole = 0;
    if constexpr (std::is_floating_point_v<T>) {
      constexpr double kLow = kSigned ? -(1 << (kBits - 1)) : 0, kHigh = kLow + kMask;
      const double rounded = std::nearbyint(value);
      whole = std::isnan(rounded) ? 0 : static_cast<int64_t>(std::fmin(std::fmax(rounded, kLow), kHigh));
    } else {
      whole = static_cast<int64_t>(value);
    }
    const int shift = static_cast<int>(index % kPerByte) * kBits;
    const int kept = static_cast<int>(data[index / kPerByte]) & ~(kMask << shift);
    data[index / kPerByte] = static_cast<std::byte>(kept | ((static_cast<int>(whole & kMask)) << shift));
  }
};

struct PackedFloat4 {
  static double get(const std::byte* data, int64_t index) {
    return decodeSmallFloat(SmallFloat::f4e2m1, static_cast<uint16_t>(Packed<4, false>::get(data, index)));
  }
  template <class T>
  static void put(std::byte* data, int64_t index, T value) {
    const uint16_t code = encodeSmallFloat(SmallFloat::f4e2m1, static_cast<double>(value), true);
    Packed<4, false>::put(data, index, static_cast<int64_t>(code));
  }
};

template <class Fn>
void withStorage(DType type, Fn&& fn) {
  switch (type) {
    case DType::f32:
      return fn(Plain<float>{});
    case DType::f64:
      return fn(Plain<double>{});
    case DType::f16:
      return fn(Small<SmallFloat::f16>{});
    case DType::bf16:
      return fn(Small<SmallFloat::bf16>{});
    case DType::i8:
      return fn(Plain<int8_t>{});
    case DType::u8:
      return fn(Plain<uint8_t>{});
    case DType::i16:
      return fn(Plain<int16_t>{});
    case DType::u16:
      return fn(Plain<uint16_t>{});
    case DType::i32:
      return fn(Plain<int32_t>{});
    case DType::u32:
      return fn(Plain<uint32_t>{});
    case DType::i64:
      return fn(Plain<int64_t>{});
    case DType::u64:
      return fn(Plain<uint64_t>{});
    case DType::boolean:
      return fn(Boolean{});
    case DType::i4:
      return fn(Packed<4, true>{});
    case DType::u4:
      return fn(Packed<4, false>{});
    case DType::i2:
      return fn(Packed<2, true>{});
    case DType::u2:
      return fn(Packed<2, false>{});
    case DType::f8e4m3fn:
      return fn(Small<SmallFloat::f8e4m3fn>{});
    case DType::f8e4m3fnuz:
      return fn(Small<SmallFloat::f8e4m3fnuz>{});
    case DType::f8e5m2:
      return fn(Small<SmallFloat::f8e5m2>{});
    case DType::f8e5m2fnuz:
      return fn(Small<SmallFloat::f8e5m2fnuz>{});
    case DType::f8e8m0:
      return fn(Small<SmallFloat::f8e8m0>{});
    case DType::f4e2m1:
      return fn(PackedFloat4{});
    default:
      failInput("there are no kernels for elements of type " + std::string(name(type)));
  }
}

// From what a storage yields to the kernel's class.
template <class T, class Wide>
T widen(Wide value) {
  if constexpr (std::is_same_v<T, bool>)
    return value != Wide{};
  else if constexpr (std::is_same_v<Wide, double> && std::is_integral_v<T>)
    return Plain<T>::convert(value);
  else
    return static_cast<T>(value);
}

}  // namespace

NumberClass numberClassOf(DType type) {
  withStorage(type, [](auto) {});  // refuses what has none
  if (isFloat(type)) return NumberClass::real;
  switch (type) {
    case DType::boolean:
      return NumberClass::boolean;
    case DType::u8:
    case DType::u16:
    case DType::u32:
    case DType::u64:
    case DType::u4:
    case DType::u2:
      return NumberClass::unsignedInteger;
    default:
      break;
  }
  return NumberClass::signedInteger;
}

template <class T>
void loadNumbers(const TensorView& view, int64_t first, int64_t stride, int64_t count, T* out) {
  withStorage(view.type, [&]<class Storage>(Storage) {
    const std::byte* data = view.data;
    if (stride == 1) {
      for (int64_t at = 0; at < count; ++at) out[at] = widen<T>(Storage::get(data, first + at));
    } else {
      for (int64_t at = 0; at < count; ++at) out[at] = widen<T>(Storage::get(data, first + at * stride));
    }
  });
}

template <class T>
void storeNumbers(const TensorView& view, int64_t first, int64_t count, const T* values) {
  withStorage(view.type, [&]<class Storage>(Storage) {
    for (int64_t at = 0; at < count; ++at) Storage::put(view.data, first + at, values[at]);
  });
}

#define RIDGE_NUMBERS(T)                                                          \
  template void loadNumbers<T>(const TensorView&, int64_t, int64_t, int64_t, T*); \
  template void storeNumbers<T>(const TensorView&, int64_t, int64_t, const T*);
RIDGE_NUMBERS(double)
RIDGE_NUMBERS(int64_t)
RIDGE_NUMBERS(uint64_t)
RIDGE_NUMBERS(bool)
#undef RIDGE_NUMBERS

}  // namespace ridge
