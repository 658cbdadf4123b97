#include "profile_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analyze/profile/step_facts.h"
#include "base/text.h"
#include "base/thread_pool.h"

namespace ridge::tool {

namespace {

using analyze::LayerProfile;
using Row = std::vector<std::string>;

/// How far the sum of all parts may be from the whole.
constexpr double kTrusted = 0.03;

std::string milliseconds(double seconds) {
  return fmt::format("{:.4f}", seconds * 1e3);
}

Row headingOf(const ProfileResult& profile) {
  Row heading{"layer", "ops", "kernel", "layout", "precision", "ms", "min ms", "share %"};
  if (profile.costNote.empty())
    for (const char* column : {"Gop/s", "GB/s", "bound", "% of roof", "gap ms"}) heading.emplace_back(column);
  if (profile.counts && !profile.counts->steps.empty())
    for (const analyze::Counter counter : analyze::kCounters) heading.emplace_back(analyze::name(counter));
  return heading;
}

Row rowOf(const ProfileResult& profile, const LayerProfile& layer, const Step& step) {
  Row row{escaped(step.name),
          escaped(fmt::format("{}", fmt::join(step.ops, "+"))),
          analyze::kernelOf(step) + (step.fallback ? " (fallback)" : ""),
          analyze::layoutOf(step),
          analyze::precisionTextOf(step),
          milliseconds(layer.time.median),
          milliseconds(layer.time.minimum),
          fmt::format("{:.1f}", 100 * layer.share)};
  if (profile.costNote.empty()) {
    const Row costs =
        layer.cost.known
            ? Row{fmt::format("{:.2f}", layer.opsPerS / 1e9), fmt::format("{:.2f}", layer.bytesPerS / 1e9),
                  std::string(analyze::name(layer.floor.bound)), fmt::format("{:.1f}", 100 * layer.roofShare),
                  milliseconds(layer.gap)}
            : Row{"-", "-", "-", "-", "-"};
    row.insert(row.end(), costs.begin(), costs.end());
  }
  if (profile.counts && !profile.counts->steps.empty())
    for (size_t at = 0; at < analyze::kCounters.size(); ++at)
      row.push_back(profile.counts->known[at] ? formatCount(profile.counts->steps[layer.step][at]) : "-");
  return row;
}

void printHeader(const ProfileResult& profile, const Plan& plan, const Output& out) {
  const analyze::Timing& timing = profile.timing;
  out.line(fmt::format("{} on {} ({}), {} threads, batch {}: {} executions, half of them profiled; {}",
                       escaped(profile.path), escaped(plan.device), escaped(plan.architecture),
                       ThreadPool::instance().threads(), profile.batch, 2 * timing.runs,
                       timing.undisturbed ? fmt::format("{} in which the system took no core away count",
                                                        timing.usedPlain + timing.usedWatched)
                                          : fmt::format("the machine is busy: only the fastest {} count",
                                                        timing.usedPlain + timing.usedWatched)));
  const analyze::Roof& roof = profile.roofs.best();
  out.line(fmt::format("roof: {} ({}): {}{}/s {}, {}/s, ridge point {:.1f} operations a byte", roof.target,
                       roof.source, formatCount(roof.peakOpsPerS),
                       analyze::isInteger(roof.precision) ? "OP" : "FLOP", analyze::name(roof.precision),
                       formatBytes(static_cast<int64_t>(roof.bandwidthBytesPerS)), roof.ridgePoint()));
}

void printSums(const ProfileResult& profile, const Output& out) {
  const analyze::Timing& timing = profile.timing;
  const double latency = timing.latency;
  out.line(
      fmt::format("layers {:.4f} ms + between them {:.4f} ms = {:.4f} ms; end to end without profiling "
                  "{:.4f} ms ({:+.1f} %)",
                  timing.regions() * 1e3, timing.between() * 1e3, (timing.regions() + timing.between()) * 1e3,
                  latency * 1e3, 100 * (timing.accounted() - 1)));
  if (std::abs(timing.accounted() - 1) > kTrusted)
    out.line(
        "they should be equal: the machine was too busy for that; measure again, or longer (--duration)");
  out.line(fmt::format(
      "profiling took {:.4f} ms an execution ({:+.2f} %); {:.0f} ns of the clock are subtracted "
      "from every layer",
      timing.overhead * 1e3, latency > 0 ? 100 * timing.overhead / latency : 0, timing.clock * 1e9));
  if (!profile.costNote.empty()) return out.line("no floors: " + profile.costNote);
  double gap = 0, floor = 0;
  int64_t beaten = 0;
  for (const LayerProfile& layer : profile.layers) {
    gap += layer.gap;
    floor += layer.floor.seconds;
    beaten += layer.roofShare > 1;
  }
  out.line(fmt::format("the roof allows {:.4f} ms; lost over it {:.4f} ms", floor * 1e3, gap * 1e3));
  if (beaten > 0)
    out.line(fmt::format("{} layers beat it: the roof is main memory's, and what they read was in the caches",
                         beaten));
}

void printMemory(const ProfileResult& profile, const Plan& plan, const Output& out) {
  const auto& alive = profile.memory.alive;
  const auto most = std::max_element(alive.begin(), alive.end());
  if (most == alive.end()) return;
  out.line(fmt::format("memory: at most {} of activations alive (at {}), arena {}, process {}",
                       formatBytes(static_cast<int64_t>(*most)),
                       escaped(plan.steps[static_cast<size_t>(most - alive.begin())].name),
                       formatBytes(static_cast<int64_t>(plan.arenaBytes)),
                       formatBytes(profile.peakMemoryBytes)));
}

void printStages(const std::vector<StageTime>& stages, const Output& out) {
  if (stages.empty()) return;
  std::vector<Row> rows{{"stage", "ms", "share %"}};
  for (const StageTime& stage : stages)
    rows.push_back({stage.name, fmt::format("{:.4f}", stage.ms), fmt::format("{:.1f}", 100 * stage.share)});
  out.table(rows);
  if (const std::string note = bottleneckOf(stages); !note.empty()) out.line(note);
}

}  // namespace

void printProfile(const ProfileResult& profile, const Plan& plan, const TableOptions& options,
                  const Output& out) {
  printHeader(profile, plan, out);
  std::vector<Row> rows{headingOf(profile)};
  const auto order = sortedLayers(profile.layers, options.order);
  const size_t shown = options.rows == 0 ? order.size() : std::min(order.size(), options.rows);
  double rest = 0;
  for (size_t at = 0; at < order.size(); ++at) {
    const LayerProfile& layer = profile.layers[order[at]];
    if (at < shown)
      rows.push_back(rowOf(profile, layer, plan.steps[layer.step]));
    else
      rest += layer.time.median;
  }
  out.table(rows);
  if (shown < order.size())
    out.line(
        fmt::format("and {} more layers, {:.4f} ms (--rows 0 shows all)", order.size() - shown, rest * 1e3));
  printSums(profile, out);
  printMemory(profile, plan, out);
  if (const int64_t fallbacks = fallbackLayers(plan); fallbacks > 0)
    out.line(fmt::format("{} layers fall back to reference kernels", fallbacks));
  if (profile.counts && !profile.counts->note.empty()) out.line(profile.counts->note);
  printStages(profile.stages, out);
}

}  // namespace ridge::tool
