#include "base/thread_pool.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xmmintrin.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <new>
#include <set>
#include <thread>
#include <vector>

#include "base/denormals.h"

namespace ridge {
namespace {

std::atomic<long> allocations{0};

// One pool per process: every test sets the size that it needs.
ThreadPool& poolOf(int threads) {
  ThreadPool::instance().setThreads(threads);
  return ThreadPool::instance();
}

TEST(ThreadPool, runsEveryPartOnce) {
  for (const int threads : {1, 2, 3, 5}) {
    ThreadPool& pool = poolOf(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (const int parts : {0, 1, 2, 3, 7, 64}) {
      std::vector<int> counts(64, 0);
      pool.parallel(parts, [&](int part) { ++counts[static_cast<size_t>(part)]; });
      for (int part = 0; part < 64; ++part)
        EXPECT_EQ(counts[static_cast<size_t>(part)], part < parts ? 1 : 0);
    }
  }
}

TEST(ThreadPool, partsHaveFixedThreads) {
  ThreadPool& pool = poolOf(3);
  std::vector<std::thread::id> first(9), second(9);
  pool.parallel(9, [&](int part) { first[static_cast<size_t>(part)] = std::this_thread::get_id(); });
  pool.parallel(9, [&](int part) { second[static_cast<size_t>(part)] = std::this_thread::get_id(); });
  EXPECT_EQ(first, second);
  EXPECT_EQ(first[0], std::this_thread::get_id());
  for (size_t part = 3; part < 9; ++part) EXPECT_EQ(first[part], first[part - 3]);
  EXPECT_EQ(std::set<std::thread::id>(first.begin(), first.end()).size(), 3u);
}

TEST(ThreadPool, manyShortJobsWithPausesInBetween) {
  ThreadPool& pool = poolOf(4);
  std::vector<long> sums(4, 0);
  for (int round = 0; round < 3000; ++round) {
    pool.parallel(round % 5, [&](int part) { sums[static_cast<size_t>(part)] += part; });
    if (round % 100 == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));  // workers fall asleep
  }
  EXPECT_EQ(sums, (std::vector<long>{0, 1800, 2400, 1800}));
}

TEST(ThreadPool, nestedWorkRunsInline) {
  ThreadPool& pool = poolOf(3);
  std::atomic<int> count = 0;
  std::atomic<bool> wandered = false;
  pool.parallel(3, [&](int) {
    const auto self = std::this_thread::get_id();
    pool.parallel(4, [&](int) {
      if (std::this_thread::get_id() != self) wandered = true;
      ++count;
    });
  });
  EXPECT_EQ(count, 12);
  EXPECT_FALSE(wandered);
}

TEST(ThreadPool, contextsInSeveralThreads) {
  ThreadPool& pool = poolOf(2);
  std::atomic<long> total = 0;
  std::vector<std::thread> contexts;
  for (int context = 0; context < 4; ++context)
    contexts.emplace_back([&] {
      for (int round = 0; round < 500; ++round) {
        std::vector<int> values(3, 0);
        pool.parallel(3, [&](int part) { values[static_cast<size_t>(part)] = part + 1; });
        total += values[0] + values[1] + values[2];
      }
    });
  for (std::thread& context : contexts) context.join();
  EXPECT_EQ(total, 4 * 500 * 6);
}

TEST(ThreadPool, workersTakeTheCallersFloatingPointMode) {
  ThreadPool& pool = poolOf(3);
  const auto tinies = [&] {
    std::vector<float> results(3);
    pool.parallel(3, [&](int part) {
      volatile float tiny = 1e-40f;
      results[static_cast<size_t>(part)] = tiny * 1.0f;
    });
    return results;
  };
  {
    const FlushDenormals flush;
    EXPECT_EQ(tinies(), std::vector<float>(3, 0.0f));
  }
  EXPECT_EQ(tinies(), std::vector<float>(3, 1e-40f));
}

TEST(ThreadPool, allocatesNothing) {
  ThreadPool& pool = poolOf(3);
  std::atomic<int> count = 0;
  pool.parallel(3, [&](int) { ++count; });
  const long before = allocations;
  for (int round = 0; round < 100; ++round) pool.parallel(7, [&](int) { ++count; });
  EXPECT_EQ(allocations, before);
}

// Who ran which part; every thread writes its own row.
class Recorder final : public PoolObserver {
 public:
  struct Ran {
    int part = -1;
    std::thread::id thread;
    int64_t begin = 0, end = 0;
  };
  void ran(int part, int thread, int64_t begin, int64_t end) noexcept override {
    auto& row = rows[static_cast<size_t>(thread)];
    const size_t at = counts[static_cast<size_t>(thread)]++;
    if (at < row.size()) row[at] = {part, std::this_thread::get_id(), begin, end};
  }
  std::array<std::array<Ran, 8>, 4> rows;
  std::array<size_t, 4> counts{};
};

TEST(ThreadPool, anObserverIsToldWhoRanWhat) {
  ThreadPool& pool = poolOf(3);
  Recorder recorder;
  pool.observe(&recorder);
  std::vector<std::thread::id> ids(7);
  const long before = allocations;
  pool.parallel(7, [&](int part) { ids[static_cast<size_t>(part)] = std::this_thread::get_id(); });
  EXPECT_EQ(allocations, before);
  pool.observe(nullptr);
  pool.parallel(7, [](int) {});  // nobody is told
  EXPECT_EQ(recorder.counts, (std::array<size_t, 4>{3, 2, 2, 0}));
  for (int part = 0; part < 7; ++part) {
    const Recorder::Ran& ran = recorder.rows[static_cast<size_t>(part % 3)][static_cast<size_t>(part / 3)];
    EXPECT_EQ(ran.part, part);
    EXPECT_EQ(ran.thread, ids[static_cast<size_t>(part)]);
    EXPECT_LE(ran.begin, ran.end);
    if (part >= 3) {
      EXPECT_GE(ran.begin,
                recorder.rows[static_cast<size_t>(part % 3)][static_cast<size_t>(part / 3 - 1)].end);
    }
  }
}

TEST(ThreadPool, anObserverIsNotToldOfWhatRunsAlone) {
  Recorder recorder;
  ThreadPool& pool = poolOf(3);
  pool.observe(&recorder);
  pool.parallel(1, [](int) {});
  pool.parallel(3, [&](int) { pool.parallel(4, [](int) {}); });
  pool.observe(nullptr);
  EXPECT_EQ(recorder.counts, (std::array<size_t, 4>{1, 1, 1, 0}));
}

TEST(ThreadPool, theChildOfAForkComputesAlone) {
  ThreadPool& pool = poolOf(3);
  pool.parallel(3, [](int) {});
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    int sum = 0;
    ThreadPool::instance().parallel(5, [&](int part) { sum += part; });
    _exit(sum == 10 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace ridge

// Counts what the whole program allocates. Inlined, GCC takes the pairs for mismatched.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++ridge::allocations;
  if (void* block = std::malloc(size ? size : 1)) return block;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* block) noexcept {
  std::free(block);
}
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept {
  std::free(block);
}
