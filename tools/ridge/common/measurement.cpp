#include "common/measurement.h"

#include <sys/resource.h>

#include "base/error.h"

namespace ridge::tool {

namespace {

constexpr double kLongest = 1e6;

NamedInputs givenInputs(const MeasureFlags& flags, const BuildOptions& options, const ShapeRequest& request) {
  if (flags.data.given()) return std::move(loadSamples(flags.data, flags.path, 1).front().inputs);
  if (flags.inputs.inputs.empty()) return {};
  return flags.inputs.load(inputsOf(flags.path, options.read), request,
                           constantsOf(flags.path, options.read));
}

}  // namespace

void MeasureFlags::addMeasured(CLI::App& app, const std::string& meaning) {
  app.add_option("MODEL|ENGINE", path, "an .onnx file or an engine")->required();
  app.add_option("--duration", duration, meaning)->capture_default_str();
  app.add_option("--warmup", warmup, "seconds before that")->capture_default_str();
}

void MeasureFlags::check() const {
  const auto possible = [](double seconds) { return seconds >= 0 && seconds < kLongest; };
  if (!possible(duration) || !possible(warmup))
    failUsage("a time is out of range", "--duration, --warmup", "use seconds");
  if (!data.pipeline.empty() && !data.given())
    failUsage("a pipeline needs samples to work on", "--pipeline", "give them with --data");
}

Measured openMeasured(const MeasureFlags& flags, bool standIns, const Output& out) {
  BuildOptions options = optionsOf(flags.plan, flags.limits, Tune::fast, out);
  options.read.standIns = standIns;
  const ShapeRequest request = flags.shapes.requests().front();
  NamedInputs inputs = givenInputs(flags, options, request);
  Source source = openSource(flags.path, withShapesOf(inputs, request), options, out);
  std::vector<std::string> names;
  for (const Port& port : source.executable->plan().inputs) names.push_back(port.name);
  flags.inputs.rangesOf(names, inputs);
  flags.inputs.complete(inputs, *source.executable, flags.common.seed);
  return {std::move(source), std::move(inputs)};
}

int64_t peakMemoryBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<int64_t>(usage.ru_maxrss) * 1024;
}

Json distributionJson(const Distribution& d, double factor) {
  const std::pair<const char*, double> numbers[] = {
      {"min", d.min}, {"median", d.median}, {"mean", d.mean}, {"stddev", d.stddev},
      {"p90", d.p90}, {"p95", d.p95},       {"p99", d.p99},   {"max", d.max}};
  Json json = Json::object();
  for (const auto& [key, value] : numbers) json[key] = value * factor;
  return json;
}

}  // namespace ridge::tool
