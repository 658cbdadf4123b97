#include "analyze/lint/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "api/load.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "base/time_text.h"
#include "commands.h"
#include "common/analysis_flags.h"
#include "common/output.h"

namespace ridge::tool {

namespace lint = analyze::lint;

namespace {

// What launching a kernel takes on a GPU of the table, which knows peaks only, and a step on this machine
// where it could not be measured.
constexpr double kUsualLaunch = 4e-6, kUsualStep = 1e-7;

struct Flags {
  CommonFlags common;
  LimitFlags limits;
  ShapeFlags shapes;
  std::string path, target, deviceFile, precision = "fp32", require, launch, share = "0.1", sort = "rule";
  std::vector<std::string> rules, disabled;
  bool list = false, all = false;
  bool asksForShare = false;  ///< --least is given
};

int listRules(const Output& out) {
  std::vector<std::vector<std::string>> rows{{"rule", "what it finds"}};
  Json json = Json::array();
  for (const lint::Rule& rule : lint::rules()) {
    rows.push_back({std::string(rule.name), std::string(rule.summary)});
    json.push_back({{"name", rule.name}, {"summary", rule.summary}});
  }
  out.table(rows);
  out.json({{"kind", "lint_rules"}, {"rules", std::move(json)}});
  return 0;
}

struct Machine {
  analyze::Roof roof;
  bool assumesLaunch = false;
};

Machine machineOf(const Flags& flags, const Output& out) {
  analyze::RoofRequest request{.target = flags.target,
                               .precision = precisionOfFlag(flags.precision),
                               .threads = ThreadPool::instance().threads(),
                               .deviceFile = flags.deviceFile};
  Machine machine{analyze::roofsOf(request).best()};
  analyze::Roof& roof = machine.roof;
  if (!flags.launch.empty()) {
    roof.launchSeconds = doubleOfFlag("--launch", flags.launch) * 1e-6;
    if (roof.launchSeconds < 0) failUsage("a launch takes no negative time", "--launch", "give microseconds");
    return machine;
  }
  if (roof.launchSeconds <= 0 && flags.target.empty()) {
    // A precision without a measured peak has a roof by formula. A launch has no precision; the measurement
    // is the one of the first question.
    request.precision = analyze::Precision::fp32;
    roof.launchSeconds = analyze::roofsOf(request).best().launchSeconds;
  }
  if (roof.launchSeconds > 0) return machine;
  roof.launchSeconds = flags.target.empty() ? kUsualStep : kUsualLaunch;
  machine.assumesLaunch = true;
  out.note(fmt::format("launching a kernel is taken to last {:.3g} us; {}--launch says otherwise",
                       roof.launchSeconds * 1e6,
                       flags.target.empty() ? "`ridge device --measure` measures it, " : ""));
  return machine;
}

std::string shownLayers(const lint::Finding& finding) {
  const std::string first = escaped(finding.layers.front());
  return finding.layers.size() == 1 ? first : fmt::format("{} and {} more", first, finding.layers.size() - 1);
}

void printFinding(const lint::Finding& finding, const TimeUnit& unit, const Output& out) {
  const std::string time = finding.seconds > 0 ? unit.with(finding.seconds) : "-";
  out.line(fmt::format("  {:>11}  {}: {}", time, shownLayers(finding), finding.figure));
  out.line(fmt::format("               {}; {}", shownText(finding.sentence), shownText(finding.remedy)));
}

using Group = std::vector<const lint::Finding*>;

/// Findings of a rule and matter together, the most expensive ones first; within a group, too.
std::vector<Group> grouped(const lint::Report& report) {
  std::map<std::pair<std::string, lint::Matter>, Group> byRule;
  for (const lint::Finding& finding : report.findings)
    byRule[{finding.rule, finding.matter}].push_back(&finding);
  std::vector<Group> groups;
  for (auto& [rule, group] : byRule) groups.push_back(std::move(group));
  const auto cost = [](const Group& group) {
    double total = 0;
    for (const lint::Finding* finding : group)
      if (finding->matter != lint::Matter::cleanup) total += finding->seconds;  // those come last
    return total;
  };
  std::stable_sort(groups.begin(), groups.end(),
                   [&](const Group& a, const Group& b) { return cost(a) > cost(b); });
  return groups;
}

void print(const lint::Report& report, const Flags& flags, const Output& out) {
  constexpr size_t kMost = 5;
  const TimeUnit unit(report.seconds);  // one for all that is shown
  for (const Group& group : flags.sort == "cost" ? std::vector<Group>{} : grouped(report)) {
    const lint::Finding& first = *group.front();
    out.line(fmt::format("{} ({}{})", first.rule, counted(static_cast<int64_t>(group.size()), "finding"),
                         first.matter == lint::Matter::time      ? ""
                         : first.matter == lint::Matter::cleanup ? "; `ridge` removes them by itself"
                                                                 : "; accuracy"));
    const size_t shown = flags.all || group.size() <= kMost + 1 ? group.size() : kMost;
    for (size_t at = 0; at < shown; ++at) printFinding(*group[at], unit, out);
    if (shown < group.size())
      out.line(fmt::format("               and {} more: --all", group.size() - shown));
  }
  if (flags.sort == "cost")
    for (const lint::Finding& finding : report.findings) printFinding(finding, unit, out);
}

/// What all remedies together would save.
std::string savedOf(const lint::Report& report) {
  const TimeUnit unit(report.seconds);
  const std::string whole = unit.with(report.seconds);
  if (report.saved <= 0) return fmt::format("nothing measurable of {}", whole);
  if (report.saved < 0.001 * report.seconds) return fmt::format("less than 0.1 % of {}", whole);
  return fmt::format("about {} of {}", unit.of(report.saved), whole);
}

std::string summaryOf(const lint::Report& report) {
  if (report.findings.empty()) return "no findings";
  return fmt::format("{}, {}", counted(static_cast<int64_t>(report.findings.size()), "finding"),
                     savedOf(report));
}

bool hasCleanup(const lint::Report& report) {
  return std::any_of(report.findings.begin(), report.findings.end(),
                     [](const lint::Finding& finding) { return finding.matter == lint::Matter::cleanup; });
}

Json findingJson(const lint::Finding& finding, const lint::Report& report) {
  Json json{{"rule", finding.rule},     {"matter", name(finding.matter)}, {"layers", finding.layers},
            {"figure", finding.figure}, {"text", finding.sentence},       {"remedy", finding.remedy}};
  setNumber(json, "saves_ms", finding.seconds * 1e3);
  setNumber(json, "share", report.seconds > 0 ? finding.seconds / report.seconds : 0);
  return json;
}

Json reportJson(const lint::Report& report, const Machine& machine, const Flags& flags) {
  const analyze::Roof& roof = machine.roof;
  Json json{{"kind", "lint"},
            {"model_name", flags.path},
            {"target", roof.target},
            {"precision", name(roof.precision)}};
  json["findings"] = Json::array();
  std::map<std::string_view, int> counts;
  for (const lint::Finding& finding : report.findings) {
    json["findings"].push_back(findingJson(finding, report));
    ++counts[finding.rule];
  }
  json["rules"] = Json::array();
  for (const lint::Rule& rule : lint::rules())
    json["rules"].push_back({{"name", rule.name}, {"findings", counts[rule.name]}});
  json["minor_findings"] = report.minor;
  setNumber(json, "floor_ms", report.seconds * 1e3);
  setNumber(json, "saves_ms", report.saved * 1e3);
  setNumber(json, "launch_us", roof.launchSeconds * 1e6);
  json["launch_assumed"] = machine.assumesLaunch;
  json["notes"] = report.notes;
  return json;
}

lint::LintOptions optionsOf(const Flags& flags) {
  lint::LintOptions options{.only = splitCommas(flags.rules), .disabled = splitCommas(flags.disabled)};
  lint::checkRuleNames(options.only);
  lint::checkRuleNames(options.disabled);
  options.leastShare = doubleOfFlag("--least", flags.share) / 100;
  if (!(options.leastShare >= 0 && options.leastShare <= 1))
    failUsage("a share is a number from 0 to 100", "--least", "give percent, e.g. 0.1");
  if (flags.all) options.leastShare = 0;
  options.tellsSlips = !flags.asksForShare;
  if (!flags.require.empty() && flags.require != "clean")
    failUsage(fmt::format("'{}' cannot be required", escaped(flags.require)), "--require",
              "use --require clean");
  if (flags.sort != "rule" && flags.sort != "cost")
    failUsage(fmt::format("findings cannot be sorted by '{}'", escaped(flags.sort)), "--sort",
              "use rule or cost");
  return options;
}

int run(const Flags& flags) {
  flags.common.apply();
  const Output out(flags.common);
  if (flags.list) return listRules(out);
  if (flags.path.empty()) failUsage("there is no model to look at", "MODEL", "give an .onnx file");
  const lint::LintOptions options = optionsOf(flags);
  if (kindOfFile(flags.path) == FileKind::engine)
    failInput("this is an engine: its passes have already run", escaped(flags.path),
              "give the model (.onnx) that it was built from");
  const Machine machine = machineOf(flags, out);
  const analyze::Roof& roof = machine.roof;
  onnx::ReadOptions read = flags.limits.read();
  read.standIns = true;
  PassOptions passes;
  flags.limits.apply(passes);
  const onnx::Model model = onnx::readModel(flags.path, read);
  std::vector<std::string> notes = model.notes;
  const lint::Subject subject = withAdvice(kShapeAdvice, [&] {
    return lint::Subject(model.graph, resolveShapes(model.graph, flags.shapes.requests().front(), notes),
                         roof, machine.assumesLaunch, passes);
  });
  const lint::Report report = inspect(subject, options);
  notes.insert(notes.end(), report.notes.begin(), report.notes.end());
  for (const std::string& note : notes) out.note(shownText(note));

  print(report, flags, out);
  if (hasCleanup(report))
    out.line(
        "times of what `ridge` removes by itself are those of other runtimes, before any optimization; no "
        "sum has them");
  if (report.minor > 0)
    out.line(fmt::format("{} more would save less than {} % each: --all", report.minor, flags.share));
  out.line(fmt::format("{}: {} ({}, {})", escaped(flags.path), summaryOf(report), roof.target,
                       name(roof.precision)));
  Json json = reportJson(report, machine, flags);
  if (flags.require == "clean" && !report.findings.empty())
    return out.no(std::move(json),
                  Error(ErrorCode::no, fmt::format("the network is not clean: {}", summaryOf(report)),
                        escaped(flags.path), "follow the remedies, or leave rules out by --disable-rule"));
  out.json(std::move(json));
  return 0;
}

}  // namespace

std::function<int()> addLint(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  app.add_option("MODEL", flags->path, "an .onnx file (its weights may have been removed)");
  app.add_option("--target", flags->target, "a device of `ridge device --list`; this machine when left out");
  app.add_option("--device-file", flags->deviceFile, "more devices, in a file of the same form");
  app.add_option("--precision", flags->precision, "fp32, tf32, bf16, fp16, fp8, int8 or int4")
      ->capture_default_str();
  app.add_option("--launch", flags->launch,
                 "microseconds that launching a kernel takes; measured on this machine, else assumed");
  app.add_option("--rule", flags->rules, "only these rules: A,B");
  app.add_option("--disable-rule", flags->disabled, "rules to leave out: A,B");
  app.add_flag("--list-rules", flags->list, "list the rules and what they find");
  CLI::Option* least =
      app.add_option("--least", flags->share,
                     "percent of the network's time (0 to 100) below which a finding about time is only "
                     "counted; slips that cost nothing to avoid too, when this is given")
          ->capture_default_str();
  app.add_flag("--all", flags->all, "every finding, however cheap");
  app.add_option("--sort", flags->sort, "rule: findings of a rule together; cost: the most expensive first")
      ->capture_default_str();
  app.add_option("--require", flags->require, "clean: exit 1 when there is a finding");
  flags->shapes.add(app);
  flags->limits.add(app);
  flags->common.add(app);
  return [flags, least] {
    flags->asksForShare = least->count() > 0;
    return run(*flags);
  };
}

}  // namespace ridge::tool
