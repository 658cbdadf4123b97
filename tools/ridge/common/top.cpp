#include "common/top.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ridge::tool {

namespace {

constexpr int64_t kMostRows = 16;

/// Places of the largest numbers of `values`.
std::vector<int64_t> largest(std::span<const double> values, int k) {
  std::vector<int64_t> order;
  for (size_t at = 0; at < values.size(); ++at)
    if (!std::isnan(values[at])) order.push_back(static_cast<int64_t>(at));
  const auto better = [&values](int64_t a, int64_t b) {
    const double x = values[static_cast<size_t>(a)], y = values[static_cast<size_t>(b)];
    return x != y ? x > y : a < b;
  };
  const auto best = order.begin() + std::clamp<std::ptrdiff_t>(k, 0, std::ssize(order));
  std::partial_sort(order.begin(), best, order.end(), better);
  order.erase(best, order.end());
  return order;
}

/// The place of a flat index in an array of these dimensions.
Dims placeOf(int64_t index, const Dims& dims) {
  Dims place(dims.size(), 0);
  for (size_t axis = dims.size(); axis-- > 0;) {
    place[axis] = index % dims[axis];
    index /= dims[axis];
  }
  return place;
}

std::string shown(const Dims& place) {
  return fmt::format("[{}]", fmt::join(place, ","));
}

Json scored(int64_t index, double score) {
  Json entry{{"index", index}};
  setNumber(entry, "score", score);
  return entry;
}

Json topOfRows(std::span<const double> values, const Dims& rows, int64_t width, int k, const Output& out) {
  Json all = Json::array();
  const int64_t count = static_cast<int64_t>(values.size()) / width;
  for (int64_t row = 0; row < count; ++row) {
    const Dims place = placeOf(row, rows);
    if (count > 1) out.line("  row " + shown(place));
    const auto scores = values.subspan(static_cast<size_t>(row * width), static_cast<size_t>(width));
    for (int64_t index : largest(scores, k)) {
      const double score = scores[static_cast<size_t>(index)];
      out.line(fmt::format("  {:>6}  {:.6g}", index, score));
      all.push_back(scored(index, score));
      if (count > 1) all.back()["row"] = place;
    }
  }
  return all;
}

}  // namespace

Json printTop(const Tensor& tensor, int k, const Output& out) {
  if (tensor.count() == 0) return Json::array();
  const std::vector<double> values = toDoubles(tensor);
  const Dims& dims = tensor.dims();
  const auto longAxes = std::count_if(dims.begin(), dims.end(), [](int64_t size) { return size != 1; });
  const auto count = static_cast<int64_t>(values.size());
  if (longAxes <= 1) return topOfRows(values, {}, count, k, out);
  if (count / dims.back() <= kMostRows)
    return topOfRows(values, Dims(dims.begin(), dims.end() - 1), dims.back(), k, out);
  Json all = Json::array();
  for (int64_t index : largest(values, k)) {
    const double score = values[static_cast<size_t>(index)];
    const Dims place = placeOf(index, dims);
    out.line(fmt::format("  {:>8}  {}  {:.6g}", index, shown(place), score));
    all.push_back(scored(index, score));
    all.back()["at"] = place;
  }
  return all;
}

}  // namespace ridge::tool
