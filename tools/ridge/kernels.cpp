#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/cpu.h"
#include "commands.h"
#include "common/output.h"
#include "cpu/kernels/kernel_list.h"
#include "ops/list.h"

namespace ridge::tool {

namespace {

struct Flags {
  CommonFlags common;
  bool check = false, ops = false;
};

/// What Ridgeline has of every op; docs/operators.md is made from this (scripts/operators.py).
int listOps(const Output& out) {
  std::vector<const Op*> ops(allOps().begin(), allOps().end());
  std::sort(ops.begin(), ops.end(), [](const Op* a, const Op* b) {
    return std::tie(a->domain, a->name) < std::tie(b->domain, b->name);
  });
  const auto yes = [](bool has) { return std::string(has ? "yes" : "no"); };
  std::vector<std::vector<std::string>> rows{{"op", "since", "reference", "expression", "bodies"}};
  Json list = Json::array();
  for (const Op* op : ops) {
    const bool reference = op->reference || op->evaluate || op->expand;
    rows.push_back({displayName(*op), std::to_string(op->since), yes(reference), yes(op->expr),
                    std::to_string(op->bodies.size())});
    list.push_back({{"name", op->name},
                    {"domain", op->domain.empty() ? "ai.onnx" : op->domain},
                    {"since", op->since},
                    {"reference", reference},
                    {"expression", op->expr != nullptr},
                    {"elementwise", op->traits.elementwise},
                    {"view", op->traits.view},
                    {"deterministic", op->traits.deterministic},
                    {"bodies", op->bodies.size()}});
  }
  out.table(rows);
  out.json({{"ops", std::move(list)}});
  return 0;
}

int run(const Flags& flags) {
  flags.common.apply();
  const Output out(flags.common);
  if (flags.ops) return listOps(out);
  out.line(fmt::format("{}; instruction set in use: {}", cpuInfo().model, name(activeIsa())));
  std::vector<std::vector<std::string>> rows{
      {"kernel", "family", "isa", "tile", flags.check ? "check" : "runs here"}};
  Json list = Json::array();
  int wrong = 0;
  for (const cpu::KernelInfo& kernel : cpu::allKernels()) {
    const bool runs = cpu::runsHere(kernel);
    const std::string problem = flags.check && runs ? cpu::checkKernel(kernel) : "";
    wrong += !problem.empty();
    const std::string state = !runs             ? "no"
                              : !flags.check    ? "yes"
                              : problem.empty() ? "ok"
                                                : "WRONG: " + problem;
    rows.push_back({std::string(kernel.name), std::string(kernel.family), std::string(name(kernel.isa)),
                    std::string(kernel.tile), state});
    Json entry{
        {"name", kernel.name}, {"family", kernel.family}, {"isa", name(kernel.isa)}, {"runs_here", runs}};
    if (flags.check && runs) entry["problem"] = problem;
    list.push_back(std::move(entry));
  }
  out.table(rows);
  out.json(
      {{"isa", name(activeIsa())}, {"cpu", cpuInfo().model}, {"wrong", wrong}, {"kernels", std::move(list)}});
  return wrong == 0 ? 0 : 1;
}

}  // namespace

std::function<int()> addKernels(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  flags->common.add(app);
  app.add_flag("--check", flags->check,
               "run every kernel that this machine can run against plain arithmetic");
  app.add_flag("--ops", flags->ops,
               "list the ops of ONNX (and of lowered graphs) instead: first opset of the form that is "
               "written, reference kernel, fusible expression");
  return [flags] { return run(*flags); };
}

}  // namespace ridge::tool
