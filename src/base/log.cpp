#include "base/log.h"

#include <atomic>
#include <limits>
#include <memory>
#include <mutex>

namespace ridge {
namespace {

constexpr int kNobodyListens = std::numeric_limits<int>::max();
std::atomic<int> leastLevel{kNobodyListens};

struct Listener {
  std::mutex mutex;
  std::shared_ptr<const LogSink> sink;
};

Listener& listener() {
  static auto* const only = new Listener;  // never destroyed: other statics may log late
  return *only;
}

}  // namespace

void setLogSink(LogSink sink, LogLevel least) {
  Listener& to = listener();
  const std::lock_guard lock(to.mutex);
  leastLevel = sink ? static_cast<int>(least) : kNobodyListens;
  to.sink = sink ? std::make_shared<const LogSink>(std::move(sink)) : nullptr;
}

bool logs(LogLevel level) noexcept {
  return static_cast<int>(level) >= leastLevel.load(std::memory_order_relaxed);
}

void logMessage(LogLevel level, std::string_view message) {
  if (!logs(level)) return;
  std::shared_ptr<const LogSink> sink;
  {
    Listener& from = listener();
    const std::lock_guard lock(from.mutex);
    sink = from.sink;
  }
  if (sink) (*sink)(level, message);
}

}  // namespace ridge
