#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "analyze/machine/device.h"
#include "analyze/memory_use.h"
#include "analyze/roofline.h"
#include "api/sketch.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "base/time_text.h"
#include "commands.h"
#include "common/analysis_flags.h"
#include "common/gains.h"
#include "common/output.h"
#include "common/output_files.h"
#include "common/report.h"
#include "common/roofline_json.h"
#include "common/source.h"
#include "common/sweep.h"
#include "passes/learn_shapes.h"

namespace ridge::tool {

using namespace analyze;

namespace {

struct Flags {
  CommonFlags common;
  LimitFlags limits;
  ShapeFlags shapes;
  std::string path, target, deviceFile, html, png, convention = "standard", precision = "fp32";
  std::vector<std::string> sweeps;
  int64_t top = 0;
};

constexpr int64_t kMostLayers = 1'000'000;

/// What is looked at, from a model or an engine.
struct Subject {
  Graph graph;  ///< with the names that people know, shapes bound
  std::optional<Graph> lowered;
  std::optional<Plan> plan;
};

Subject ofModel(const Flags& flags, const Output& out) {
  SketchOptions options;
  options.shapes = flags.shapes.requests().front();
  options.read = flags.limits.read();
  options.read.standIns = true;
  flags.limits.apply(options.passes);
  Sketch sketch = sketchModel(flags.path, options);
  for (const std::string& note : sketch.notes) out.note(note);
  if (!sketch.plan) out.note(fmt::format("there is no plan to look at: {}", sketch.whyNoPlan));
  return {std::move(sketch.bound), std::move(sketch.lowered), std::move(sketch.plan)};
}

Subject ofEngine(const Flags& flags, const Output& out) {
  BuildOptions options;
  options.read = flags.limits.read();
  const Source source = openSource(flags.path, flags.shapes.requests().front(), options, out);
  const Plan& plan = source.executable->plan();
  return {withLearnedShapes(bindShapes(source.named(), shapesOf(plan))), source.lowered(), plan};
}

std::vector<std::string> rowOf(const RooflineLayer& layer, const TimeUnit& unit) {
  const LayerCost& cost = layer.cost;
  return {std::string(static_cast<size_t>(2 * cost.depth), ' ') + escaped(cost.name),
          escaped(cost.op),
          cost.shape.empty() ? "-" : cost.shape,
          fmt::format("{:.3f}", static_cast<double>(cost.macs) / 1e6),
          fmt::format("{:.3f}", static_cast<double>(cost.weightBytes) / 1e6),
          fmt::format("{:.3f}", static_cast<double>(cost.inputBytes) / 1e6),
          fmt::format("{:.3f}", static_cast<double>(cost.outputBytes) / 1e6),
          fmt::format("{:.2f}", cost.intensity()),
          std::string(name(layer.floor.bound)),
          unit.of(layer.floor.seconds),
          fmt::format("{:.1f}", 100 * layer.share)};
}

/// All layers in order of execution, or the `top` that take longest.
void printLayers(const Roofline& roofline, int64_t top, const Output& out) {
  std::vector<size_t> order(roofline.layers.size());
  std::iota(order.begin(), order.end(), size_t{0});
  if (top > 0) {
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return roofline.layers[a].floor.seconds > roofline.layers[b].floor.seconds;
    });
    order.resize(std::min(order.size(), static_cast<size_t>(top)));
  }
  double longest = 0;
  for (const RooflineLayer& layer : roofline.layers) longest = std::max(longest, layer.floor.seconds);
  const TimeUnit unit(longest);
  std::vector<std::vector<std::string>> rows{{"layer", "op", "output", "Mmac", "weights MB", "in MB",
                                              "out MB", "ops/byte", "bound",
                                              fmt::format("least {}", unit.name()), "share %"}};
  for (size_t at : order) rows.push_back(rowOf(roofline.layers[at], unit));
  out.table(rows);
}

