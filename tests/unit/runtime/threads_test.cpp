// Contexts in several threads over one engine. Runs under the thread sanitizer too.
#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include "api/load.h"
#include "base/thread_pool.h"
#include "engine/engine_file.h"
#include "support/temporary_folder.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

constexpr int kThreads = 4, kRuns = 5;

TEST(Threads, ContextsOfOneEngineDoNotDisturbEachOther) {
  for (const std::string device : {"cpu", "reference"}) {
    const auto executable = makeExecutable(buildTour(device).data, 0);
    std::vector<Answers> alone;
    for (int thread = 0; thread < kThreads; ++thread)
      alone.push_back(answer(executable, static_cast<unsigned>(thread)));
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread)
      threads.emplace_back([&, thread] {
        ExecutionContext context(executable);
        setInputs(context, static_cast<unsigned>(thread));
        for (int run = 0; run < kRuns; ++run) {
          context.execute();
          expectSameBits(outputsOf(context), alone[static_cast<size_t>(thread)]);
        }
      });
    for (std::thread& thread : threads) thread.join();
  }
}

TEST(Threads, ALoadedEngineMakesPlansForAllOfThem) {
  const TemporaryFolder folder;
  writeEngine(buildTour().data, folder.file("tour.ridge"));
  const LoadedEngine engine = loadEngine(folder.file("tour.ridge"));
  std::vector<std::thread> threads;
  for (int64_t thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&, thread] {
      const int64_t size = 1 + thread % 3;
      const Answers got = answer(engine.plans->planFor({{"x", {size, 3, 8, 8}}}));
      EXPECT_EQ(got.at("probabilities").dims(), (Dims{size, 10}));
    });
  for (std::thread& thread : threads) thread.join();
}

TEST(Threads, BuildsRunBesideExecutions) {
  const auto executable = makeExecutable(buildTour().data, 0);
  const Answers alone = answer(executable);
  std::thread builder([] { buildTour(); });
  for (int run = 0; run < kRuns; ++run) expectSameBits(answer(executable), alone);
  builder.join();
}

/// Every thread of the pool adds to numbers of its own.
class Counter final : public PoolObserver {
 public:
  void ran(int, int thread, int64_t begin, int64_t end) noexcept override {
    Row& row = rows_[static_cast<size_t>(thread)];
    ++row.parts;
    row.nanoseconds += end - begin;
  }
  int64_t parts() const {
    int64_t sum = 0;
    for (const Row& row : rows_) sum += row.parts;
    return sum;
  }
  int64_t nanoseconds() const {
    int64_t sum = 0;
    for (const Row& row : rows_) sum += row.nanoseconds;
    return sum;
  }

 private:
  struct alignas(64) Row {
    int64_t parts = 0, nanoseconds = 0;
  };
  std::array<Row, kThreads> rows_;
};

TEST(Threads, ThePoolIsObservedWhileContextsRun) {
  ThreadPool& pool = ThreadPool::instance();
  const int before = pool.threads();
  pool.setThreads(kThreads);
  std::atomic<bool> done = false;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 2; ++thread)
    threads.emplace_back([&] {
      while (!done) {
        std::array<int, 9> numbers{};
        pool.parallel(9, [&](int part) { numbers[static_cast<size_t>(part)] = part; });
        std::this_thread::sleep_for(std::chrono::microseconds(200));
      }
    });
  for (int round = 0; round < 20; ++round) {
    Counter counter;
    pool.observe(&counter);
    std::array<int, 9> numbers{};
    pool.parallel(9, [&](int part) { numbers[static_cast<size_t>(part)] = part; });
    pool.observe(nullptr);
    // The last call has come: these are plain numbers.
    EXPECT_EQ(counter.parts() % 9, 0);
    EXPECT_GE(counter.nanoseconds(), 0);
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  pool.setThreads(before);
}

}  // namespace
}  // namespace ridge::test
