#include "base/log.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/progress.h"

namespace ridge {
namespace {

struct Loud {
  int* formatted;
};

}  // namespace
}  // namespace ridge

template <>
struct fmt::formatter<ridge::Loud> : fmt::formatter<int> {
  template <class Context>
  auto format(const ridge::Loud& loud, Context& context) const {
    return fmt::formatter<int>::format(++*loud.formatted, context);
  }
};

namespace ridge {
namespace {

TEST(Log, nobodyListensByDefault) {
  int formatted = 0;
  logAt(LogLevel::error, "{}", Loud{&formatted});
  EXPECT_EQ(formatted, 0);
  EXPECT_FALSE(logs(LogLevel::error));
}

TEST(Log, messagesOfTheLevelReachTheSink) {
  std::vector<std::string> messages;
  setLogSink([&](LogLevel, std::string_view message) { messages.emplace_back(message); }, LogLevel::warning);
  logAt(LogLevel::info, "dropped");
  logAt(LogLevel::warning, "kept {}", 1);
  logMessage(LogLevel::error, "too");
  setLogSink({});
  logMessage(LogLevel::error, "gone");
  EXPECT_EQ(messages, (std::vector<std::string>{"kept 1", "too"}));
}

TEST(Progress, countsUp) {
  std::vector<int64_t> done;
  const ProgressSink sink = [&](const Progress& progress) {
    EXPECT_EQ(progress.phase, "tuning");
    EXPECT_EQ(progress.total, 3);
    done.push_back(progress.done);
  };
  ProgressPhase phase(sink, "tuning", 3);
  phase.advance();
  phase.advance(2);
  EXPECT_EQ(done, (std::vector<int64_t>{0, 1, 3}));
  const ProgressSink none;
  ProgressPhase(none, "silent", 1).advance();
}

}  // namespace
}  // namespace ridge
