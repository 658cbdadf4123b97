// Elements of any type as numbers of one of four classes, so that a kernel is instantiated once for all float
// types.
#pragma once

#include <cstdint>

#include "base/error.h"
#include "ir/dtype.h"
#include "ops/kernel_context.h"

namespace ridge {

/// The class of numbers in which a reference kernel computes.
enum class NumberClass {
  real /*double*/,
  signedInteger /*int64_t*/,
  unsignedInteger /*uint64_t*/,
  boolean /*bool*/
};

/// Throws Error{input} for strings and complex numbers.
NumberClass numberClassOf(DType type);

/// Calls `fn.template operator()<T>()` with T = double, int64_t, uint64_t or bool.
template <class Fn>
decltype(auto) withNumberClass(DType type, Fn&& fn) {
  switch (numberClassOf(type)) {
    case NumberClass::signedInteger:
      return fn.template operator()<int64_t>();
    case NumberClass::unsignedInteger:
      return fn.template operator()<uint64_t>();
    case NumberClass::boolean:
      return fn.template operator()<bool>();
    case NumberClass::real:
      break;
  }
  return fn.template operator()<double>();
}

/// The same for ops that have no boolean form.
template <class Fn>
decltype(auto) withArithmeticClass(DType type, Fn&& fn) {
  switch (numberClassOf(type)) {
    case NumberClass::signedInteger:
      return fn.template operator()<int64_t>();
    case NumberClass::unsignedInteger:
      return fn.template operator()<uint64_t>();
    case NumberClass::boolean:
      failInput("arithmetic on booleans");
    case NumberClass::real:
      break;
  }
  return fn.template operator()<double>();
}

/// Reads elements first, first + stride, ... T is double, int64_t, uint64_t or bool, whatever the type of the
/// view.
template <class T>
void loadNumbers(const TensorView& view, int64_t first, int64_t stride, int64_t count, T* out);

/// Writes consecutive elements. A double is rounded once, half to even, and saturates in integer types (NaN
/// becomes 0); integers wrap around in narrower integer types, as in C; anything but zero is true.
template <class T>
void storeNumbers(const TensorView& view, int64_t first, int64_t count, const T* values);

template <class T>
T loadNumber(const TensorView& view, int64_t index) {
  T value;
  loadNumbers(view, index, 1, 1, &value);
  return value;
}

template <class T>
void storeNumber(const TensorView& view, int64_t index, T value) {
  storeNumbers(view, index, 1, &value);
}

#define RIDGE_NUMBERS(T)                                                                 \
  extern template void loadNumbers<T>(const TensorView&, int64_t, int64_t, int64_t, T*); \
  extern template void storeNumbers<T>(const TensorView&, int64_t, int64_t, const T*);
RIDGE_NUMBERS(double)
RIDGE_NUMBERS(int64_t)
RIDGE_NUMBERS(uint64_t)
RIDGE_NUMBERS(bool)
#undef RIDGE_NUMBERS

}  // namespace ridge
