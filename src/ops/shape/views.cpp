#include "ops/shape/views.h"

#include <algorithm>

namespace ridge::ops {

void passContents(InferContext& c, const Shape& shape) {
  if (!shape.ranked() || shape.rank() > 1) return;
  if (auto contents = c.contents(0)) c.outputContents(0, std::move(*contents));
}

Dim viewProduct(std::span<const Dim> dims) {
  std::vector<int64_t> integers;
  std::vector<Dim> others;
  for (const Dim& dim : dims) {
    if (dim.isInteger())
      integers.push_back(dim.value());
    else
      others.push_back(dim);
  }
  const int64_t product = elementCount(integers);
  if (product == 0 || others.empty()) return product;
  return product == 1 && others.size() == 1 ? others.front() : Dim();
}

std::vector<int64_t> distinctAxes(const InferContext& c, const std::vector<int64_t>& axes, int64_t rank) {
  std::vector<int64_t> result;
  for (int64_t axis : axes) {
    result.push_back(axisOf(c, axis, rank));
    c.require(std::count(result.begin(), result.end(), result.back()) == 1, "an axis is named twice");
  }
  return result;
}

}  // namespace ridge::ops
