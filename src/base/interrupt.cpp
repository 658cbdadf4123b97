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

/// A signal that is ignored already stays so: who began this program, with nohup for one, wants that.
void installUnlessIgnored(int signal, const struct sigaction& action) {
  struct sigaction before {};
  if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) return;
  sigaction(signal, &action, nullptr);
}

}  // namespace

void installInterruptHandler() {
  struct sigaction action {};
  action.sa_handler = onInterrupt;
  sigemptyset(&action.sa_mask);
  action.sa_flags = 0;  // no SA_RESTART: who waits in open, read or flock is to notice
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) installUnlessIgnored(signal, action);
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
