#include "base/interrupt.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomic_file.h"
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

TEST(Interrupt, theSecondSignalRemovesTemporariesAndExits) {
  const TemporaryFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    installInterruptHandler();
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

}  // namespace
}  // namespace ridge
