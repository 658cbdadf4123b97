// One pool per process: static partition, spin briefly then sleep, the caller works too.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

namespace ridge {

/// Threads that this process should use: RIDGE_THREADS, else the smaller of the physical cores in the
/// affinity mask and the cgroup quota rounded up.
int defaultThreads();

/// Told which thread ran which part of a section that several threads shared. Called by that thread, while
/// the section runs: it must not allocate, wait or start a section.
class PoolObserver {
 public:
  virtual ~PoolObserver() = default;
  /// 0 <= thread < threads(), 0 is the caller's; nanoseconds of the steady clock.
  virtual void ran(int part, int thread, int64_t begin, int64_t end) noexcept = 0;
};

class ThreadPool {
 public:
  /// The process's pool; starts with defaultThreads().
  static ThreadPool& instance();

  int threads() const;
  /// Joins and restarts workers; not while work runs.
  void setThreads(int threads);

  /// Calls fn(part) for part in [0, parts); part p runs on thread p % threads(). Called while the pool is
  /// busy (nested, or from another context's thread), the caller runs all parts itself: same results.
  /// Allocates nothing. `fn` must not throw. Every part runs in the caller's floating-point mode
  /// (FlushDenormals), whichever thread has it.
  template <class Fn>
  void parallel(int parts, Fn&& fn) {
    using F = std::remove_reference_t<Fn>;
    run(
        parts, [](void* object, int part) { (*static_cast<F*>(object))(part); },
        const_cast<std::remove_const_t<F>*>(&fn));
  }

  /// From now on tells `observer` (null: nobody), which outlives that; waits until no section runs, so not
  /// to be called within one. Sections that their caller runs alone are not told of.
  void observe(PoolObserver* observer);

  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

 private:
  ThreadPool();
  ~ThreadPool();
  void run(int parts, void (*call)(void*, int), void* object);
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ridge
