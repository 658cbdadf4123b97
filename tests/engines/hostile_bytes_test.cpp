// Changed bytes under checksums that fit: the FlatBuffers verifier, the validator and the tactics' own checks
// are what stands between the file and the kernels.
#include <random>

#include "api/load.h"
#include "base/thread_pool.h"
#include "engine/engine_file.h"
#include "seal.h"
#include "support/temporary_folder.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

bool loadsAndRuns(const std::string& path) {
  try {
    const LoadedEngine engine = loadEngine(path);
    ExecutionContext context(engine.plans->first());
    context.execute();
    return true;
  } catch (const Error& error) {
    EXPECT_NE(error.code(), ErrorCode::internal) << error.what();
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return false;
  }
}

class HostileBytes : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { ThreadPool::instance().setThreads(1); }  // much the fastest for so little work
};

TEST_P(HostileBytes, ChangedMetadataIsRefusedOrRuns) {
  const TemporaryFolder folder;
  writeEngine(buildTour(GetParam()).data, folder.file("good.ridge"));
  const std::string good = folder.read("good.ridge");
  const auto [first, size] = metadataOf(good);
  ASSERT_GT(size, 1000U);
  int ran = 0;
  constexpr unsigned kSeeds = 2000;
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::string bad = good;
    for (auto count = 1 + random() % 3; count > 0; --count) {
      char& byte = bad[first + random() % size];
      // Small numbers are what offsets, counts, enumerations and dimensions are made of.
      byte = random() % 2 ? static_cast<char>(random() % 16) : static_cast<char>(byte ^ (1 << random() % 8));
    }
    reseal(bad);
    ran += loadsAndRuns(folder.write("bad.ridge", bad));
  }
  EXPECT_GT(ran, 0);
  EXPECT_LT(ran, static_cast<int>(kSeeds));
}

TEST_P(HostileBytes, ChangedHeadersAndTablesAreRefusedOrRun) {
  const TemporaryFolder folder;
  writeEngine(buildTour(GetParam()).data, folder.file("good.ridge"));
  const std::string good = folder.read("good.ridge");
  for (unsigned seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::string bad = good;
    char& byte = bad[8 + random() % 160];
    byte = random() % 2 ? static_cast<char>(random()) : static_cast<char>(byte ^ (1 << random() % 8));
    reseal(bad);
    loadsAndRuns(folder.write("bad.ridge", bad));
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, HostileBytes, testing::Values("cpu", "reference"),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace ridge::test
