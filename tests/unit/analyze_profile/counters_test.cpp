#include "analyze/profile/counters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

#include "api/load.h"
#include "base/interrupt.h"
#include "support/expect_error.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

using namespace analyze;
using testing::HasSubstr;

TEST(Counters, WhereTheSystemForbidsThemThereIsASentence) {
  ExecutionContext context(makeExecutable(buildTour().data, 0));
  setInputs(context, 1);
  const StepCounts counts = countSteps(context, 0, [](Counter, int, int) { return -EACCES; });
  EXPECT_TRUE(counts.steps.empty());
  EXPECT_EQ(counts.runs, 0u);
  EXPECT_THAT(counts.note, HasSubstr("not allowed"));
  EXPECT_THAT(counts.note, HasSubstr("perf_event_paranoid"));
}

TEST(Counters, EveryErrnoHasASentence) {
  EXPECT_THAT(whyNoCounters(EPERM, "4"), HasSubstr("is 4"));
  EXPECT_THAT(whyNoCounters(EACCES, ""), HasSubstr("not readable"));
  EXPECT_THAT(whyNoCounters(ENOENT, "1"), HasSubstr("virtual machines"));
  EXPECT_THAT(whyNoCounters(ENOSYS, "1"), HasSubstr("no perf events"));
  EXPECT_THAT(whyNoCounters(EMFILE, "1"), HasSubstr("cannot be opened"));
}

TEST(Counters, OneThatIsMissingDoesNotStopTheOthers) {
  ExecutionContext context(makeExecutable(buildTour().data, 0));
  setInputs(context, 1);
  // Descriptors that nothing can be read from stand for counters that never ran.
  const StepCounts counts = countSteps(context, 0, [](Counter counter, int, int) {
    return counter == Counter::cacheMisses ? -ENOENT : dup(STDERR_FILENO);
  });
  EXPECT_TRUE(counts.known[0] && counts.known[1]);
  EXPECT_FALSE(counts.known[2]);
  EXPECT_EQ(counts.steps.size(), context.plan().steps.size());
  EXPECT_FALSE(counts.note.empty());
}

TEST(Counters, ASignalEndsCounting) {
  ExecutionContext context(makeExecutable(buildTour().data, 0));
  setInputs(context, 1);
  requestInterrupt();
  expectError(ErrorCode::interrupted, "interrupted",
              [&] { countSteps(context, 0, [](Counter, int, int) { return dup(STDERR_FILENO); }); });
  clearInterrupt();
}

TEST(Counters, OfThisMachineOrASentence) {
  ExecutionContext context(makeExecutable(buildTour().data, 0));
  setInputs(context, 1);
  const StepCounts counts = countSteps(context, 0);
  if (counts.steps.empty()) GTEST_SKIP() << counts.note;
  double instructions = 0;
  for (const Counts& step : counts.steps) instructions += step[1];
  if (!counts.known[1]) GTEST_SKIP() << counts.note;
  EXPECT_GT(instructions, 1000);
}

}  // namespace
}  // namespace ridge::test
