// From which opset on an op takes a type: most ops grew types without changing their meaning.
#pragma once

#include <algorithm>

#include "ir/graph.h"

namespace ridge::ops {

/// First opset for each kind of element; float16, float32 and float64 have been there from `base` on.
struct SinceTable {
  int base = 1;
  int bf16 = 13;
  int ints = 0;        ///< 32 and 64 bits; 0: base
  int narrowInts = 0;  ///< 8 and 16 bits; 0: as `ints`
  int boolean = 0;     ///< boolean, string and complex; 0: base
  int float8 = 19;
  int bits4 = 21;
  int float4 = 23;
  int float8e8m0 = 24;
  int bits2 = 25;
};

constexpr int sinceOfType(const SinceTable& table, DType type) {
  const int ints = table.ints ? table.ints : table.base;
  switch (type) {
    case DType::bf16:
      return std::max(table.base, table.bf16);
    case DType::i32:
    case DType::i64:
    case DType::u32:
    case DType::u64:
      return ints;
    case DType::i8:
    case DType::i16:
    case DType::u8:
    case DType::u16:
      return table.narrowInts ? table.narrowInts : ints;
    case DType::boolean:
    case DType::string:
    case DType::complex64:
    case DType::complex128:
      return table.boolean ? table.boolean : table.base;
    case DType::f8e4m3fn:
    case DType::f8e4m3fnuz:
    case DType::f8e5m2:
    case DType::f8e5m2fnuz:
      return std::max(table.base, table.float8);
    case DType::i4:
    case DType::u4:
      return std::max(table.base, table.bits4);
    case DType::f4e2m1:
      return std::max(table.base, table.float4);
    case DType::f8e8m0:
      return std::max(table.base, table.float8e8m0);
    case DType::i2:
    case DType::u2:
      return std::max(table.base, table.bits2);
    default:
      return table.base;
  }
}

inline DType inputType(const Node& node, const Graph& graph, size_t input) {
  const bool there = input < node.in.size() && node.in[input] != kNoValue;
  return there ? graph.value(node.in[input]).type : DType::undefined;
}

/// Op::sinceFor of an op whose opset depends only on the type of its first input.
template <SinceTable Table>
int sinceByType(const Node& node, const Graph& graph) {
  return sinceOfType(Table, inputType(node, graph, 0));
}

}  // namespace ridge::ops
