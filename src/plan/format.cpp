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

bool liesDense(std::span<const int64_t> dims, std::span<const int64_t> strides, Order order) {
  const Dims dense = denseStrides(dims, order);
  for (size_t axis = 0; axis < dims.size(); ++axis)
    if (dims[axis] > 1 && strides[axis] != dense[axis]) return false;
  return true;
}

int64_t innermostStride(std::span<const int64_t> dims, std::span<const int64_t> strides, Order order) {
  if (order == Order::channelsLast && dims.size() >= 3 && dims[1] > 1) return strides[1];
  for (size_t axis = dims.size(); axis-- > 0;)
    if (dims[axis] > 1) return strides[axis];
  return 1;
}

namespace {

/// Axes with more than one element; neighbours that one stride describes are one axis.
void mergedAxes(std::span<const int64_t> dims, std::span<const int64_t> strides, Dims& sizes, Dims& steps) {
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    if (dims[axis] == 1) continue;
    if (!sizes.empty() && steps.back() == strides[axis] * dims[axis]) {
      sizes.back() *= dims[axis];
      steps.back() = strides[axis];
    } else {
      sizes.push_back(dims[axis]);
      steps.push_back(strides[axis]);
    }
  }
}

}  // namespace

std::optional<Dims> reshapedStrides(std::span<const int64_t> dims, std::span<const int64_t> strides,
                                    std::span<const int64_t> shape) {
  if (elementCount(dims) == 0) return rowMajorStrides(shape);
  Dims sizes, steps;
  mergedAxes(dims, strides, sizes, steps);
  Dims made(shape.size(), 1);
  size_t left = sizes.size();  // merged axes that are not used up
  int64_t rest = 1;            // elements of the current one that are not used up
  int64_t step = 1;
  for (size_t axis = shape.size(); axis-- > 0;) {
    if (shape[axis] == 1) {
      made[axis] = step;
      continue;
    }
    if (rest == 1) {
      if (left == 0) return std::nullopt;
      rest = sizes[--left];
      step = steps[left];
    }
    if (rest % shape[axis] != 0) return std::nullopt;
    made[axis] = step;
    step *= shape[axis];
    rest /= shape[axis];
  }
  if (rest != 1 || left != 0) return std::nullopt;
  return made;
}

bool ordersCoincide(std::span<const int64_t> dims) {
  if (dims.size() < 3) return true;
  const bool onePixel = std::all_of(dims.begin() + 2, dims.end(), [](int64_t dim) { return dim == 1; });
  return onePixel || dims[1] == 1;
}

}  // namespace ridge
