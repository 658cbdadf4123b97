#include "analyze/profile/spans.h"

#include <algorithm>

#include "analyze/profile/watching.h"
#include "base/clock.h"
#include "base/interrupt.h"

namespace ridge::analyze {

namespace {

constexpr size_t kPartsPerThread = 1 << 17;

void shift(std::vector<Span>& spans, int64_t origin) {
  for (Span& span : spans) {
    span.begin -= origin;
    span.end -= origin;
  }
}

}  // namespace

PartRecorder::PartRecorder(int threads, size_t partsPerThread) : rows_(static_cast<size_t>(threads)) {
  for (Row& row : rows_) row.spans.reserve(partsPerThread);
}

void PartRecorder::ran(int part, int thread, int64_t begin, int64_t end) noexcept {
  Row& row = rows_[static_cast<size_t>(thread)];
  if (row.spans.size() < row.spans.capacity())
    row.spans.push_back({part, begin, end});
  else
    ++row.lost;
}

size_t PartRecorder::lost() const {
  size_t count = 0;
  for (const Row& row : rows_) count += row.lost;
  return count;
}

bool PartRecorder::full() const {
  return std::any_of(rows_.begin(), rows_.end(),
                     [](const Row& row) { return row.spans.size() == row.spans.capacity(); });
}

void addParts(const PartRecorder& parts, Spans& spans) {
  std::vector<Span> steps;
  for (const Span& span : spans.spans)
    if (span.kind == Span::Kind::step) steps.push_back(span);
  for (int thread = 0; thread < parts.threads(); ++thread)
    for (const PartSpan& part : parts.of(thread)) {
      const auto after = std::upper_bound(steps.begin(), steps.end(), part.begin,
                                          [](int64_t time, const Span& step) { return time < step.begin; });
      if (after == steps.begin()) continue;
      const Span& step = *(after - 1);
      if (part.end > step.end) continue;
      spans.spans.push_back({Span::Kind::part, thread, step.index, part.part, part.begin, part.end});
    }
  spans.lost = parts.lost();
  std::stable_sort(spans.spans.begin(), spans.spans.end(), [](const Span& a, const Span& b) {
    if (a.thread != b.thread) return a.thread < b.thread;
    if (a.begin != b.begin) return a.begin < b.begin;
    return a.kind != b.kind ? a.kind < b.kind : a.end > b.end;
  });
}

Spans recordSpans(ExecutionContext& context, size_t executions) {
  Spans spans;
  spans.threads = ThreadPool::instance().threads();
  PartRecorder parts(spans.threads, kPartsPerThread);
  spans.spans.reserve(executions * (context.plan().steps.size() + 1));
  context.execute();
  size_t open = 0;  // the step that runs
  {
    const WatchedSteps steps(context, [&](size_t step, bool before) {
      const int64_t now = steadyNs();
      if (before) {
        open = spans.spans.size();
        spans.spans.push_back({Span::Kind::step, 0, step, -1, now, now});
      } else {
        spans.spans[open].end = now;
      }
    });
    const WatchedPool pool(parts);
    for (size_t execution = 0; execution < executions && !parts.full(); ++execution) {
      throwIfInterrupted();
      const size_t at = spans.spans.size();
      const int64_t begin = steadyNs();
      spans.spans.push_back({Span::Kind::execution, 0, execution, -1, begin, begin});
      context.execute();
      spans.spans[at].end = steadyNs();
    }
  }
  addParts(parts, spans);
  if (!spans.spans.empty()) shift(spans.spans, spans.spans.front().begin);
  return spans;
}

}  // namespace ridge::analyze
