#include "passes/pass_list.h"

#include <fmt/format.h>

#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace ridge {

namespace passes {
#define RIDGE_PASS(identifier) extern const Pass identifier;
#include "passes/lower.inc"
#include "passes/portable.inc"
#undef RIDGE_PASS
}  // namespace passes

// Copied at first use: the passes themselves are constants that need no initialization.
#define RIDGE_PASS(identifier) passes::identifier,

std::span<const Pass> portablePasses() {
  static const Pass kList[] = {
#include "passes/portable.inc"
  };
  return kList;
}

std::span<const Pass> lowerPasses() {
  static const Pass kList[] = {
#include "passes/lower.inc"
  };
  return kList;
}

#undef RIDGE_PASS

const Pass* findPass(std::string_view name) {
  for (const auto list : {portablePasses(), lowerPasses()})
    for (const Pass& pass : list)
      if (pass.name == name) return &pass;
  return nullptr;
}

void checkPassNames(std::span<const std::string> names, std::span<const Pass> more) {
  std::vector<std::string> known;
  for (const std::string& wanted : names) {
    const Pass* found = nullptr;
    for (const auto list : {more, portablePasses(), lowerPasses()})
      for (const Pass& pass : list) {
        known.emplace_back(pass.name);
        if (pass.name == wanted) found = &pass;
      }
    if (!found)
      failUsage(fmt::format("there is no pass {}", inQuotes(wanted)), "--disable-pass",
                fmt::format("{}{}--list-passes shows all", suggestion(wanted, known),
                            suggestion(wanted, known).empty() ? "" : " "));
    if (found->required)
      failUsage(fmt::format("pass {} brings the graph to the ops that kernels know", found->name),
                "--disable-pass", "leave it on");
  }
}

}  // namespace ridge
