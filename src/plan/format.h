// The physical form of a value in a plan. Axis attributes never change: a format only says how elements lie
// in memory.
#pragma once

#include <cstdint>
#include <optional>
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

/// The elements lie without gaps in this order; strides of axes of size 1 say nothing.
bool liesDense(std::span<const int64_t> dims, std::span<const int64_t> strides, Order order);

/// Distance between neighbours along the innermost axis that has any; 1 when there is none.
int64_t innermostStride(std::span<const int64_t> dims, std::span<const int64_t> strides, Order order);

/// The strides under which an array with these dimensions and strides reads as `shape`, in row-major order of
/// its elements; none where that cannot be said with strides. Both have the same number of elements.
std::optional<Dims> reshapedStrides(std::span<const int64_t> dims, std::span<const int64_t> strides,
                                    std::span<const int64_t> shape);

/// The two orders put every element of this shape at the same place (one channel, or one pixel, or rank below
/// 3).
bool ordersCoincide(std::span<const int64_t> dims);

}  // namespace ridge
