// The timing cache as a file that others write too, and damage.
#include "plan/timing_cache.h"

#include <filesystem>

#include <gtest/gtest.h>

#include <thread>

#include "support/temporary_folder.h"

namespace ridge::test {
namespace {

TEST(TimingCache, ComesBackFromItsFile) {
  const TemporaryFolder folder;
  TimingCache cache;
  EXPECT_FALSE(cache.changed());
  cache.set("cpu|avx2|t2|conv\twith a tab", 1234);
  cache.set("cpu|avx2|t2|pool", 5);
  EXPECT_TRUE(cache.changed());
  EXPECT_EQ(cache.save(folder.file("timing")), "");
  EXPECT_FALSE(cache.changed());

  TimingCache again;
  EXPECT_EQ(again.load(folder.file("timing")), 0U);
  EXPECT_EQ(again.size(), 2U);
  EXPECT_EQ(again.find("cpu|avx2|t2|conv\twith a tab"), 1234);
  EXPECT_EQ(again.find("unknown"), std::nullopt);
  EXPECT_FALSE(again.changed());
}

TEST(TimingCache, SavingMergesAndOursWins) {
  const TemporaryFolder folder;
  folder.write("timing", "10\tshared\n20\ttheirs\n");
  TimingCache cache;
  cache.set("shared", 99);
  cache.set("ours", 30);
  EXPECT_EQ(cache.save(folder.file("timing")), "");
  EXPECT_EQ(folder.read("timing"), "30\tours\n99\tshared\n20\ttheirs\n");
}

TEST(TimingCache, AMissingFileIsEmpty) {
  TimingCache cache;
  EXPECT_EQ(cache.load("/nowhere/at/all"), 0U);
  EXPECT_EQ(cache.size(), 0U);
}

TEST(TimingCache, DamagedLinesAreSkippedAndCounted) {
  const TemporaryFolder folder;
  std::string text = "12\tgood\nno tab\n\tno time\nx\tno number\n-4\tnegative\n0\tzero\n7\t\n";
  text += "99999999999999999999\ttoo large\n5\talso good\n";
  text += std::string("\0\xff\xfe binary", 10) + "\n3\tcut off without an end";
  folder.write("timing", text);
  TimingCache cache;
  EXPECT_EQ(cache.load(folder.file("timing")), 8U);
  EXPECT_EQ(cache.size(), 3U);
  EXPECT_EQ(cache.find("good"), 12);
  EXPECT_EQ(cache.find("also good"), 5);
}

TEST(TimingCache, AnUnwritablePathIsASentence) {
  TimingCache cache;
  cache.set("key", 1);
  EXPECT_NE(cache.save("/proc/nowhere/timing"), "");
  EXPECT_TRUE(cache.changed());
  const TemporaryFolder folder;
  folder.write("file", "");
  EXPECT_NE(cache.save(folder.file("file/timing")), "");
  // A folder stands where the file belongs.
  folder.write("taken/inside", "");
  EXPECT_NE(cache.save(folder.file("taken")), "");
}

TEST(TimingCache, ManyWritersLoseNothing) {
  const TemporaryFolder folder;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer)
    writers.emplace_back([&, writer] {
      for (int at = 0; at < 5; ++at) {
        TimingCache cache;
        cache.set("key " + std::to_string(writer) + " " + std::to_string(at), 1 + at);
        EXPECT_EQ(cache.save(folder.file("timing")), "");
      }
    });
  for (std::thread& writer : writers) writer.join();
  TimingCache all;
  EXPECT_EQ(all.load(folder.file("timing")), 0U);
  EXPECT_EQ(all.size(), 20U);
}

TEST(TimingCache, TheDefaultPathFollowsTheEnvironment) {
  const auto restore = [name = "XDG_CACHE_HOME", old = std::getenv("XDG_CACHE_HOME")] {
    if (old)
      setenv(name, old, 1);
    else
      unsetenv(name);
  };
  setenv("XDG_CACHE_HOME", "/some/cache", 1);
  EXPECT_EQ(TimingCache::defaultPath(), "/some/cache/ridge/timing");
  // Only this place is made when it is not there.
  const TemporaryFolder folder;
  setenv("XDG_CACHE_HOME", folder.file("deep/er").c_str(), 1);
  TimingCache cache;
  cache.set("cpu|avx2|t2|pool", 5);
  EXPECT_NE(cache.save(folder.file("no/such/timing")), "");
  EXPECT_FALSE(std::filesystem::exists(folder.file("no")));
  EXPECT_EQ(cache.save(TimingCache::defaultPath()), "");
  restore();
}

}  // namespace
}  // namespace ridge::test
