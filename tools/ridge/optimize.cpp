#include <fmt/format.h>

#include "base/text.h"
#include "commands.h"
#include "common/output.h"
#include "common/output_files.h"
#include "onnx/writer.h"
#include "passes/pass_list.h"

namespace ridge::tool {

namespace {

struct Flags {
  CommonFlags common;
  LimitFlags limits;
  std::string model, output, dumpDir;
  std::vector<std::string> disabled;
  bool list = false;
};

int listPasses(const Output& out) {
  std::vector<std::vector<std::string>> rows{{"list", "pass", "what it does"}};
  Json passes = Json::array();
  const auto add = [&](const char* list, std::span<const Pass> all) {
    for (const Pass& pass : all) {
      rows.push_back(
          {list, std::string(pass.name), std::string(pass.summary) + (pass.required ? " (always on)" : "")});
      passes.push_back(
          {{"list", list}, {"name", pass.name}, {"summary", pass.summary}, {"required", pass.required}});
    }
  };
  add("portable", portablePasses());
  add("lower", lowerPasses());
  out.table(rows);
  out.json({{"passes", std::move(passes)}});
  return 0;
}

size_t liveNodes(const Graph& graph) {
  return graph.order().size();
}

int run(const Flags& flags) {
  flags.common.apply();
  const Output out(flags.common);
  if (flags.list) return listPasses(out);
  if (flags.model.empty()) failUsage("there is no model to optimize", "MODEL", "give an .onnx file");
  if (flags.output.empty())
    failUsage("there is nowhere to write to", "-o", "give the file to write, e.g. -o out.onnx");
  PassOptions options;
  options.disabled = splitCommas(flags.disabled);
  options.dumpDir = flags.dumpDir;
  flags.limits.apply(options);
  checkPassNames(options.disabled);
  onnx::Model model = onnx::readModel(flags.model, flags.limits.read());
  for (const std::string& note : model.notes) out.note(note);
  const size_t before = liveNodes(model.graph);
  PassReport report;
  runPasses(model.graph, portablePasses(), options, report);
  onnx::writeModel(model, flags.output);
  const size_t after = liveNodes(model.graph);
  std::vector<std::vector<std::string>> rows{{"pass", "patches", "ms"}};
  Json passes = Json::array();
  for (const PassReport::Timing& timing : report.passes) {
    passes.push_back({{"name", timing.pass}, {"patches", timing.patches}, {"seconds", timing.seconds}});
    if (timing.patches > 0)
      rows.push_back(
          {timing.pass, std::to_string(timing.patches), fmt::format("{:.1f}", timing.seconds * 1e3)});
  }
  out.table(rows);
  out.line(fmt::format("{} -> {}, written to {}", counted(static_cast<int64_t>(before), "node"),
                       counted(static_cast<int64_t>(after), "node"), escaped(flags.output)));
  Json declined = Json::array();
  for (const PassReport::Declined& entry : report.declined)
    declined.push_back({{"pass", entry.pass}, {"node", entry.node}, {"why", entry.sentence}});
  out.json({{"model", flags.model},
            {"output", flags.output},
            {"nodes_before", before},
            {"nodes_after", after},
            {"passes", std::move(passes)},
            {"declined", std::move(declined)}});
  return 0;
}

}  // namespace

std::function<int()> addOptimize(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  app.add_option("MODEL", flags->model, "an .onnx file");
  app.add_option("-o,--output", flags->output,
                 "the .onnx file to write (over 2 GiB: OUT.onnx.data beside it)")
      ->type_name(kWrittenFile);
  app.add_option("--disable-pass", flags->disabled, "passes to leave out: A,B");
  app.add_flag("--list-passes", flags->list, "list the passes and what they do");
  app.add_option("--dump-dir", flags->dumpDir, "write the graph as text after each pass into this folder");
  flags->limits.add(app);
  flags->common.add(app);
  return [flags] { return run(*flags); };
}

}  // namespace ridge::tool
