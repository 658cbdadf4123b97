#include "analyze/precision.h"

#include <algorithm>

#include "base/error.h"

namespace ridge::analyze {

std::string_view name(Precision precision) {
  switch (precision) {
    case Precision::fp64:
      return "fp64";
    case Precision::fp32:
      return "fp32";
    case Precision::tf32:
      return "tf32";
    case Precision::bf16:
      return "bf16";
    case Precision::fp16:
      return "fp16";
    case Precision::fp8:
      return "fp8";
    case Precision::int8:
      return "int8";
    case Precision::int4:
      return "int4";
  }
  check(false, "a precision is one of the enumerators");
  return {};
}

std::optional<Precision> precisionFromName(std::string_view text) {
  for (Precision precision : kPrecisions)
    if (name(precision) == text) return precision;
  return std::nullopt;
}

double bytesOfElement(Precision precision) {
  switch (precision) {
    case Precision::fp64:
      return 8;
    case Precision::fp32:
    case Precision::tf32:
      return 4;
    case Precision::bf16:
    case Precision::fp16:
      return 2;
    case Precision::fp8:
    case Precision::int8:
      return 1;
    case Precision::int4:
      return 0.5;
  }
  check(false, "a precision is one of the enumerators");
  return 0;
}

double bytesOfElement(DType stored, Precision floats) {
  const double own = bitsOf(stored) / 8.0, asked = bytesOfElement(floats);
  if (stored == DType::f32) return asked;
  return stored == DType::f16 || stored == DType::bf16 ? std::min(own, asked) : own;
}

bool isInteger(Precision precision) {
  return precision == Precision::int8 || precision == Precision::int4;
}

}  // namespace ridge::analyze
