// A plan whose steps do next to nothing: what is left is what a step costs.
#pragma once

#include <cstdint>
#include <memory>

namespace ridge {
class ExecutionContext;
}

namespace ridge::analyze {

/// Rectifiers of one number each, side by side, so that none can be fused with another.
class TinyPlan {
 public:
  TinyPlan();
  ~TinyPlan();
  TinyPlan(const TinyPlan&) = delete;
  TinyPlan& operator=(const TinyPlan&) = delete;

  int64_t steps() const;
  void run() const;

 private:
  std::unique_ptr<ExecutionContext> context_;
};

}  // namespace ridge::analyze
