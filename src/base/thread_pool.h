// One pool per process: static partition, spin briefly then sleep, the caller works too.
#pragma once

#include <memory>
#include <type_traits>

namespace ridge {

/// Threads that this process should use: RIDGE_THREADS, else the smaller of the physical cores in the
/// affinity mask and the cgroup quota rounded up.
int defaultThreads();

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
