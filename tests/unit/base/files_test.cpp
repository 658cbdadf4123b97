#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "base/atomic_file.h"
#include "base/mapped_file.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace ridge {
namespace {

using test::expectError;
using test::TemporaryFolder;

TEST(MappedFile, givesTheContent) {
  const TemporaryFolder folder;
  EXPECT_EQ(MappedFile::open(folder.write("a", "hello"))->text(), "hello");
  EXPECT_EQ(MappedFile::open(folder.write("empty", ""))->bytes().size(), 0u);
}

TEST(MappedFile, readsPipesAndSpecialFiles) {
  const TemporaryFolder folder;
  const std::string pipe = folder.file("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::string content(300'000, 'x');
  std::thread writer([&] {
    AtomicFile file(pipe);
    file.write(content);
    file.commit();
  });
  EXPECT_EQ(MappedFile::open(pipe)->text(), content);
  writer.join();
  EXPECT_GT(MappedFile::open("/proc/self/cgroup")->bytes().size(), 0u);
  EXPECT_EQ(MappedFile::open("/dev/null")->bytes().size(), 0u);
  expectError(ErrorCode::input, "/dev/zero", [] { MappedFile::open("/dev/zero", 1 << 20); });
}

TEST(MappedFile, errorsNameThePath) {
  const TemporaryFolder folder;
  expectError(ErrorCode::input, "nowhere", [&] { MappedFile::open(folder.file("nowhere")); });
  expectError(ErrorCode::input, "folder", [&] { MappedFile::open(folder.file("")); });
  expectError(ErrorCode::input, "no such file", [] { MappedFile::open(std::string("/dev/null\0x", 11)); });
}

TEST(AtomicFile, appearsOnlyWithCommit) {
  const TemporaryFolder folder;
  {
    AtomicFile file(folder.file("out"));
    file.write("never seen");
    EXPECT_EQ(folder.entries(), 1);  // the temporary
  }
  EXPECT_EQ(folder.entries(), 0);
  AtomicFile file(folder.file("out"));
  file.write("ab");
  file.align(8);
  file.write(std::string(1 << 20, 'c'));
  EXPECT_EQ(file.written(), 8 + (1 << 20));
  file.commit();
  EXPECT_EQ(folder.entries(), 1);
  EXPECT_EQ(folder.read("out"), std::string("ab\0\0\0\0\0\0", 8) + std::string(1 << 20, 'c'));
}

TEST(AtomicFile, keepsTheOldFileUntilThen) {
  const TemporaryFolder folder;
  const std::string path = folder.write("out", "old");
  chmod(path.c_str(), 0640);
  AtomicFile file(path);
  file.write("new");
  EXPECT_EQ(folder.read("out"), "old");
  file.commit();
  EXPECT_EQ(folder.read("out"), "new");
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0640u);
}

TEST(AtomicFile, newFilesHaveTheUsualPermissions) {
  const TemporaryFolder folder;
  const mode_t before = umask(027);
  writeFileAtomically(folder.file("out"), "x");
  umask(before);
  struct stat status {};
  ASSERT_EQ(stat(folder.file("out").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0640u);
}

TEST(AtomicFile, followsLinks) {
  const TemporaryFolder folder;
  folder.write("real/file", "old");
  ASSERT_EQ(symlink("real/file", folder.file("link").c_str()), 0);
  writeFileAtomically(folder.file("link"), "new");
  EXPECT_EQ(folder.read("real/file"), "new");
  struct stat status {};
  ASSERT_EQ(lstat(folder.file("link").c_str(), &status), 0);
  EXPECT_TRUE(S_ISLNK(status.st_mode));
}

TEST(AtomicFile, writesSpecialFilesDirectly) {
  writeFileAtomically("/dev/null", "x");
  struct stat status {};
  ASSERT_EQ(stat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
}

TEST(AtomicFile, failuresNameThePath) {
  const TemporaryFolder folder;
  expectError(ErrorCode::machine, "missing/out", [&] { AtomicFile file(folder.file("missing/out")); });
  expectError(ErrorCode::machine, "directory", [&] { AtomicFile file(folder.file("")); });
  expectError(ErrorCode::machine, "cannot write", [] { AtomicFile file(""); });
  expectError(ErrorCode::machine, "free some space", [] { writeFileAtomically("/dev/full", "x"); });
}

TEST(AtomicFile, longNamesWork) {
  const TemporaryFolder folder;
  const std::string name(255, 'n');
  writeFileAtomically(folder.file(name), "x");
  EXPECT_EQ(folder.read(name), "x");
}

TEST(AtomicFile, temporariesCanBeRemovedAtOnce) {
  const TemporaryFolder folder;
  AtomicFile first(folder.file("a")), second(folder.file("b"));
  AtomicFile done(folder.file("c"));
  done.commit();
  EXPECT_EQ(folder.entries(), 3);
  removeTemporaries();
  EXPECT_EQ(folder.entries(), 1);
  EXPECT_EQ(folder.read("c"), "");
}

TEST(AtomicFile, moreThanAreRemembered) {
  const TemporaryFolder folder;
  std::vector<std::unique_ptr<AtomicFile>> files;
  for (int number = 0; number < 50; ++number)
    files.push_back(std::make_unique<AtomicFile>(folder.file(std::to_string(number))));
  for (const auto& file : files) file->commit();
  EXPECT_EQ(folder.entries(), 50);
}

}  // namespace
}  // namespace ridge
