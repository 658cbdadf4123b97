// Graphs by chance: every way to execute one gives the truth.
// usage: test_random_graphs [--seed N] [--graphs N] [--seconds S] [--findings N] [--counts]
#include <gtest/gtest.h>

#include <charconv>
#include <chrono>
#include <iostream>
#include <string_view>

#include "ways.h"

namespace ridge::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || !defined(NDEBUG)
constexpr int64_t kGraphs = 60;
#else
constexpr int64_t kGraphs = 1000;
#endif

struct Settings {
  int64_t seed = 1;
  int64_t graphs = kGraphs;
  int64_t seconds = 0;   ///< instead of a number of graphs
  int64_t findings = 1;  ///< stops after so many
  bool counts = false;
} settings;

std::chrono::steady_clock::time_point now() {
  return std::chrono::steady_clock::now();
}

/// Nothing when all is well; else what is wrong, with the smallest graph that shows it.
std::string problemOfSeed(uint64_t seed, OpCounts& counts) {
  try {
    const Sample sample = randomSample(seed, counts);
    for (const Way& way : waysOf(sample)) {
      const auto problem = problemOf(way, sample);
      if (!problem) continue;
      const Sample small = shrunk(way, sample);
      return way.name + ": " + *problem + "\n" + describe(small) + problemOf(way, small).value_or("") + "\n";
    }
  } catch (const std::exception& finding) {
    return finding.what();
  }
  return {};
}

TEST(RandomGraphs, EveryWayGivesTheTruth) {
  OpCounts counts;
  const auto end = now() + std::chrono::seconds(settings.seconds);
  int64_t findings = 0, done = 0;
  for (auto seed = static_cast<uint64_t>(settings.seed);; ++seed, ++done) {
    if (settings.seconds > 0 ? now() >= end : done >= settings.graphs) break;
    const std::string problem = problemOfSeed(seed, counts);
    if (problem.empty()) continue;
    ADD_FAILURE() << "--seed " << seed << " --graphs 1: " << problem;
    if (++findings >= settings.findings) break;
  }
  std::cout << done << " graphs\n";
  if (!settings.counts) return;
  for (const auto& [op, count] : counts)
    std::cout << op << " accepted " << count.first << " refused " << count.second << "\n";
}

TEST(RandomGraphs, EveryOpIsAcceptedNowAndThen) {
  if (kGraphs < 1000) GTEST_SKIP() << "enough graphs for every op take too long in this build";
  OpCounts counts;
  for (uint64_t seed = 1; seed <= 3 * kGraphs; ++seed) randomSample(seed, counts);
  EXPECT_GT(counts.size(), 150U);
  for (const auto& [op, count] : counts) EXPECT_GT(count.first, 0) << op;
}

TEST(RandomGraphs, ADifferenceIsSeen) {
  const std::vector<float> values{1, 2}, other{1, 2.001F};
  const std::vector<Tensor> want{Tensor::of({2}, std::span<const float>(values))};
  const std::vector<Tensor> got{Tensor::of({2}, std::span<const float>(other))};
  EXPECT_FALSE(difference(want, want, {0}));
  EXPECT_FALSE(difference(got, want, {0.01}));
  EXPECT_TRUE(difference(got, want, {1e-6}));
  EXPECT_TRUE(difference({Tensor::of({1, 2}, std::span<const float>(values))}, want, {1}));
}

bool take(int argc, char** argv, int& at, std::string_view flag, int64_t& value) {
  if (argv[at] != flag || at + 1 >= argc) return false;
  const std::string_view text = argv[++at];
  return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
}

bool readSettings(int argc, char** argv) {
  for (int at = 1; at < argc; ++at) {
    settings.counts = settings.counts || argv[at] == std::string_view("--counts");
    if (argv[at] == std::string_view("--counts")) continue;
    if (!take(argc, argv, at, "--seed", settings.seed) &&
        !take(argc, argv, at, "--graphs", settings.graphs) &&
        !take(argc, argv, at, "--seconds", settings.seconds) &&
        !take(argc, argv, at, "--findings", settings.findings))
      return false;
  }
  return true;
}

}  // namespace
}  // namespace ridge::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (ridge::test::readSettings(argc, argv)) return RUN_ALL_TESTS();
  std::cerr << "usage: " << argv[0] << " [--seed N] [--graphs N] [--seconds S] [--findings N] [--counts]\n";
  return 2;
}
