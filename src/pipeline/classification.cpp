#include "pipeline/classification.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace ridge::pipeline {

std::vector<int64_t> topClasses(const Tensor& scores, int k) {
  const auto longAxes =
      std::count_if(scores.dims().begin(), scores.dims().end(), [](int64_t d) { return d != 1; });
  if (longAxes > 1 || scores.count() == 0)
    failInput("classification takes one row of scores, not an output of shape " + toString(scores.dims()), {},
              "name the right output in the pipeline's task");
  const std::vector<double> values = toDoubles(scores);
  std::vector<int64_t> order;
  for (size_t i = 0; i < values.size(); ++i)
    if (!std::isnan(values[i])) order.push_back(static_cast<int64_t>(i));
  const auto better = [&values](int64_t a, int64_t b) {
    const double x = values[static_cast<size_t>(a)], y = values[static_cast<size_t>(b)];
    return x != y ? x > y : a < b;
  };
  const auto best = order.begin() + std::clamp<std::ptrdiff_t>(k, 0, std::ssize(order));
  std::partial_sort(order.begin(), best, order.end(), better);
  order.erase(best, order.end());
  return order;
}

void ClassificationMetric::add(const Tensor& scores, std::optional<int64_t> label) {
  const std::vector<int64_t> top = topClasses(scores, 5);
  if (label) {
    const int64_t wanted = *label + task_.labelOffset;
    if (wanted < 0 || wanted >= scores.count())
      failInput(fmt::format("label {} with offset {} is no index of an output of {} classes", *label,
                            task_.labelOffset, scores.count()),
                {}, "check the labels and the pipeline's label_offset");
    ++counts_.labelled;
    if (!top.empty() && top[0] == wanted) ++counts_.correctTop1;
    if (std::find(top.begin(), top.end(), wanted) != top.end()) ++counts_.correctTop5;
  }
  ++counts_.samples;
}

}  // namespace ridge::pipeline
