// The physical form of a value in a plan. Axis attributes never change: a format only says how elements lie
// in memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ir/tensor.h"

namespace ridge {

/// Order of the axes in memory, outermost first. Ranks below 3 have only `plain`.
enum class Order : uint8_t {
  plain,         ///< ONNX order (NCHW)
  channelsLast,  ///< axis 1 innermost (NHWC)
};
std::string_view name(Order order);

/// Dense strides, in elements, by logical axis.
Dims denseStrides(std::span<const int64_t> dims, Order order);

/// The two orders put every element of this shape at the same place (one channel, or one pixel, or rank below
/// 3).
bool ordersCoincide(std::span<const int64_t> dims);

}  // namespace ridge
