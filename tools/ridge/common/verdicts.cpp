#include "common/verdicts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace ridge::tool {

void printVerdicts(const std::vector<Verdict>& verdicts, const Output& out) {
  std::vector<std::vector<std::string>> rows{
      {"name", "shape", "worst dB", "max abs", "cosine", "kernel", ""}};
  for (const Verdict& verdict : verdicts)
    rows.push_back({escaped(verdict.name), toString(verdict.dims),
                    fmt::format("{:.1f}", verdict.difference.worstChannelDb),
                    fmt::format("{:.3g}", verdict.difference.maxAbs),
                    fmt::format("{:.9f}", verdict.difference.cosine), verdict.kernel,
                    std::string(verdict.passed ? "ok" : "WRONG") +
                        (verdict.againstLowered ? " (lowered)" : "") +
                        (verdict.note.empty() ? "" : " (" + verdict.note + ")")});
  out.table(rows);
}

void keepWorst(VerifyReport& all, VerifyReport next) {
  if (all.outputs.empty()) {
    all = std::move(next);
    return;
  }
  const auto worse = [](std::vector<Verdict>& known, std::vector<Verdict>& fresh) {
    for (size_t at = 0; at < known.size() && at < fresh.size(); ++at)
      if (!fresh[at].passed || fresh[at].difference.worstChannelDb < known[at].difference.worstChannelDb)
        known[at] = std::move(fresh[at]);
  };
  worse(all.outputs, next.outputs);
  worse(all.regions, next.regions);
  all.passed = all.passed && next.passed;
  all.worstRegionDb = std::min(all.worstRegionDb, next.worstRegionDb);
}

}  // namespace ridge::tool
