// Contexts in several threads over one engine. Runs under the thread sanitizer too.
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

}  // namespace
}  // namespace ridge::test
