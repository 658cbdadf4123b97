#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <stop_token>
#include <system_error>
#include <thread>

#include "analyze/profile/step_facts.h"
#include "base/atomic_file.h"
#include "base/clock.h"
#include "base/cpu.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "base/time_text.h"
#include "commands.h"
#include "common/measurement.h"
#include "common/output_files.h"
#include "runtime/context.h"

namespace ridge::tool {

namespace {

struct Flags : MeasureFlags {
  std::string times;
  std::optional<int64_t> iterations;
  int streams = 1;
  bool layers = false;
};

struct Samples {
  std::vector<double> milliseconds;
  double wallSeconds = 0;
};

/// Runs until the duration or the number of iterations is reached, whichever is asked for, or it is to stop.
/// Inputs are in the context's own buffers: host copies are not part of the time.
Samples measureStream(Context& context, const Flags& flags, const std::stop_token& stop) {
  const auto stopped = [&] { return stop.stop_requested() || interrupted(); };
  const auto warm = Clock::now();
  do context.execute();
  while (secondsSince(warm) < flags.warmup && !stopped());
  Samples samples;
  samples.milliseconds.reserve(1 << 16);
  const auto start = Clock::now();
  while (!stopped()) {
    const auto begin = Clock::now();
    context.execute();
    samples.milliseconds.push_back(secondsSince(begin) * 1e3);
    const auto runs = static_cast<int64_t>(samples.milliseconds.size());
    if (flags.iterations ? runs >= *flags.iterations : secondsSince(start) >= flags.duration) break;
  }
  samples.wallSeconds = secondsSince(start);
  return samples;
}

/// work(at, stop) for each at in [0, count), one of them in this thread. Where a thread cannot begin, those
/// that have are stopped and waited for.
template <class Work>
void onStreams(size_t count, const Work& work) {
  std::vector<std::jthread> threads;
  try {
    for (size_t at = 1; at < count; ++at)
      threads.emplace_back([&work, at](const std::stop_token& stop) { work(at, stop); });
  } catch (const std::system_error&) {
    for (std::jthread& thread : threads) thread.request_stop();
    failMachine(fmt::format("the thread of stream {} of {} cannot begin", threads.size() + 2, count),
                "--streams", "use fewer streams, or allow more processes and memory (ulimit)");
  }
  work(0, {});
  for (std::jthread& thread : threads) thread.join();
}

Samples measure(const Source& source, const NamedInputs& inputs, const Flags& flags) {
  std::vector<Samples> streams(static_cast<size_t>(flags.streams));
  std::vector<Context> contexts;
  for (size_t at = 0; at < streams.size(); ++at) {
    contexts.push_back(source.makeContext());
    setInputs(contexts.back().implementation(), inputs);
  }
  std::vector<std::exception_ptr> failures(streams.size());
  onStreams(streams.size(), [&](size_t at, const std::stop_token& stop) {
    try {
      streams[at] = measureStream(contexts[at], flags, stop);
    } catch (...) {
      failures[at] = std::current_exception();
    }
  });
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
  throwIfInterrupted();
  Samples all;
  for (const Samples& stream : streams) {
    all.milliseconds.insert(all.milliseconds.end(), stream.milliseconds.begin(), stream.milliseconds.end());
    all.wallSeconds = std::max(all.wallSeconds, stream.wallSeconds);
  }
  return all;
}

/// Median time to copy the inputs in and the outputs out, in milliseconds: apart from the latency. Outputs
/// that are no tensors (sequences) are left out.
struct HostCopies {
  double in = 0, out = 0;
};
HostCopies measureCopies(const std::shared_ptr<const Executable>& executable, const NamedInputs& inputs) {
  constexpr int kRuns = 20;
  ExecutionContext context(executable);
  setInputs(context, inputs);
  context.execute();  // outputs whose shapes depend on data exist only then
  std::vector<double> in, out;
  for (int run = 0; run < kRuns; ++run) {
    throwIfInterrupted();
    auto begin = Clock::now();
    setInputs(context, inputs);
    in.push_back(secondsSince(begin) * 1e3);
    begin = Clock::now();
    for (size_t port = 0; port < context.plan().outputs.size(); ++port)
      if (hasTensor(context, port)) context.output(port);
    out.push_back(secondsSince(begin) * 1e3);
  }
  return {distributionOf(std::move(in)).median, distributionOf(std::move(out)).median};
}

/// Median time of every step, in milliseconds.
std::vector<double> measureLayers(const std::shared_ptr<const Executable>& executable,
                                  const NamedInputs& inputs, double seconds) {
  ExecutionContext context(executable);
  setInputs(context, inputs);
  context.execute();
  std::vector<std::vector<double>> samples(context.plan().steps.size());
  Clock::time_point begin;
  context.observe([&](size_t step, bool before) {
    if (before)
      begin = Clock::now();
    else
      samples[step].push_back(secondsSince(begin) * 1e3);
  });
  const auto start = Clock::now();
  do {
    throwIfInterrupted();
    context.execute();
  } while (secondsSince(start) < seconds);
  std::vector<double> medians;
  for (std::vector<double>& step : samples) medians.push_back(distributionOf(std::move(step)).median);
  return medians;
}

Json layersJson(const Plan& plan, const std::vector<double>& medians, const Output& out) {
  double total = 0;
  for (double median : medians) total += median;
  Json layers = Json::array();
  const TimeUnit unit(medians.empty() ? 0 : *std::max_element(medians.begin(), medians.end()) / 1e3);
  std::vector<std::vector<std::string>> rows{{"layer", "ops", "kernel", std::string(unit.name()), "share %"}};
  for (size_t at = 0; at < medians.size(); ++at) {
    const Step& step = plan.steps[at];
    const std::string kernel = step.kernel.backend + "." + step.kernel.tactic;
    const double share = total > 0 ? medians[at] / total : 0;
    layers.push_back(
        {{"name", step.name}, {"ops", step.ops}, {"kernel", kernel}, {"ms", medians[at]}, {"share", share}});
    rows.push_back({escaped(step.name), escaped(fmt::format("{}", fmt::join(step.ops, "+"))), escaped(kernel),
                    unit.of(medians[at] / 1e3), fmt::format("{:.1f}", 100 * share)});
  }
  out.table(rows);
  return layers;
}

/// In which nearly all multiply-adds are done (all steps count the same where there are none), or "mixed".
std::string precisionTextOf(const Plan& plan) {
  constexpr double kNearlyAll = 0.95;
  std::map<analyze::Precision, double> macs, steps;
  double allMacs = 0, allSteps = 0;
  forEachStep(plan, [&](const Step& step, int) {
    if (step.control) return;  // its bodies have steps of their own
    const analyze::Precision precision = analyze::arithmeticOf(step);
    allMacs += static_cast<double>(step.macs), allSteps += 1;
    macs[precision] += static_cast<double>(step.macs), steps[precision] += 1;
  });
  const auto& shares = allMacs > 0 ? macs : steps;
  const double all = allMacs > 0 ? allMacs : allSteps;
  for (const auto& [precision, part] : shares)
    if (part >= kNearlyAll * all) return std::string(analyze::name(precision));
  return shares.empty() ? "fp32" : "mixed";
}

Json document(const Flags& flags, const Source& source, const ExecutionContext& context,
              const Samples& samples) {
  const Plan& plan = source.executable->plan();
  Json shapes = Json::object();
  for (size_t port = 0; port < plan.inputs.size(); ++port)
    shapes[plan.inputs[port].name] = source.executable->inputArray(port).dims;
  const int64_t batch = batchOf(*source.executable);
  const auto runs = static_cast<int64_t>(samples.milliseconds.size());
  Json json{{"model", flags.path},
            {"device", plan.device},
            {"threads", ThreadPool::instance().threads()},
            {"streams", flags.streams},
            {"precision", precisionTextOf(plan)},
            {"batch", batch},
            {"shapes", std::move(shapes)},
            {"isa", plan.architecture},
            {"cpu", cpuInfo().model},
            {"runs", runs},
            {"fallback_layers", fallbackLayers(plan)}};
  json["latency_ms"] = distributionJson(distributionOf(samples.milliseconds));
  json["throughput_per_s"] = static_cast<double>(runs * batch) / samples.wallSeconds;
  if (source.kind == FileKind::engine)
    json["build_s"] = nullptr;
  else
    json["build_s"] = source.buildSeconds;
  json["load_s"] = source.loadSeconds;
  json["bind_s"] = source.bindSeconds;
  json["peak_memory_bytes"] = peakMemoryBytes();
  json["activation_bytes"] = context.activationBytes();
  json["weight_bytes"] = source.executable->weightBytes();
  return json;
}

void writeTimes(const std::string& file, const Samples& samples) {
  std::string text = "milliseconds\n";
  for (double sample : samples.milliseconds) text += fmt::format("{}\n", sample);
  writeFileAtomically(file, std::string_view(text));
}

int run(const Flags& flags) {
  flags.common.apply();
  const Output out(flags.common);
  flags.check();
  const auto [source, inputs] = openMeasured(flags, false, out);
  const Samples samples = measure(source, inputs, flags);
  const ExecutionContext context(source.executable);
  Json json = document(flags, source, context, samples);
  const HostCopies copies = measureCopies(source.executable, inputs);
  json["host_copy_ms"] = {{"in", copies.in}, {"out", copies.out}};
  const Distribution d = distributionOf(samples.milliseconds);
  if (flags.layers)
    json["layers"] = layersJson(context.plan(), measureLayers(source.executable, inputs, 1), out);
  throwIfInterrupted();  // half a measurement is no result
  if (!flags.times.empty()) writeTimes(flags.times, samples);
  out.line(fmt::format("{} on {} ({}), {}, {}, batch {}", counted(std::ssize(samples.milliseconds), "run"),
                       escaped(context.plan().device), escaped(context.plan().architecture),
                       counted(ThreadPool::instance().threads(), "thread"), counted(flags.streams, "stream"),
                       batchOf(*source.executable)));
  const TimeUnit unit(d.median / 1e3);
  const auto figure = [&](double milliseconds) { return unit.of(milliseconds / 1e3); };
  out.line(fmt::format("latency {}: min {}  median {}  mean {}  p90 {}  p99 {}  max {}", unit.name(),
                       figure(d.min), figure(d.median), figure(d.mean), figure(d.p90), figure(d.p99),
                       figure(d.max)));
  out.line(fmt::format("throughput: {:.1f} items/s; activations {}, constants {}",
                       json["throughput_per_s"].get<double>(),
                       formatBytes(static_cast<int64_t>(context.activationBytes())),
                       formatBytes(static_cast<int64_t>(source.executable->weightBytes()))));
  if (const int64_t count = fallbackLayers(context.plan()))
    out.line(counted(count, "layer falls", "layers fall") +
             " back to a reference kernel; `ridge explain` says why");
  out.json(std::move(json));
  return 0;
}

}  // namespace

std::function<int()> addBench(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  flags->addMeasured(app, "seconds to measure");
  app.add_option("--iterations", flags->iterations, "runs to measure, instead of a duration")
      ->check(wholeNumber(1, 1'000'000'000));
  app.add_option("--streams", flags->streams, "contexts at the same time, each with a thread of its own")
      ->check(wholeNumber(1, 256))
      ->capture_default_str();
  app.add_flag("--layers", flags->layers, "also the time of every layer");
  app.add_option("--times", flags->times, "write every sample to FILE")->type_name(kWrittenFile);
  flags->add(app);
  return [flags] { return run(*flags); };
}

}  // namespace ridge::tool
