#include "base/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

#include "base/atomic_file.h"
#include "base/error.h"

namespace ridge {
namespace {

std::atomic<bool> raised{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler writes it");

extern "C" void onInterrupt(int) {
  if (raised.exchange(true)) {
    removeTemporaries();
    _exit(static_cast<int>(ErrorCode::interrupted));
  }
}

/// nohup began this program: it is to go on without its terminal.
bool ignoresHangup() {
  struct sigaction before {};
  return sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler == SIG_IGN;
}

}  // namespace

void installInterruptHandler() {
  struct sigaction action {};
  action.sa_handler = onInterrupt;
  sigemptyset(&action.sa_mask);
  action.sa_flags = 0;  // no SA_RESTART: who waits in open, read or flock is to notice
  // Shells ignore SIGINT for what scripts begin in the background; who sends it there means it.
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
  if (!ignoresHangup()) sigaction(SIGHUP, &action, nullptr);
  // Writes beyond a closed pipe or a limit of file size then fail like any other.
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
  sigaction(SIGXFSZ, &action, nullptr);
}

bool interrupted() noexcept {
  return raised.load(std::memory_order_relaxed);
}

void throwIfInterrupted() {
  if (interrupted()) throw Error(ErrorCode::interrupted, "interrupted");
}

void requestInterrupt() noexcept {
  raised = true;
}
void clearInterrupt() noexcept {
  raised = false;
}

}  // namespace ridge