void printTotals(const char* what, const Roofline& roofline, const Output& out) {
  const LayerCost& total = roofline.total;
  out.line(fmt::format(
      "{}: {}, {} multiply-adds, {} operations, {} parameters; weights {:.2f} MB, activations read "
      "and "
      "written {:.2f} MB; {:.2f} operations a byte",
      what, counted(std::ssize(roofline.layers), "layer"), formatCount(static_cast<double>(total.macs)),
      formatCount(static_cast<double>(total.flops)), formatCount(static_cast<double>(total.parameters)),
      static_cast<double>(total.weightBytes) / 1e6, static_cast<double>(total.activationBytes()) / 1e6,
      total.intensity()));
  const TimeUnit unit(roofline.floorSeconds);
  std::string bounds;
  for (const Bound bound : {Bound::compute, Bound::memory, Bound::none}) {
    const auto at = static_cast<size_t>(bound);
    const char* text = bound == Bound::compute  ? "bound by arithmetic"
                       : bound == Bound::memory ? "bound by memory"
                                                : "without arithmetic";
    bounds += fmt::format("{}{} {} ({})", bounds.empty() ? "" : ", ", roofline.layersBy[at], text,
                          unit.with(roofline.secondsBy[at]));
  }
  out.line(fmt::format("  at least {}: {}", unit.with(roofline.floorSeconds), bounds));
  if (const auto open = std::count_if(roofline.layers.begin(), roofline.layers.end(),
                                      [](const RooflineLayer& layer) { return !layer.cost.known; }))
    out.line(fmt::format("  {} known only at run time: not counted",
                         counted(open, "of them has shapes that are", "of them have shapes that are")));
}

void printRoofs(const Roofs& roofs, const Output& out) {
  const auto print = [&](const Roof& roof) {
    out.line(fmt::format("{}, {} ({}): {}, {:.1f} GB/s, ridge point {:.1f} operations a byte", roof.target,
                         name(roof.precision), roof.source, formatOps(roof.peakOpsPerS, roof.precision),
                         roof.bandwidthBytesPerS / 1e9, roof.ridgePoint()));
  };
  print(roofs.best());
  if (roofs.measured && roofs.nominal.peakOpsPerS > 0) print(roofs.nominal);
}

/// What the plan saves over the graph: by fusion; it may also lose, by copies between orders of arrays.
std::string savingText(const Roofline& before, const Roofline& after) {
  if (!before.total.known || !after.total.known)
    return "  what fusion saves cannot be said: not all layers are known before the network runs";
  const auto bytes = static_cast<double>(before.total.bytes() - after.total.bytes());
  const double seconds = before.floorSeconds - after.floorSeconds;
  const double part = before.total.bytes() > 0 ? bytes / static_cast<double>(before.total.bytes()) : 0;
  return fmt::format(
      "  {} {:.2f} MB ({:.0f} %) and {}",
      bytes < 0 ? "copies between orders of arrays cost more than fusion saves:" : "fusion saves",
      std::abs(bytes) / 1e6, 100 * std::abs(part),
      TimeUnit(before.floorSeconds).with(bytes < 0 ? -seconds : seconds));
}

Json planJson(const Subject& subject, const Roofline& before, const Roofline& after, const Output& out) {
  const Plan& plan = *subject.plan;
  printTotals("after fusion", after, out);
  const int64_t saved = before.total.bytes() - after.total.bytes();
  out.line(savingText(before, after));
  Json json{{"model", modelJson(after)}, {"layers", layersJson(after)}};
  size_t at = 0;
  forEachStep(plan, [&](const Step& step, int) {
    Json& layer = json["layers"][at++];
    layer["ops"] = step.ops;
    layer["kernel"] = step.kernel.backend + "." + step.kernel.tactic;
    layer["members"] = step.members;
    layer["origins"] = step.origins;
    layer["fallback"] = step.fallback;
  });
  json["edges"] = edgesJson(edgesOf(plan, *subject.lowered));
  json["saved_bytes"] = saved;
  setNumber(json, "saved_ms", (before.floorSeconds - after.floorSeconds) * 1e3);
  const MemoryUse memory = memoryOverTime(plan);
  json["memory"] = memory.alive;
  json["arena_bytes"] = plan.arenaBytes;
  return json;
}

