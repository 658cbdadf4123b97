#include "base/interrupt.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/atomic_file.h"
#include "base/cache_file.h"
#include "base/mapped_file.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace ridge {
namespace {

using test::expectError;
using test::TemporaryFolder;

TEST(Interrupt, theFlagBecomesAnError) {
  throwIfInterrupted();
  requestInterrupt();
  expectError(ErrorCode::interrupted, "interrupted", [] { throwIfInterrupted(); });
  clearInterrupt();
  throwIfInterrupted();
}

TEST(Interrupt, nohupIsHeeded) {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);  // as in the background of a script
    installInterruptHandler();
    raise(SIGHUP);
    if (interrupted()) _exit(1);
    raise(SIGINT);
    _exit(interrupted() ? 0 : 2);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

/// As in a program of which no signal is ignored, however these tests were begun.
void installFromScratch() {
  for (const int one : {SIGINT, SIGTERM, SIGHUP}) signal(one, SIG_DFL);
  installInterruptHandler();
}

TEST(Interrupt, theSecondSignalRemovesTemporariesAndExits) {
  const TemporaryFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    installFromScratch();
    AtomicFile file(folder.file("out"));
    file.write("half");
    raise(SIGINT);
    if (!interrupted() || folder.entries() != 1) _exit(1);
    raise(SIGTERM);
    _exit(2);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  EXPECT_EQ(folder.entries(), 0);
}

bool sleeps(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(file, text);
  const size_t afterName = text.rfind(')');
  return afterName != std::string::npos && text.compare(afterName, 3, ") S") == 0;
}

/// Of a process that runs `wait`, which never ends by itself, and gets one signal: its exit code; -1 when the
/// signal does not end it.
int exitCodeOf(void (*wait)(const std::string&), const std::string& path) {
  const pid_t child = fork();
  if (child == 0) {
    installFromScratch();
    try {
      wait(path);
    } catch (const Error& error) {
      _exit(static_cast<int>(error.code()));
    } catch (...) {
    }
    _exit(1);
  }
  for (int hundredths = 0; hundredths < 1000 && !sleeps(child); ++hundredths) usleep(10'000);
  kill(child, SIGINT);  // once: a second signal would end it at once, whatever it does
  int status = 0;
  for (int tenths = 0; tenths < 50; ++tenths) {
    if (waitpid(child, &status, WNOHANG) == child) return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
    usleep(100'000);
  }
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return -1;
}

TEST(Interrupt, oneSignalEndsWaitingForAPipe) {
  const TemporaryFolder folder;
  const std::string pipe = folder.file("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(exitCodeOf([](const std::string& path) { MappedFile::open(path); }, pipe), 130);
  EXPECT_EQ(exitCodeOf([](const std::string& path) { AtomicFile file(path); }, pipe), 130);
}

TEST(Interrupt, oneSignalEndsWaitingForALock) {
  const TemporaryFolder folder;
  const FileLock holder(folder.file("cache"));
  ASSERT_TRUE(holder.held());
  const auto wait = [](const std::string& path) {
    const FileLock second(path);
    if (!second.held()) throwIfInterrupted();
  };
  EXPECT_EQ(exitCodeOf(wait, folder.file("cache")), 130);
}

}  // namespace
}  // namespace ridge
