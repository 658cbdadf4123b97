// The file of measurements, which other programs write and damage.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "analyze/machine/measured.h"
#include "support/temporary_folder.h"

namespace ridge::analyze {
namespace {

class Store : public testing::Test {
 protected:
  Store() { setenv("XDG_CACHE_HOME", folder_.file("cache").c_str(), 1); }
  ~Store() override {
    unsetenv("XDG_CACHE_HOME");
    unsetenv("RIDGE_ISA");
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  static MeasuredMachine machine(int threads = 2) {
    MeasuredMachine made;
    made.cpu = cpuInfo().model;
    made.date = "2026-11-21";
    made.isa = activeIsa();
    made.threads = threads;
    made.peaks = {{activeIsa(), Precision::fp32, threads, {3e11, 2.5e11}},
                  {Isa::generic, Precision::int8, 1, {1e10, 1e10}},
                  {activeIsa(), Precision::bf16, threads, {2e12, 1e12}, true}};
    made.bandwidths = {{"DRAM", Traffic::copy, threads, {3e10, 1e10}}};
    made.forkJoinSeconds = 2e-7;
    made.stepSeconds = 4e-8;
    made.clockHz = 2.8e9;
    return made;
  }

  std::string text() const { return folder_.read("cache/ridge/machine.json"); }
  void write(const std::string& content) const { folder_.write("cache/ridge/machine.json", content); }
  /// A file with one entry of this machine whose member `key` is `value`.
  void writeWith(const std::string& key, const std::string& value) const {
    std::filesystem::remove_all(folder_.file("cache"));
    ASSERT_EQ(storeMeasurement(machine()), "");
    std::string content = text();
    const size_t at = content.find('"' + key + '"');
    ASSERT_NE(at, std::string::npos) << key;
    content.insert(at, fmt::format("\"{}\": {}, \"was_", key, value));
    content.erase(content.find("\"was_") + 5, 1);
    write(content);
  }

  test::TemporaryFolder folder_;
};

TEST_F(Store, ComesBack) {
  EXPECT_EQ(storedMeasurement(2), std::nullopt);
  const MeasuredMachine stored = machine();
  EXPECT_EQ(storeMeasurement(stored), "");
  const auto found = storedMeasurement(2);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->date, stored.date);
  EXPECT_EQ(found->isa, stored.isa);
  EXPECT_EQ(found->threads, 2);
  EXPECT_FALSE(found->quick);
  EXPECT_TRUE(found->quiet);
  ASSERT_EQ(found->peaks.size(), 3U);
  EXPECT_FALSE(found->peaks[0].matrixUnits);
  EXPECT_TRUE(found->peaks[2].matrixUnits);
  EXPECT_EQ(found->matrixPeak(Precision::bf16, 2)->opsPerS.best, 2e12);
  EXPECT_EQ(found->peak(activeIsa(), Precision::bf16, 2), nullptr);
  EXPECT_EQ(found->peaks[0].opsPerS.best, 3e11);
  EXPECT_EQ(found->peaks[1].precision, Precision::int8);
  EXPECT_EQ(found->peaks[1].isa, Isa::generic);
  ASSERT_EQ(found->bandwidths.size(), 1U);
  EXPECT_EQ(found->bandwidths[0].traffic, Traffic::copy);
  EXPECT_EQ(found->bandwidths[0].bytesPerS.median, 1e10);
  EXPECT_EQ(found->forkJoinSeconds, stored.forkJoinSeconds);
  EXPECT_EQ(found->stepSeconds, stored.stepSeconds);
  EXPECT_EQ(found->clockHz, stored.clockHz);
}

TEST_F(Store, ThreadsAndInstructionSetAreParts) {
  storeMeasurement(machine(2));
  EXPECT_FALSE(storedMeasurement(1));
  storeMeasurement(machine(1));
  EXPECT_EQ(storedMeasurement(1)->threads, 1);
  EXPECT_EQ(storedMeasurement(2)->threads, 2);
  if (activeIsa() == Isa::generic) return;
  setenv("RIDGE_ISA", "generic", 1);
  EXPECT_FALSE(storedMeasurement(2));
}

TEST_F(Store, WhatSaysMoreStays) {
  MeasuredMachine full = machine(), quick = machine(), noisy = machine();
  quick.quick = true, quick.date = "2026-11-22";
  noisy.quiet = false, noisy.whyNotQuiet = "other programs used 0.8 cores", noisy.date = "2026-11-23";
  EXPECT_EQ(storeMeasurement(quick), "");
  EXPECT_EQ(storeMeasurement(noisy), "");
  EXPECT_EQ(storedMeasurement(2)->whyNotQuiet, noisy.whyNotQuiet);
  EXPECT_NE(storeMeasurement(quick).find("2026-11-23"), std::string::npos);
  EXPECT_EQ(storeMeasurement(full), "");
  EXPECT_NE(storeMeasurement(noisy), "");
  EXPECT_EQ(storedMeasurement(2)->date, full.date);
  full.date = "2026-12-01";
  EXPECT_EQ(storeMeasurement(full), "");
  EXPECT_EQ(storedMeasurement(2)->date, full.date);
}

TEST_F(Store, DamagedFilesAreBegunAnew) {
  const std::string deep(200'000, '[');
  const std::string nested = "{\"machines\": [" + deep + std::string(200'000, ']') + "]}";
  for (const std::string& content :
       {std::string("{"), std::string("null"), std::string("[1]"), std::string("{\"machines\": 3}"), deep,
        nested, std::string("\0\xff\xfe", 3), std::string(2 << 20, ' ')}) {
    write(content);
    EXPECT_FALSE(storedMeasurement(2));
    EXPECT_NE(storeMeasurement(machine()).find("begun anew"), std::string::npos);
    EXPECT_TRUE(storedMeasurement(2));
  }
}

TEST_F(Store, EntriesThatCannotBeAreIgnored) {
  for (const char* peaks : {"[]",
                            "3",
                            "\"text\"",
                            "null",
                            "{\"a\": [1]}",
                            "[[]]",
                            "[[\"avx2\"]]",
                            "[[\"avx9\", \"fp32\", 2, [2, 1]]]",
                            "[[\"generic\", \"fp99\", 2, [2, 1]]]",
                            "[[\"generic\", \"fp32\", 0, [2, 1]]]",
                            "[[\"generic\", \"fp32\", 1e300, [2, 1]]]",
                            "[[\"generic\", \"fp32\", 18446744073709551615, [2, 1]]]",
                            "[[\"generic\", \"fp32\", 2, [1, 2]]]",
                            "[[\"generic\", \"fp32\", 2, [-1, -2]]]",
                            "[[\"generic\", \"fp32\", 2, [2, 0]]]",
                            "[[\"generic\", \"fp32\", 2, [1e30, 1]]]",
                            "[[\"generic\", \"fp32\", 2, [\"2\", 1]]]",
                            "[[\"generic\", \"fp32\", 2, [2]]]",
                            "[[\"generic\", \"fp32\", 2, 2]]",
                            "[[\"generic\", \"fp32\", 2, [2, 1], \"vector\"]]",
                            "[[\"generic\", \"fp32\", 2, [2, 1], \"matrix\", 1]]",
                            "[[[], {}, 2, [2, 1]]]"}) {
    writeWith("peaks", peaks);
    EXPECT_FALSE(storedMeasurement(2)) << peaks;
  }
  std::string many = "[";
  for (int at = 0; at < 1000; ++at) many += "[\"generic\",\"fp32\",1,[2,1]],";
  writeWith("peaks", many + "[]]");
  EXPECT_FALSE(storedMeasurement(2));
  writeWith("peaks", "[[\"generic\", \"fp32\", 1, [2, 1]], 7, [\"generic\", \"fp32\", 1, [1, 2]]]");
  ASSERT_TRUE(storedMeasurement(2));
  EXPECT_EQ(storedMeasurement(2)->peaks.size(), 1U);
}

TEST_F(Store, OtherMembersAreBelievedOnlyIfTheyCanBe) {
  writeWith("bandwidths", "{\"L1\": 3}");
  EXPECT_TRUE(storedMeasurement(2)->bandwidths.empty());
  writeWith("bandwidths",
            "[[\"L9\", \"read\", 1, [2, 1]], [\"L1\", \"eat\", 1, [2, 1]], [\"L1\", \"read\", 1, [2, 1]]]");
  EXPECT_EQ(storedMeasurement(2)->bandwidths.size(), 1U);
  for (const char* value : {"-1", "1e999", "1e30", "\"x\"", "[]"}) {
    writeWith("clock_hz", value);
    if (const auto found = storedMeasurement(2)) {  // 1e999 is no JSON number for the reader
      EXPECT_EQ(found->clockHz, 0) << value;
    }
  }
  writeWith("fork_join_s", "100");
  EXPECT_EQ(storedMeasurement(2)->forkJoinSeconds, 0);
  writeWith("quiet", "\"yes\"");
  EXPECT_FALSE(storedMeasurement(2)->quiet);
  writeWith("why_not_quiet", "\"\\u001b[31m\"");
  EXPECT_EQ(storedMeasurement(2)->whyNotQuiet.find('\x1b'), std::string::npos);
}

TEST_F(Store, OldRevisionsAreNotBelieved) {
  storeMeasurement(machine());
  std::string content = text();
  const std::string revision = fmt::format("\"revision\": {}", kProbeRevision);
  const size_t at = content.find(revision);
  ASSERT_NE(at, std::string::npos);
  content.replace(at, revision.size(), "\"revision\": 0");
  write(content);
  EXPECT_FALSE(storedMeasurement(2));
}

TEST_F(Store, KeepsOthersAndForgetsTheOldest) {
  std::string others;
  for (int at = 0; at < 100; ++at) others += fmt::format("{{\"key\": \"machine {}\"}},", at);
  write("{\"machines\": [" + others + "7]}");
  EXPECT_EQ(storeMeasurement(machine()), "");
  EXPECT_TRUE(storedMeasurement(2));
  EXPECT_EQ(text().find("\"machine 0\""), std::string::npos);
  EXPECT_NE(text().find("\"machine 99\""), std::string::npos);
}

TEST_F(Store, AnUnwritablePlaceIsASentence) {
  folder_.write("cache/ridge/machine.json/inside", "");
  EXPECT_NE(storeMeasurement(machine()), "");
  EXPECT_FALSE(storedMeasurement(2));
  setenv("XDG_CACHE_HOME", "/proc/nowhere", 1);
  EXPECT_NE(storeMeasurement(machine()).find("not stored"), std::string::npos);
  EXPECT_FALSE(storedMeasurement(2));
  folder_.write("file", "");
  setenv("XDG_CACHE_HOME", folder_.file("file").c_str(), 1);
  EXPECT_NE(storeMeasurement(machine()), "");
}

// A pipe has nobody who writes or reads it: whoever opened it in the usual way would wait for ever.
TEST_F(Store, OnlyRegularFilesAreReadAndWritten) {
  const std::string place = folder_.file("cache/ridge/machine.json");
  std::filesystem::create_directories(folder_.file("cache/ridge"));
  alarm(60);
  ASSERT_EQ(mkfifo(place.c_str(), 0600), 0);
  EXPECT_FALSE(storedMeasurement(2));
  EXPECT_NE(storeMeasurement(machine()).find("is no regular file"), std::string::npos);
  for (const char* target : {"/dev/zero", "/proc/self", "/proc/kmsg"}) {
    std::filesystem::remove(place);
    std::filesystem::create_symlink(target, place);
    EXPECT_FALSE(storedMeasurement(2)) << target;
    EXPECT_NE(storeMeasurement(machine()).find("not stored"), std::string::npos) << target;
  }
  alarm(0);
}

TEST_F(Store, ALinkToARegularFileIsFollowed) {
  std::filesystem::create_directories(folder_.file("cache/ridge"));
  std::filesystem::create_symlink(folder_.file("elsewhere.json"), folder_.file("cache/ridge/machine.json"));
  folder_.write("elsewhere.json", "{\"machines\": []}");
  EXPECT_EQ(storeMeasurement(machine()), "");
  EXPECT_TRUE(storedMeasurement(2));
  EXPECT_TRUE(std::filesystem::is_symlink(folder_.file("cache/ridge/machine.json")));
}

TEST_F(Store, ManyWritersLoseNothing) {
  std::vector<std::thread> writers;
  for (int threads = 1; threads <= 8; ++threads)
    writers.emplace_back([threads] { storeMeasurement(machine(threads)); });
  for (std::thread& writer : writers) writer.join();
  for (int threads = 1; threads <= 8; ++threads) EXPECT_TRUE(storedMeasurement(threads)) << threads;
}

}  // namespace
}  // namespace ridge::analyze
