#include "base/thread_pool.h"

#include <fmt/format.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <xmmintrin.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/cpu.h"
#include "base/cpu_limits.h"
#include "base/error.h"
#include "base/text.h"

namespace ridge {
namespace {

constexpr int kMaxThreads = 1024;
constexpr std::chrono::microseconds kSpinTime{40};

static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t), "a futex is a plain 32-bit word");

void futexWait(std::atomic<uint32_t>& word, uint32_t expected) {
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

void futexWake(std::atomic<uint32_t>& word) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

// A word that one thread waits on: it spins a while, then sleeps. The flag is raised before the last look at
// the word and read after the word changed (both sequentially consistent), so no change is slept through.
struct Signal {
  std::atomic<uint32_t> word{0};
  std::atomic<bool> asleep{false};

  void wakeWaiter() {
    if (asleep.load()) futexWake(word);
  }

  // Until done(word); returns the word.
  template <class Done>
  uint32_t wait(Done done) {
    Clock::time_point deadline{};  // set late: a short wait asks for no time
    for (int round = 1;; ++round) {
      const uint32_t seen = word.load(std::memory_order_acquire);
      if (done(seen)) return seen;
      _mm_pause();
      if (round % 16 != 0) continue;
      const auto now = Clock::now();
      if (round == 16)
        deadline = now + kSpinTime;
      else if (now > deadline)
        break;
    }
    for (;;) {
      asleep.store(true);
      const uint32_t seen = word.load();
      if (!done(seen)) futexWait(word, seen);
      asleep.store(false, std::memory_order_relaxed);
      if (done(seen)) return seen;
    }
  }
};

struct Job {
  void (*call)(void*, int) = nullptr;
  void* object = nullptr;
  int parts = 0;
  int stride = 1;
  unsigned floatMode = 0;  // the caller's MXCSR: the same rounding and flushing whoever runs a part
  PoolObserver* observer = nullptr;

  void runFrom(int first) const noexcept {
    if (observer) return runObserved(first);
    for (int part = first; part < parts; part += stride) call(object, part);
  }

  void runObserved(int first) const noexcept {
    int64_t begin = steadyNs();
    for (int part = first; part < parts; part += stride) {
      call(object, part);
      const int64_t end = steadyNs();
      observer->ran(part, first, begin, end);
      begin = end;
    }
  }
};

// The child of a fork has no workers, whatever the pool says.
std::atomic<bool> hasForked{false};

}  // namespace

struct ThreadPool::State {
  // What a worker waits for and what it then reads share a cache line of its own.
  struct alignas(64) Worker {
    Signal start;  // the number of the worker's latest job
    bool stopping = false;
    Job job;
    std::thread thread;
  };

  std::atomic<bool> busy{false};
  PoolObserver* observer = nullptr;  // belongs to whoever has made the pool busy
  alignas(64) Signal pending;        // workers that have not finished the job
  std::vector<std::unique_ptr<Worker>> workers;
  std::atomic<int> threads{1};

  void serve(Worker& self, int index);
  void start(int threads);
  void stop();
  static void launch(Worker& worker);
};

void ThreadPool::State::serve(Worker& self, int index) {
  for (uint32_t served = 0;;) {
    served = self.start.wait([served](uint32_t latest) { return latest != served; });
    if (self.stopping) return;
    _mm_setcsr(self.job.floatMode);
    self.job.runFrom(index);
    if (pending.word.fetch_sub(1) == 1) pending.wakeWaiter();
  }
}

void ThreadPool::State::launch(Worker& worker) {
  worker.start.word.store(worker.start.word.load(std::memory_order_relaxed) + 1);
  worker.start.wakeWaiter();
}

void ThreadPool::State::start(int wanted) {
  // Signals are for the threads of the program, not for ours.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    while (static_cast<int>(workers.size()) + 1 < wanted) {
      workers.push_back(std::make_unique<Worker>());
      Worker& worker = *workers.back();
      const int index = static_cast<int>(workers.size());
      worker.thread = std::thread([this, &worker, index] { serve(worker, index); });
      pthread_setname_np(worker.thread.native_handle(), fmt::format("ridge-{}", index).c_str());
    }
  } catch (const std::system_error&) {
    workers.pop_back();  // the machine allows no more: fewer threads, same results
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  threads = static_cast<int>(workers.size()) + 1;
}

void ThreadPool::State::stop() {
  for (const auto& worker : workers) {
    worker->stopping = true;
    launch(*worker);
  }
  for (const auto& worker : workers) worker->thread.join();
  workers.clear();
}

int defaultThreads() {
  if (const char* const wanted = std::getenv("RIDGE_THREADS"); wanted && *wanted) {
    const std::optional<int64_t> number = parseInt(wanted);
    if (!number || *number < 1 || *number > kMaxThreads)
      failUsage(fmt::format("{} is not a number of threads", inQuotes(wanted)), "RIDGE_THREADS",
                fmt::format("give a number from 1 to {}", kMaxThreads));
    return static_cast<int>(*number);
  }
  std::ostringstream membership;
  membership << std::ifstream("/proc/self/cgroup").rdbuf();
  const int cores = std::min(cpuInfo().physicalCores, kMaxThreads);
  return std::min(cores, cgroupCpuLimit(membership.str(), "/sys/fs/cgroup").value_or(cores));
}

ThreadPool& ThreadPool::instance() {
  // Never destroyed: a thread may still compute while the program exits.
  static ThreadPool* const pool = new ThreadPool;
  return *pool;
}

ThreadPool::ThreadPool() : state_(std::make_unique<State>()) {
  pthread_atfork(nullptr, nullptr, [] { hasForked = true; });
  state_->start(defaultThreads());
}

ThreadPool::~ThreadPool() {
  state_->stop();
}

int ThreadPool::threads() const {
  return state_->threads;
}

void ThreadPool::setThreads(int threads) {
  check(threads >= 1, "a pool has at least one thread");
  if (threads == state_->threads || hasForked) return;
  check(!state_->busy.exchange(true), "the number of threads is not changed while work runs");
  state_->stop();
  state_->start(std::min(threads, kMaxThreads));
  state_->busy = false;
}

void ThreadPool::observe(PoolObserver* observer) {
  if (hasForked) return;  // no section is shared any more
  while (state_->busy.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
  state_->observer = observer;
  state_->busy.store(false, std::memory_order_release);
}

void ThreadPool::run(int parts, void (*call)(void*, int), void* object) {
  State& state = *state_;
  Job job{call, object, parts, 1, 0, nullptr};
  const bool alone = parts <= 1 || state.threads.load(std::memory_order_relaxed) == 1 ||
                     hasForked.load(std::memory_order_relaxed);
  if (alone || state.busy.exchange(true, std::memory_order_acquire)) {
    job.runFrom(0);
    return;
  }
  job.stride = static_cast<int>(state.workers.size()) + 1;
  job.floatMode = _mm_getcsr();
  job.observer = state.observer;
  const int helpers = std::min(parts, job.stride) - 1;
  state.pending.word.store(static_cast<uint32_t>(helpers), std::memory_order_relaxed);
  for (int helper = 0; helper < helpers; ++helper) {
    State::Worker& worker = *state.workers[static_cast<size_t>(helper)];
    worker.job = job;
    State::launch(worker);
  }
  job.runFrom(0);
  state.pending.wait([](uint32_t left) { return left == 0; });
  state.busy.store(false, std::memory_order_release);
}

}  // namespace ridge
