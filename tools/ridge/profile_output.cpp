#include "profile_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analyze/profile/step_facts.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "base/time_text.h"

namespace ridge::tool {

namespace {

using analyze::LayerProfile;
using Row = std::vector<std::string>;

/// How far the sum of all parts may be from the whole.
constexpr double kTrusted = 0.03;

/// One unit for all columns of times.
TimeUnit unitOf(std::span<const LayerProfile> layers) {
  double longest = 0;
  for (const LayerProfile& layer : layers) longest = std::max(longest, layer.time.usual);
  return TimeUnit(longest);
}

Row headingOf(const ProfileResult& profile, const TimeUnit& unit) {
  const std::string time(unit.name());
  Row heading{"layer", "ops", "kernel", "layout", "precision", time, "min " + time, "share %"};
  if (profile.costNote.empty())
    for (const std::string& column : {std::string("Gop/s"), std::string("GB/s"), std::string("bound"),
                                      std::string("% of roof"), "gap " + time})
      heading.push_back(column);
  if (profile.counts && !profile.counts->steps.empty())
    for (const analyze::Counter counter : analyze::kCounters) heading.emplace_back(analyze::name(counter));
  return heading;
}

/// "compute", "memory", "memory: L2".
std::string boundOf(const analyze::Floor& floor) {
  const std::string_view bound = analyze::name(floor.bound);
  return floor.cache.empty() ? std::string(bound) : fmt::format("{}: {}", bound, floor.cache);
}

Row rowOf(const ProfileResult& profile, const LayerProfile& layer, const Step& step, const TimeUnit& unit) {
  Row row{escaped(step.name),
          escaped(fmt::format("{}", fmt::join(step.ops, "+"))),
          analyze::kernelOf(step) + (step.fallback ? " (fallback)" : ""),
          analyze::layoutOf(step),
          analyze::precisionTextOf(step),
          unit.of(layer.time.usual),
          unit.of(layer.time.minimum),
          fmt::format("{:.1f}", 100 * layer.share)};
  if (profile.costNote.empty()) {
    const Row costs =
        layer.cost.known
            ? Row{fmt::format("{:.2f}", layer.opsPerS / 1e9), fmt::format("{:.2f}", layer.bytesPerS / 1e9),
                  boundOf(layer.floor), fmt::format("{:.1f}", 100 * layer.roofShare), unit.of(layer.gap)}
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
  out.line(fmt::format(
      "{} on {} ({}), {}, batch {}: {} executions, half of them profiled; {}", escaped(profile.path),
      escaped(plan.device), escaped(plan.architecture), counted(ThreadPool::instance().threads(), "thread"),
      profile.batch, 2 * timing.runs,
      fmt::format("{} {} count",
                  timing.undisturbed ? "of those in which the system took no core away the fastest"
                                     : "the machine is busy: only the fastest",
                  2 * timing.used)));
  const analyze::Roof& roof = profile.roofs.best();
  out.line(fmt::format("roof: {} ({}): {}{}/s {}, {:.1f} GB/s, ridge point {:.1f} operations a byte",
                       roof.target, roof.source, formatCount(roof.peakOpsPerS),
                       analyze::isInteger(roof.precision) ? "OP" : "FLOP", analyze::name(roof.precision),
                       roof.bandwidthBytesPerS / 1e9, roof.ridgePoint()));
}

void printSums(const ProfileResult& profile, const Output& out) {
  const analyze::Timing& timing = profile.timing;
  const double latency = timing.latency;
  const TimeUnit unit(std::max(latency, timing.regions()));
  out.line(fmt::format("layers {} + between them {} = {}; end to end without profiling {} ({:+.1f} %)",
                       unit.with(timing.regions()), unit.with(timing.between()),
                       unit.with(timing.regions() + timing.between()), unit.with(latency),
                       100 * (timing.accounted() - 1)));
  if (std::abs(timing.accounted() - 1) > kTrusted)
    out.line(
        "they should be equal: the machine was too busy for that; measure again, or longer (--duration)");
  out.line(fmt::format(
      "profiling took {} an execution ({:+.2f} %); {:.0f} ns of the clock are subtracted "
      "from every layer",
      unit.with(timing.overhead), latency > 0 ? 100 * timing.overhead / latency : 0, timing.clock * 1e9));
  if (!profile.costNote.empty()) return out.line("no floors: " + profile.costNote);
  double gap = 0, floor = 0;
  int64_t beaten = 0;
  for (const LayerProfile& layer : profile.layers) {
    if (!layer.cost.known) continue;
    gap += layer.gap;
    floor += layer.floor.seconds;
    beaten += layer.roofShare > 1;
  }
  out.line(fmt::format("the roof allows {}; lost over it {}", unit.with(floor), unit.with(gap)));
  if (beaten > 0)
    out.line(fmt::format("{} than it: what they read was nearer than the roof says (docs/profile.md)",
                         counted(beaten, "layer is faster", "layers are faster")));
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
  double longest = 0;
  for (const StageTime& stage : stages) longest = std::max(longest, stage.ms / 1e3);
  const TimeUnit unit(longest);
  std::vector<Row> rows{{"stage", std::string(unit.name()), "share %"}};
  for (const StageTime& stage : stages)
    rows.push_back({stage.name, unit.of(stage.ms / 1e3), fmt::format("{:.1f}", 100 * stage.share)});
  out.table(rows);
  if (const std::string note = bottleneckOf(stages); !note.empty()) out.line(note);
}

}  // namespace

void printProfile(const ProfileResult& profile, const Plan& plan, const TableOptions& options,
                  const Output& out) {
  printHeader(profile, plan, out);
  const TimeUnit unit = unitOf(profile.layers);
  std::vector<Row> rows{headingOf(profile, unit)};
  const auto order = sortedLayers(profile.layers, options.order);
  const size_t shown = options.rows == 0 ? order.size() : std::min(order.size(), options.rows);
  double rest = 0;
  for (size_t at = 0; at < order.size(); ++at) {
    const LayerProfile& layer = profile.layers[order[at]];
    if (at < shown)
      rows.push_back(rowOf(profile, layer, plan.steps[layer.step], unit));
    else
      rest += layer.time.usual;
  }
  out.table(rows);
  if (shown < order.size())
    out.line(fmt::format("and {}, {} (--rows 0 shows all)",
                         counted(std::ssize(order) - std::ssize(rows) + 1, "more layer"), unit.with(rest)));
  printSums(profile, out);
  printMemory(profile, plan, out);
  if (const int64_t fallbacks = fallbackLayers(plan); fallbacks > 0)
    out.line(counted(fallbacks, "layer falls", "layers fall") + " back to a reference kernel");
  if (profile.counts && !profile.counts->note.empty()) out.line(profile.counts->note);
  printStages(profile.stages, out);
}

}  // namespace ridge::tool
