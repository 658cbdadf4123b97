// The plans of a loaded engine, and the way to a plan for other shapes.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "runtime/executable.h"

namespace ridge {

/// Shapes that an engine is for: every axis of every input between the two. Same inputs, same order.
struct ShapeRange {
  std::vector<BoundShape> smallest, largest;
};

class PlanSet {
 public:
  /// Makes a plan for shapes that no stored plan serves (analytic model only); given by the api, which has
  /// importer and planner. May be empty.
  using Replan = std::function<std::shared_ptr<const Executable>(const std::vector<BoundShape>& shapes)>;

  explicit PlanSet(std::vector<std::shared_ptr<const Executable>> plans, Replan replan = {},
                   std::optional<ShapeRange> range = {});

  /// The plan for these shapes: a stored one, one made before, or a new one. Without shapes, the first plan.
  /// Error{usage} for shapes outside of the range. At most `kLargestCache` made plans are kept, the least
  /// recently used goes first. May be called from several threads.
  std::shared_ptr<const Executable> planFor(const std::vector<BoundShape>& shapes);
  std::shared_ptr<const Executable> first() const { return stored_.front(); }

  static constexpr size_t kLargestCache = 16;

 private:
  std::vector<std::shared_ptr<const Executable>> stored_;
  std::vector<std::shared_ptr<const Executable>> made_;  // most recently used last
  Replan replan_;
  std::optional<ShapeRange> range_;
  std::mutex mutex_;
};

}  // namespace ridge
