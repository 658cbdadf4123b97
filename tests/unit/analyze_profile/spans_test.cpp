#include "analyze/profile/spans.h"

#include <gtest/gtest.h>

#include <set>

#include "api/load.h"
#include "base/interrupt.h"
#include "support/expect_error.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

using namespace analyze;

/// Whoever begins inside another span of its thread ends inside it.
void expectNested(const Spans& spans) {
  for (int thread = 0; thread < spans.threads; ++thread) {
    std::vector<Span> open;
    int64_t last = -1;
    for (const Span& span : spans.spans) {
      if (span.thread != thread) continue;
      EXPECT_GE(span.begin, last);
      EXPECT_GE(span.end, span.begin);
      last = span.begin;
      while (!open.empty() && open.back().end <= span.begin) open.pop_back();
      EXPECT_TRUE(open.empty() || span.end <= open.back().end);
      open.push_back(span);
    }
  }
}

TEST(Spans, OfAnExecutionAreNested) {
  ThreadPool::instance().setThreads(3);
  ExecutionContext context(makeExecutable(buildTour().data, 0));
  setInputs(context, 1);
  const Spans spans = recordSpans(context, 2);
  EXPECT_EQ(spans.threads, 3);
  EXPECT_EQ(spans.lost, 0u);
  expectNested(spans);
  size_t executions = 0, steps = 0;
  for (const Span& span : spans.spans) {
    executions += span.kind == Span::Kind::execution;
    steps += span.kind == Span::Kind::step;
    EXPECT_TRUE(span.kind == Span::Kind::part || span.thread == 0);
  }
  EXPECT_EQ(executions, 2u);
  EXPECT_EQ(steps, 2 * context.plan().steps.size());
  ASSERT_FALSE(spans.spans.empty());
  EXPECT_EQ(spans.spans.front().begin, 0);
}

TEST(Spans, AreNotRecordedOnceASignalCame) {
  ExecutionContext context(makeExecutable(buildTour().data, 0));
  setInputs(context, 1);
  requestInterrupt();
  expectError(ErrorCode::interrupted, "interrupted", [&] { recordSpans(context, 2); });
  clearInterrupt();
  EXPECT_FALSE(recordSpans(context, 1).spans.empty());
}

TEST(Spans, PartsBelongToTheStepInWhichTheyBegan) {
  PartRecorder parts(2, 8);
  parts.ran(0, 0, 100, 150);
  parts.ran(1, 1, 110, 190);
  parts.ran(1, 1, 310, 350);
  parts.ran(7, 1, 900, 950);  // after everything
  parts.ran(8, 1, 20, 30);    // before everything
  Spans spans;
  spans.threads = 2;
  spans.spans = {{Span::Kind::step, 0, 4, -1, 90, 200}, {Span::Kind::step, 0, 5, -1, 300, 400}};
  addParts(parts, spans);
  ASSERT_EQ(spans.spans.size(), 5u);
  expectNested(spans);
  EXPECT_EQ(spans.spans[1].kind, Span::Kind::part);
  EXPECT_EQ(spans.spans[1].index, 4u);
  EXPECT_EQ(spans.spans[3].thread, 1);
  EXPECT_EQ(spans.spans[3].index, 4u);
  EXPECT_EQ(spans.spans[4].index, 5u);
}

TEST(Spans, WhatDoesNotFitIsCounted) {
  PartRecorder parts(1, 2);
  EXPECT_FALSE(parts.full());
  for (int part = 0; part < 5; ++part) parts.ran(part, 0, part, part + 1);
  EXPECT_TRUE(parts.full());
  EXPECT_EQ(parts.of(0).size(), 2u);
  EXPECT_EQ(parts.lost(), 3u);
}

}  // namespace
}  // namespace ridge::test
