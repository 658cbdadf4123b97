#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analyze/profile/recording.h"
#include "analyze/profile/spans.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "commands.h"
#include "common/measurement.h"
#include "common/output_files.h"
#include "common/report.h"
#include "profile_output.h"
#include "runtime/context.h"
#include "trace_file.h"

namespace ridge::tool {

namespace {

struct Flags : MeasureFlags {
  std::string trace, html, png, sort = "gap";
  size_t rows = 40;
  bool counters = false;
};

constexpr size_t kTracedRuns = 3;
constexpr int64_t kMostRows = 1'000'000;

analyze::LayerOrder orderOf(const std::string& text) {
  if (text == "gap") return analyze::LayerOrder::gap;
  if (text == "time") return analyze::LayerOrder::time;
  if (text == "order") return analyze::LayerOrder::plan;
  failUsage(fmt::format("'{}' is no order of layers", text), "--sort", "use gap, time or order");
}

/// Roofs of this machine, asked for once a precision; one without a peak is held against fp32's.
class Machine {
 public:
  const analyze::Roofs& of(analyze::Precision precision) {
    if (const auto known = roofs_.find(precision); known != roofs_.end()) return known->second;
    analyze::RoofRequest request;
    request.precision = precision;
    request.threads = ThreadPool::instance().threads();
    try {
      return roofs_.emplace(precision, roofsOf(request)).first->second;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::usage || precision == analyze::Precision::fp32) throw;
      return roofs_.emplace(precision, of(analyze::Precision::fp32)).first->second;
    }
  }

 private:
  std::map<analyze::Precision, analyze::Roofs> roofs_;
};

/// Edges between steps; those that costsOf counts inside bodies are left out.
analyze::Edges stepEdges(const Plan& plan, const Graph& lowered) {
  std::vector<int32_t> stepAt;  // by place in the order of costsOf
  int32_t steps = 0;
  forEachStep(plan, [&](const Step&, int depth) { stepAt.push_back(depth == 0 ? steps++ : -1); });
  analyze::Edges edges;
  for (const auto& [from, to] : analyze::edgesOf(plan, lowered)) {
    const int32_t first = stepAt.at(static_cast<size_t>(from)), second = stepAt.at(static_cast<size_t>(to));
    if (first >= 0 && second >= 0) edges.emplace_back(first, second);
  }
  return edges;
}

void addCosts(ProfileResult& profile, const Source& source) {
  const Plan& plan = source.executable->plan();
  Machine machine;
  std::vector<analyze::LayerCost> costs;
  try {
    const Graph lowered = source.lowered();
    costs = analyze::stepCosts(plan, analyze::costsOf(plan, lowered, {}));
    profile.edges = stepEdges(plan, lowered);
  } catch (const Error& error) {  // an engine without its graph has times all the same
    if (error.code() != ErrorCode::input) throw;
    profile.costNote = error.message();
  }
  profile.roofs = machine.of(analyze::Precision::fp32);
  profile.layers = analyze::layerProfiles(plan, profile.timing, costs, [&](analyze::Precision precision) {
    return machine.of(precision).best();
  });
}

ProfileResult profileOf(const Flags& flags, const Source& source, const NamedInputs& inputs,
                        const Output& out) {
  ExecutionContext context(source.executable);
  setInputs(context, inputs);
  ProfileResult profile;
  profile.path = flags.path;
  profile.batch = batchOf(*source.executable);
  analyze::RecordOptions record;
  record.seconds = flags.duration;
  record.warmupSeconds = flags.warmup;
  record.stopped = [] { return interrupted(); };
  profile.timing = timingOf(analyze::record(context, record));
  throwIfInterrupted();
  addCosts(profile, source);
  profile.memory = analyze::memoryOverTime(context.plan());
  profile.activationBytes = context.activationBytes();
  if (flags.counters) profile.counts = analyze::countSteps(context, std::min(flags.duration, 1.0));
  if (!flags.trace.empty()) {
    const analyze::Spans spans = analyze::recordSpans(context, kTracedRuns);
    writeTrace(flags.trace, spans, context.plan(), profile.layers);
    if (spans.lost > 0)
      out.note(fmt::format("the trace lacks {} parts of steps: there are too many", spans.lost));
  }
  if (flags.data.given()) profile.stages = measureStages(flags.data, flags.path, context, out);
  profile.peakMemoryBytes = peakMemoryBytes();
  return profile;
}

int run(const Flags& flags) {
  flags.common.apply();
  const Output out(flags.common);
  flags.check();
  const TableOptions table{orderOf(flags.sort), flags.rows};
  // Stand-ins will do: times hardly depend on the weights' values.
  const auto [source, inputs] = openMeasured(flags, true, out);
  const ProfileResult profile = profileOf(flags, source, inputs, out);
  throwIfInterrupted();
  printProfile(profile, source.executable->plan(), table, out);
  Json document = profileJson(profile, source);
  writeReport(document, flags.html, flags.png);
  out.json(std::move(document));
  return 0;
}

}  // namespace

std::function<int()> addProfile(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  flags->addMeasured(
      app, "seconds to measure, half of them without profiling; up to three times as long on a busy machine");
  app.add_option(
         "--sort", flags->sort,
         "gap: what loses most time over its limit first; time: the longest first; order: as executed")
      ->capture_default_str();
  app.add_option("--rows", flags->rows, "layers to show, 0: all; --json has all")
      ->check(wholeNumber(0, kMostRows))
      ->capture_default_str();
  app.add_option("--trace", flags->trace,
                 "write three executions to FILE for ui.perfetto.dev or chrome://tracing: one row a thread")
      ->type_name(kWrittenFile);
  app.add_option("--html", flags->html, "write a page with charts, tables and the plan's graph to FILE")
      ->type_name(kWrittenFile);
  app.add_option("--png", flags->png, "draw the roofline with the measured rates into FILE")
      ->type_name(kWrittenFile);
  app.add_flag("--counters", flags->counters, "also cycles, instructions and cache misses of every layer");
  flags->add(app);
  return [flags] { return run(*flags); };
}

}  // namespace ridge::tool
