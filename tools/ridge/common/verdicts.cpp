#include "common/verdicts.h"

#include <fmt/format.h>

#include "base/text.h"

namespace ridge::tool {

namespace {

std::string_view nameOf(Outcome outcome) {
  return outcome == Outcome::passed ? "ok" : outcome == Outcome::unchecked ? "unchecked" : "WRONG";
}

}  // namespace

void printVerdicts(const std::vector<Verdict>& verdicts, const Output& out) {
  std::vector<std::vector<std::string>> rows{
      {"name", "shape", "worst dB", "max abs", "cosine", "kernel", ""}};
  for (const Verdict& verdict : verdicts)
    rows.push_back({escaped(verdict.name), toString(verdict.dims),
                    fmt::format("{:.1f}", verdict.difference.worstChannelDb),
                    fmt::format("{:.3g}", verdict.difference.maxAbs),
                    fmt::format("{:.9f}", verdict.difference.cosine), verdict.kernel,
                    std::string(nameOf(verdict.outcome)) + (verdict.againstLowered ? " (lowered)" : "") +
                        (verdict.note.empty() ? "" : " (" + verdict.note + ")")});
  out.table(rows);
}

}  // namespace ridge::tool
