#include <fmt/format.h>

#include "base/cpu.h"
#include "commands.h"
#include "common/output.h"
#include "cpu/kernels/kernel_list.h"

namespace ridge::tool {

namespace {

struct Flags {
  CommonFlags common;
  bool check = false;
};

int run(const Flags& flags) {
  flags.common.apply();
  const Output out(flags.common);
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
  return [flags] { return run(*flags); };
}

}  // namespace ridge::tool
