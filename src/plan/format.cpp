#include "plan/format.h"

#include <algorithm>

namespace ridge {

std::string_view name(Order order) {
  return order == Order::plain ? "plain" : "channels-last";
}

Dims denseStrides(std::span<const int64_t> dims, Order order) {
  if (order == Order::plain || dims.size() < 3) return rowMajorStrides(dims);
  Dims strides(dims.size());
  strides[1] = 1;
  int64_t pitch = dims[1];
  for (size_t axis = dims.size() - 1; axis >= 2; --axis) {
    strides[axis] = pitch;
    pitch *= dims[axis];
  }
  strides[0] = pitch;
  return strides;
}

bool ordersCoincide(std::span<const int64_t> dims) {
  if (dims.size() < 3) return true;
  const bool onePixel = std::all_of(dims.begin() + 2, dims.end(), [](int64_t dim) { return dim == 1; });
  return onePixel || dims[1] == 1;
}

}  // namespace ridge
