#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <regex>

#include "api/backends.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "commands.h"
#include "common/conformance_case.h"
#include "common/isolate.h"
#include "common/output.h"

namespace ridge::tool {

namespace {

struct Flags {
  CommonFlags common;
  LimitFlags limits;
  std::string folder, filter, device = "cpu";
  double timeout = 60;
  Tolerance tolerance;
};

struct Outcome {
  ConformanceCase one;
  CaseResult result;
  std::vector<std::string> ops;   // empty when the model could not be read
  Json kernels = Json::object();  // of each op in its plan
};

CaseStatus statusOf(const std::string& text) {
  for (const CaseStatus status : {CaseStatus::passed, CaseStatus::unsupported})
    if (text == name(status)) return status;
  return CaseStatus::failed;
}

/// Runs one case in a process of its own, so that even a crash is one line of the result. What the process
/// says are lines of JSON: those of conformance_case.h's Tell, then {"status", "reason"}.
Outcome runOne(const ConformanceCase& one, const Flags& flags, const BuildOptions& options) {
  const auto work = [&](const std::function<void(const std::string&)>& say) {
    flags.common.apply();
    const Tell tell = [&](const Json& json) {
      say(json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
    };
    const CaseResult result = runConformanceCase(one, options, flags.tolerance, tell);
    tell({{"status", name(result.status)}, {"reason", result.reason}});
  };
  const IsolatedResult isolated = runIsolated(work, flags.timeout);
  Outcome outcome{one, {CaseStatus::failed, isolated.problem}, {}, Json::object()};
  for (size_t at = 0, end = 0; (end = isolated.said.find('\n', at)) != std::string::npos; at = end + 1) {
    const Json json = Json::parse(isolated.said.substr(at, end - at), nullptr, false);
    if (json.contains("ops")) outcome.ops = json["ops"].get<std::vector<std::string>>();
    if (json.contains("kernels")) outcome.kernels = json["kernels"];
    if (json.contains("status") && isolated.problem.empty())
      outcome.result = {statusOf(json["status"].get<std::string>()), json["reason"].get<std::string>()};
  }
  return outcome;
}

std::vector<Outcome> runCases(const Flags& flags, const Output& out) {
  std::vector<ConformanceCase> cases = findConformanceCases(flags.folder);
  if (!flags.filter.empty())
    std::erase_if(cases, [&](const ConformanceCase& one) { return !matchesGlob(flags.filter, one.name); });
  if (cases.empty())
    failUsage(fmt::format("no case matches '{}'", escaped(flags.filter)), "--filter",
              "names are those of the folders, like test_conv*");
  BuildOptions options;
  options.device = flags.device;
  options.read = flags.limits.read();
  flags.limits.apply(options.passes);
  options.tune = Tune::off;
  options.verify = VerifyMode::off;
  options.keepPortable = false;
  const ProgressSink sink = out.progress();
  ProgressPhase progress(sink, "cases", static_cast<int64_t>(cases.size()));
  std::vector<Outcome> outcomes;
  for (const ConformanceCase& one : cases) {
    throwIfInterrupted();
    outcomes.push_back(runOne(one, flags, options));
    progress.advance();
  }
  return outcomes;
}

/// Passed, failed, unsupported.
struct Counts {
  std::array<int64_t, 3> of{};
  void add(CaseStatus status) { ++of[static_cast<size_t>(status)]; }
  int64_t operator[](CaseStatus status) const { return of[static_cast<size_t>(status)]; }
};

/// A case counts under every op that its model has.
std::map<std::string, Counts> countByOp(const std::vector<Outcome>& outcomes) {
  std::map<std::string, Counts> byOp;
  for (const Outcome& outcome : outcomes) {
    for (const std::string& op : outcome.ops) byOp[op].add(outcome.result.status);
    if (outcome.ops.empty()) byOp["(not read)"].add(outcome.result.status);
  }
  return byOp;
}

/// The cause alone: 'NAME' becomes '...'.
std::string withoutNames(const std::string& reason) {
  static const std::regex quoted("'[^']*'");
  return std::regex_replace(reason, quoted, "'...'");
}

void print(const std::vector<Outcome>& outcomes, const Output& out) {
  std::vector<std::vector<std::string>> rows{{"op", "passed", "failed", "unsupported"}};
  for (const auto& [op, counts] : countByOp(outcomes))
    rows.push_back({escaped(op), std::to_string(counts[CaseStatus::passed]),
                    std::to_string(counts[CaseStatus::failed]),
                    std::to_string(counts[CaseStatus::unsupported])});
  out.table(rows);
  std::map<std::string, std::vector<std::string>> lacking;
  for (const Outcome& outcome : outcomes) {
    if (outcome.result.status == CaseStatus::failed)
      out.line(fmt::format("FAILED {}: {}", escaped(outcome.one.name), outcome.result.reason));
    if (outcome.result.status == CaseStatus::unsupported)
      lacking[withoutNames(outcome.result.reason)].push_back(outcome.one.name);
  }
  for (const auto& [reason, names] : lacking)
    out.line(fmt::format("unsupported, {} ({}{}): {}", counted(std::ssize(names), "case"),
                         escaped(names.front()), names.size() > 1 ? ", ..." : "", reason));
}

Json document(const Flags& flags, const std::vector<Outcome>& outcomes, const Counts& all) {
  Json json{{"folder", flags.folder}, {"device", flags.device}, {"total", outcomes.size()}};
  for (const CaseStatus status : {CaseStatus::passed, CaseStatus::failed, CaseStatus::unsupported})
    json[std::string(name(status))] = all[status];
  json["cases"] = Json::array();
  for (const Outcome& outcome : outcomes)
    json["cases"].push_back({{"name", outcome.one.name},
                             {"status", name(outcome.result.status)},
                             {"reason", outcome.result.reason},
                             {"ops", outcome.ops},
                             {"kernels", outcome.kernels}});
  return json;
}

int run(const Flags& flags) {
  const Output out(flags.common);
  backendsFor(flags.device);  // a device that is not there fails once, not in every case
  if (!(flags.timeout > 0 && flags.tolerance.relative >= 0 && flags.tolerance.absolute >= 0))
    failUsage("a limit is negative", "--timeout, --rtol, --atol", "use 0 or more");
  const std::vector<Outcome> outcomes = runCases(flags, out);
  Counts all;
  for (const Outcome& outcome : outcomes) all.add(outcome.result.status);
  print(outcomes, out);
  const std::string summary = fmt::format(
      "{} on {}: {} passed, {} failed, {} unsupported", counted(std::ssize(outcomes), "case"), flags.device,
      all[CaseStatus::passed], all[CaseStatus::failed], all[CaseStatus::unsupported]);
  out.line(summary);
  Json json = document(flags, outcomes, all);
  if (all[CaseStatus::passed] == static_cast<int64_t>(outcomes.size())) {
    out.json(std::move(json));
    return 0;
  }
  return out.no(std::move(json), Error(ErrorCode::no, "not complete: " + summary, escaped(flags.folder),
                                       "see the list of causes"));
}

}  // namespace

std::function<int()> addConformance(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  app.add_option(
         "DIR", flags->folder,
         "folder with ONNX backend tests at any depth: model.onnx, test_data_set_*/{input,output}_*.pb")
      ->required();
  app.add_option("--filter", flags->filter, "only cases whose folder's name matches GLOB");
  app.add_option("--device", flags->device, "cpu or reference")->capture_default_str();
  app.add_option("--timeout", flags->timeout, "seconds for one case at most")->capture_default_str();
  app.add_option("--rtol", flags->tolerance.relative, "relative error that is right")->capture_default_str();
  app.add_option("--atol", flags->tolerance.absolute, "absolute error that is right")->capture_default_str();
  flags->limits.add(app);
  flags->common.add(app);
  return [flags] { return run(*flags); };
}

}  // namespace ridge::tool
