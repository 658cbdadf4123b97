#include "common/isolate.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/clock.h"
#include "base/error.h"
#include "base/interrupt.h"

namespace ridge::tool {

namespace {

using Work = std::function<void(const std::function<void(const std::string&)>&)>;

constexpr int kNotFinished = 119;  // exit code of a process whose work threw

/// The forked process; ended and waited for at the latest when this goes.
class Child {
 public:
  explicit Child(const Work& work) {
    int ends[2];
    if (pipe(ends) != 0) failMachine("there can be no pipe", "this process", "close other programs");
    id_ = fork();
    if (id_ == 0) {
      close(ends[0]);
      runAndExit(work, ends[1]);
    }
    close(ends[1]);
    from_ = ends[0];
    if (id_ < 0) {
      close(from_);
      failMachine("there can be no further process", "this process", "close other programs");
    }
  }
  ~Child() {
    if (!waited_) kill(id_, SIGKILL);
    wait();
    close(from_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Reads until the end of what the process writes; false when that is not there in time.
  bool readAll(std::string& text, double seconds) {
    const auto start = Clock::now();
    char buffer[4096];
    while (secondsSince(start) < seconds) {
      throwIfInterrupted();
      pollfd waiting{from_, POLLIN, 0};
      if (poll(&waiting, 1, 100) <= 0) continue;
      const ssize_t count = read(from_, buffer, sizeof buffer);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return true;
      text.append(buffer, static_cast<size_t>(count));
    }
    return false;
  }

  /// The status of waitpid.
  int wait() {
    while (!waited_ && waitpid(id_, &status_, 0) < 0 && errno == EINTR) {
    }
    waited_ = true;
    return status_;
  }

 private:
  /// Leaves without destructors: they belong to the process that made the objects.
  [[noreturn]] static void runAndExit(const Work& work, int to) {
    const auto say = [to](const std::string& text) {
      for (size_t at = 0; at < text.size();) {
        const ssize_t count = write(to, text.data() + at, text.size() - at);
        if (count < 0 && errno != EINTR) _exit(kNotFinished);
        at += static_cast<size_t>(std::max<ssize_t>(count, 0));
      }
    };
    try {
      work(say);
    } catch (...) {
      _exit(kNotFinished);
    }
    _exit(0);
  }

  pid_t id_ = -1;
  int from_ = -1, status_ = 0;
  bool waited_ = false;
};

}  // namespace

IsolatedResult runIsolated(const Work& work, double seconds) {
  IsolatedResult result;
  Child child(work);
  if (!child.readAll(result.said, seconds)) {
    result.problem = fmt::format("took more than {:g} seconds", seconds);
    return result;
  }
  const int status = child.wait();
  if (WIFSIGNALED(status))
    result.problem = fmt::format("crashed: {}", strsignal(WTERMSIG(status)));
  else if (WEXITSTATUS(status) != 0)
    result.problem = fmt::format("ended with exit code {}", WEXITSTATUS(status));
  return result;
}

}  // namespace ridge::tool
