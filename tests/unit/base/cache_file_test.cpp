// Files of the cache, in whose place others may have put anything.
#include "base/cache_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "support/temporary_folder.h"

namespace ridge {
namespace {

constexpr uintmax_t kMost = 100;

TEST(ReadCache, GivesTheContentOfRegularFiles) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(readCache(folder.write("a", "hello"), kMost), "hello");
  EXPECT_EQ(readCache(folder.write("zeros", std::string("\0x\0", 3)), kMost), std::string("\0x\0", 3));
  EXPECT_EQ(readCache(folder.write("full", std::string(kMost, 'x')), kMost).size(), kMost);
  EXPECT_EQ(readCache(folder.write("large", std::string(kMost + 1, 'x')), kMost), "");
  EXPECT_EQ(readCache(folder.file("missing"), kMost), "");
  std::filesystem::create_symlink(folder.file("a"), folder.file("link"));
  EXPECT_EQ(readCache(folder.file("link"), kMost), "hello");
}

// Opened in the usual way, a pipe waits for a writer, and the kernel's log for the next message.
TEST(ReadCache, NeverWaits) {
  const test::TemporaryFolder folder;
  const std::string pipe = folder.file("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  alarm(60);
  EXPECT_EQ(readCache(pipe, kMost), "");
  for (const char* path : {"/proc/kmsg", "/dev/zero", "/dev/tty", "/proc/self", "/proc/self/stat"})
    EXPECT_EQ(readCache(path, kMost), "") << path;
  alarm(0);
}

TEST(FileLock, IsNotHeldWhereNoCacheCanBe) {
  const test::TemporaryFolder folder;
  EXPECT_TRUE(FileLock(folder.file("missing")).held());
  EXPECT_TRUE(FileLock(folder.write("file", "x")).held());
  EXPECT_FALSE(FileLock(folder.file("no/folder")).held());
  const std::string pipe = folder.file("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_TRUE(blocksCache(pipe));
  EXPECT_FALSE(blocksCache(folder.file("file")));
  EXPECT_FALSE(blocksCache(folder.file("missing")));
  EXPECT_FALSE(FileLock(pipe).held());
}

}  // namespace
}  // namespace ridge