int64_t leadingAxisOf(const Graph& graph) {
  if (graph.inputs().empty()) return 1;
  const Shape& shape = graph.value(graph.inputs().front()).shape;
  return shape.isStatic() && !shape.staticDims().empty() ? std::max<int64_t>(1, shape.staticDims()[0]) : 1;
}

int run(const Flags& flags) {
  flags.common.apply();
  const Output out(flags.common);
  CostOptions options;
  options.convention = conventionOfFlag(flags.convention);
  options.precision = precisionOfFlag(flags.precision);
  const RoofRequest request{.target = flags.target,
                            .precision = options.precision,
                            .threads = ThreadPool::instance().threads(),
                            .deviceFile = flags.deviceFile};
  const Roofs roofs = roofsOf(request);
  std::vector<Sweep> sweeps;
  for (const std::string& text : flags.sweeps) sweeps.push_back(sweepOfFlag(text, options, request));
  const Subject subject =
      kindOfFile(flags.path) == FileKind::engine ? ofEngine(flags, out) : ofModel(flags, out);
  const int64_t batch = leadingAxisOf(subject.graph);

  const Roofline roofline = rooflineOf(costsOf(subject.graph, options), roofs.best());
  Json json{{"kind", "roofline"}, {"model_name", flags.path}, {"convention", flags.convention}};
  json["batch"] = batch;
  if (flags.target.empty()) json["threads"] = request.threads;
  setRoofs(json, roofs);
  json["model"] = modelJson(roofline);
  json["layers"] = layersJson(roofline);
  json["graph"] = {{"edges", edgesJson(edgesOf(subject.graph))}};
  printRoofs(roofs, out);
  printLayers(roofline, flags.top, out);
  printTotals("the graph", roofline, out);
  GainRequest gains{.roofline = &roofline,
                    .options = options,
                    .batch = batch,
                    .roof = roofs.best(),
                    .matrix = matrixRoofOf(request, roofs)};
  Roofline planned;
  if (subject.plan && subject.lowered) {
    planned = rooflineOf(costsOf(*subject.plan, *subject.lowered, options), roofs.best());
    json["plan"] = planJson(subject, roofline, planned, out);
    gains.plan = &*subject.plan;
    gains.planned = &planned;
  }
  json["advice"] = adviceJson(subject.graph, gains, out);
  for (const Sweep& sweep : sweeps) json["sweeps"].push_back(sweepJson(sweep, subject.graph, batch, out));
  writeReport(json, flags.html, flags.png);
  out.json(std::move(json));
  return 0;
}

}  // namespace

std::function<int()> addRoofline(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  app.add_option("MODEL|ENGINE", flags->path,
                 "an .onnx file (its weights may have been removed) or an engine")
      ->required();
  app.add_option("--target", flags->target, "a device of `ridge device --list`; this machine when left out");
  app.add_option("--device-file", flags->deviceFile, "more devices, in a file of the same form");
  app.add_option(
         "--convention", flags->convention,
         "standard: two operations a multiply-add, weights, inputs and outputs; slides: multiply-adds, "
         "weights and outputs of four bytes")
      ->capture_default_str();
  app.add_option("--precision", flags->precision, "fp32, tf32, bf16, fp16, fp8, int8 or int4")
      ->capture_default_str();
  app.add_option("--sweep", flags->sweeps,
                 "what crosses the ridge when one thing changes: batch=1,8,32, precision=fp32,fp16,int8 or "
                 "target='RTX 3080,A100'; repeats");
  app.add_option("--html", flags->html, "write a page with charts, tables and the plan's graph to FILE")
      ->type_name(kWrittenFile);
  app.add_option("--png", flags->png, "write the roofline plot to FILE")->type_name(kWrittenFile);
  app.add_option("--top", flags->top, "only so many layers, those that take longest")
      ->check(wholeNumber(0, kMostLayers));
  flags->shapes.add(app);
  flags->limits.add(app);
  flags->common.add(app);
  return [flags] { return run(*flags); };
}

}  // namespace ridge::tool
