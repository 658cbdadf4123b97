// A dense array in ONNX (row-major) order over owned bytes or a slice of something that outlives it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/hash.h"
#include "ir/dtype.h"

namespace ridge {

using Dims = std::vector<int64_t>;

/// Product of the dimensions; throws Error{input} on overflow or a negative dimension.
int64_t elementCount(std::span<const int64_t> dims);

/// Strides, in elements, of a dense row-major array.
Dims rowMajorStrides(std::span<const int64_t> dims);

/// "1x3x224x224"; "scalar" for rank 0.
std::string toString(std::span<const int64_t> dims);

/// Copying a Tensor shares its bytes. Constants are immutable by convention: only the code that has just
/// allocated a tensor writes to it (`mutableBytes`). Strings are kept apart, in `strings()`.
class Tensor {
 public:
  Tensor() = default;

  /// Zero-filled, 64-byte aligned; strings are empty. Error{machine} when there is no memory.
  static Tensor allocate(DType type, Dims dims);
  /// Bytes owned by `owner` (a map, another tensor): exactly bytesOf(type, count), else Error{input}. Bytes
  /// that are not aligned for their type are copied.
  static Tensor view(DType type, Dims dims, std::span<const std::byte> bytes,
                     std::shared_ptr<const void> owner);
  static Tensor ofStrings(Dims dims, std::vector<std::string> values);

  template <class T>
  static Tensor of(DType type, Dims dims, std::span<const T> values);
  static Tensor of(Dims dims, std::span<const float> values) {
    return of<float>(DType::f32, std::move(dims), values);
  }
  static Tensor of(Dims dims, std::span<const int64_t> values) {
    return of<int64_t>(DType::i64, std::move(dims), values);
  }
  static Tensor scalar(float value) { return of({}, std::span<const float>(&value, 1)); }
  static Tensor scalar(int64_t value) { return of({}, std::span<const int64_t>(&value, 1)); }

  bool defined() const { return type_ != DType::undefined; }
  DType type() const { return type_; }
  const Dims& dims() const { return dims_; }
  int64_t rank() const { return static_cast<int64_t>(dims_.size()); }
  int64_t count() const { return count_; }
  size_t byteSize() const { return bytes_.size(); }

  std::span<const std::byte> bytes() const { return bytes_; }
  std::span<std::byte> mutableBytes();
  const std::vector<std::string>& strings() const;  ///< in row-major order; empty unless the type is string

  /// Typed view of the elements; T must have the size of the element type.
  template <class T>
  std::span<const T> as() const {
    check(bitsOf(type_) == static_cast<int>(sizeof(T) * 8),
          "a tensor is read with the size of its element type");
    return {reinterpret_cast<const T*>(bytes_.data()), static_cast<size_t>(count_)};
  }
  template <class T>
  std::span<T> mutableAs() {
    check(bitsOf(type_) == static_cast<int>(sizeof(T) * 8),
          "a tensor is written with the size of its element type");
    return {reinterpret_cast<T*>(mutableBytes().data()), static_cast<size_t>(count_)};
  }

  /// Same bytes under other dimensions with the same count.
  Tensor reshaped(Dims dims) const;

  /// Content key over type, dimensions and bytes; computed once, then shared by all copies.
  Hash128 hash() const;

  /// Same type, dimensions and bytes.
  bool sameAs(const Tensor& other) const;

 private:
  struct Shared;  // owner of the bytes, strings, lazy hash
  DType type_ = DType::undefined;
  Dims dims_;
  int64_t count_ = 0;
  std::span<const std::byte> bytes_;
  std::shared_ptr<Shared> shared_;
};

template <class T>
Tensor Tensor::of(DType type, Dims dims, std::span<const T> values) {
  Tensor tensor = allocate(type, std::move(dims));
  std::span<T> out = tensor.mutableAs<T>();
  check(out.size() == values.size(), "a tensor is made from as many values as its dimensions say");
  for (size_t at = 0; at < out.size(); ++at) out[at] = values[at];
  return tensor;
}

/// Elements as numbers, whatever the numeric type (exact for up to 53 bits as double, all integers as int64).
/// Throws Error{input} for strings and complex numbers. toInts truncates and saturates floats, takes NaN for
/// 0, and keeps the bits of uint64 values beyond int64.
std::vector<double> toDoubles(const Tensor& tensor);
std::vector<int64_t> toInts(const Tensor& tensor);
/// The reverse: rounds once to the type (half to even), integers and float8 saturate, booleans are value !=
/// 0.
Tensor fromDoubles(DType type, Dims dims, std::span<const double> values);

}  // namespace ridge
