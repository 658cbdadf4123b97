// Observers that are taken off again whatever happens: contexts and the pool live longer than what watches.
#pragma once

#include <utility>

#include "base/thread_pool.h"
#include "runtime/context.h"

namespace ridge::analyze {

/// The steps of a context, which no other observer watches.
class WatchedSteps {
 public:
  WatchedSteps(ExecutionContext& context, ExecutionContext::Observer observer) : context_(context) {
    context_.observe(std::move(observer));
  }
  ~WatchedSteps() { context_.observe({}); }
  WatchedSteps(const WatchedSteps&) = delete;
  WatchedSteps& operator=(const WatchedSteps&) = delete;

 private:
  ExecutionContext& context_;
};

/// The parts that threads of the pool run.
class WatchedPool {
 public:
  explicit WatchedPool(PoolObserver& observer) { ThreadPool::instance().observe(&observer); }
  ~WatchedPool() { ThreadPool::instance().observe(nullptr); }
  WatchedPool(const WatchedPool&) = delete;
  WatchedPool& operator=(const WatchedPool&) = delete;
};

}  // namespace ridge::analyze
