#include "passes/driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "base/clock.h"
#include "base/error.h"
#include "ir/dump.h"
#include "ir/verifier.h"
#include "ops/infer.h"
#include "ops/ops.h"
#include "passes/dying.h"
#include "passes/pass_list.h"

namespace ridge {
namespace {

constexpr int kMaxRounds = 4;
constexpr int kMaxSweeps = 64;  // no pass needs many; guards against two rewrites that undo each other

int64_t constantBytes(const Graph& graph) {
  int64_t bytes = 0;
  for (ValueId id = 0; id < graph.valueCount(); ++id)
    if (graph.value(id).isConstant() && graph.useCount(id) > 0)
      bytes += static_cast<int64_t>(graph.value(id).constant.byteSize());
  return bytes;
}

std::string placeOf(const Graph& graph, ValueId value) {
  const NodeId producer = graph.producer(value);
  return producer == kNoNode ? graph.value(value).name : displayName(graph, producer);
}

[[noreturn]] void failPass(const Pass& pass, const std::string& sentence) {
  throw Error(ErrorCode::internal, fmt::format("pass {} broke the graph: {}", pass.name, sentence), {},
              fmt::format("work around it with --disable-pass {} and report it", pass.name));
}

// Outputs of the graph stay values of their own: the runtime writes each of them once. Where a patch would
// make an output an alias of an input, a constant or another output, an Identity is put between.
void keepOutputsApart(const Graph& graph, Patch& patch) {
  std::vector<ValueId> taken;
  for (auto& [old, fresh] : patch.replace) {
    if (!graph.isOutput(old)) continue;
    const bool made = fresh >= graph.valueCount();
    const Value& value =
        made ? patch.values[static_cast<size_t>(fresh - graph.valueCount())] : graph.value(fresh);
    const bool alias = value.isConstant() || std::count(taken.begin(), taken.end(), fresh) > 0 ||
                       (!made && (graph.isInput(fresh) || graph.isOutput(fresh)));
    if (alias) {
      const auto copy = static_cast<ValueId>(graph.valueCount() + static_cast<ValueId>(patch.values.size()));
      patch.values.push_back(Value{.name = graph.uniqueName(graph.value(old).name)});
      const NodeId producer = graph.producer(old);
      patch.nodes.push_back(Node{.op = &ops::identity,
                                 .attrs = nullptr,
                                 .in = {fresh},
                                 .out = {copy},
                                 .name = placeOf(graph, old),
                                 .origins = producer == kNoNode ? Origins{} : graph.node(producer).origins});
      fresh = copy;
    }
    taken.push_back(fresh);
  }
}

class Driver {
 public:
  Driver(Graph& graph, const PassOptions& options, PassReport& report)
      : graph_(graph), options_(options), report_(report), constantBytesBefore_(constantBytes(graph)) {
    context_.foldLimitBytes = options.foldLimitBytes;
  }

  void runList(std::span<const Pass> passes) {
    dumpTo("start");
    for (int round = 0; round < kMaxRounds; ++round) {
      const size_t before = report_.patches.size();
      if (options_.bodies) runBodies(passes);
      for (const Pass& pass : passes)
        if (isOn(pass)) runPass(pass);
      if (report_.patches.size() == before || mustStop()) break;
    }
    report_.declined.insert(report_.declined.end(), declinedInBodies_.begin(), declinedInBodies_.end());
    report_.addedConstantBytes += grown();
  }

 private:
  /// Bytes of constants, in bodies too.
  int64_t grown() const { return constantBytes(graph_) - constantBytesBefore_ + grownInBodies_; }

  // Bodies are shared: one that changes is a new graph.
  void runBodies(std::span<const Pass> passes) {
    declinedInBodies_.clear();
    for (const NodeId id : graph_.order()) {
      bool changed = false;
      for (size_t at = 0; at < graph_.node(id).bodies.size() && !mustStop(); ++at)
        changed = runBody(id, at, passes) || changed;
      if (changed)
        withContext([] { return std::string("passes in bodies"); }, [&] { inferNode(graph_, id); });
    }
  }

  bool runBody(NodeId id, size_t at, std::span<const Pass> passes) {
    Graph body = *graph_.node(id).bodies[at];
    PassOptions options = options_;
    options.dumpDir.clear();
    options.foldLimitBytes = std::max<int64_t>(0, options_.foldLimitBytes - grown());
    if (options.stopAfterPatches) *options.stopAfterPatches -= static_cast<int64_t>(report_.patches.size());
    PassReport report;
    try {
      Driver(body, options, report).runList(passes);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::input) throw;
      // A branch for other shapes: it fails when it is entered, so it stays as it is.
      declinedInBodies_.push_back({"bodies", displayName(graph_, id), error.message()});
      return false;
    }
    for (const auto& timing : report.passes) {
      auto& total = timingOf(timing.pass);
      total.patches += timing.patches;
      total.seconds += timing.seconds;
    }
    declinedInBodies_.insert(declinedInBodies_.end(), report.declined.begin(), report.declined.end());
    report_.stopped = report_.stopped || report.stopped;
    grownInBodies_ += report.addedConstantBytes;
    if (report.patches.empty()) return false;
    report_.patches.insert(report_.patches.end(), report.patches.begin(), report.patches.end());
    graph_.node(id).bodies[at] = std::make_shared<const Graph>(std::move(body));
    return true;
  }

  bool isOn(const Pass& pass) const {
    return std::count(options_.disabled.begin(), options_.disabled.end(), pass.name) == 0;
  }

  bool mustStop() {
    const bool stop = options_.stopAfterPatches &&
                      static_cast<int64_t>(report_.patches.size()) >= *options_.stopAfterPatches;
    report_.stopped = report_.stopped || stop;
    return stop;
  }

  void runPass(const Pass& pass) {
    const auto start = Clock::now();
    const size_t before = report_.patches.size();
    std::erase_if(report_.declined, [&](const auto& entry) { return entry.pass == pass.name; });
    toFixpoint(pass);
    const size_t patches = report_.patches.size() - before;
    if (patches > 0) {
      if (const std::string problem = problemOf(graph_); !problem.empty()) failPass(pass, problem);
      graph_.compact();
      dumpTo(pass.name);
    }
    auto& timing = timingOf(pass.name);
    timing.patches += static_cast<int64_t>(patches);
    timing.seconds += secondsSince(start);
  }

  // Sweeps until one changes nothing; what the last one declined is what is reported.
  void toFixpoint(const Pass& pass) {
    for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
      context_.addedConstantBytes = grown();
      const size_t before = report_.patches.size();
      std::vector<PassReport::Declined> declined;
      if (pass.run)
        sweepNodes(pass, declined);
      else
        sweepGraph(pass, declined);
      const bool changed = report_.patches.size() != before;
      if (changed)
        withContext([&] { return fmt::format("pass {}", pass.name); }, [&] { inferShapes(graph_); });
      if (!changed || sweep + 1 == kMaxSweeps || mustStop()) {
        report_.declined.insert(report_.declined.end(), declined.begin(), declined.end());
        return;
      }
    }
  }

  void sweepNodes(const Pass& pass, std::vector<PassReport::Declined>& declined) {
    for (const NodeId id : graph_.order()) {
      if (mustStop()) return;
      if (!graph_.alive(id)) continue;
      Rewrite rewrite = pass.run(graph_, id, context_);
      if (auto* reason = std::get_if<Declined>(&rewrite))
        declined.push_back({std::string(pass.name), displayName(graph_, id), std::move(reason->sentence)});
      else if (auto* patch = std::get_if<Patch>(&rewrite))
        apply(pass, std::move(*patch));
    }
  }

  void sweepGraph(const Pass& pass, std::vector<PassReport::Declined>& declined) {
    if (mustStop()) return;
    Rewrite rewrite = pass.runGraph(graph_, context_);
    if (auto* reason = std::get_if<Declined>(&rewrite))
      declined.push_back({std::string(pass.name), "", std::move(reason->sentence)});
    else if (auto* patch = std::get_if<Patch>(&rewrite))
      apply(pass, std::move(*patch));
  }

  void apply(const Pass& pass, Patch patch) {
    PassReport::Applied record{.pass = std::string(pass.name),
                               .nodes = {},
                               .sentence = patch.sentence,
                               .sources = dyingSources(graph_, patch)};
    for (const auto& [old, fresh] : patch.replace) {
      std::string place = placeOf(graph_, old);
      if (record.nodes.empty() || record.nodes.back() != place) record.nodes.push_back(std::move(place));
    }
    report_.patches.push_back(std::move(record));

    if (patch.nodes.empty() && patch.replace.empty()) {
      graph_.removeDeadNodes();
      return;
    }
    keepOutputsApart(graph_, patch);
    for (const Value& value : patch.values)
      context_.addedConstantBytes += static_cast<int64_t>(value.constant.byteSize());
    const auto replaced = patch.replace;
    const std::vector<NodeId> added = graph_.apply(std::move(patch));
    withContext([&] { return fmt::format("pass {}", pass.name); },
                [&] {
                  for (const NodeId id : added)
                    if (graph_.alive(id)) inferNode(graph_, id);
                });
    for (const auto& [old, fresh] : replaced) reconcile(pass, old, fresh);
  }

  // The replacement must be what the old value was; what was known of that one is kept.
  void reconcile(const Pass& pass, ValueId old, ValueId fresh) {
    const Value& before = graph_.value(old);
    Value& after = graph_.value(fresh);
    const bool sameType =
        before.type == after.type || before.type == DType::undefined || after.type == DType::undefined;
    if (!sameType)
      failPass(pass,
               fmt::format("'{}' was {} and became {}", before.name, name(before.type), name(after.type)));
    if (after.type == DType::undefined) after.type = before.type;
    try {
      after.shape = merge(before.shape, after.shape);
    } catch (const Error&) {
      failPass(pass, fmt::format("'{}' was {} and became {}", before.name, before.shape.toString(),
                                 after.shape.toString()));
    }
    if (!after.contents && !after.isConstant()) after.contents = before.contents;
  }

  PassReport::Timing& timingOf(std::string_view pass) {
    for (auto& timing : report_.passes)
      if (timing.pass == pass) return timing;
    report_.passes.push_back({.pass = std::string(pass)});
    return report_.passes.back();
  }

  void dumpTo(std::string_view step) {
    if (options_.dumpDir.empty()) return;
    std::error_code failed;
    std::filesystem::create_directories(options_.dumpDir, failed);
    const auto path = options_.dumpDir / fmt::format("{:02}_{}.txt", report_.dumps++, step);
    std::ofstream file(path, std::ios::binary);
    file << dump(graph_);
    if (!file.flush())
      failMachine("a graph dump cannot be written", path.string(), "choose another --dump-dir");
  }

  Graph& graph_;
  const PassOptions& options_;
  PassReport& report_;
  PassContext context_;
  const int64_t constantBytesBefore_;
  int64_t grownInBodies_ = 0;
  std::vector<PassReport::Declined> declinedInBodies_;
};

}  // namespace

void runPasses(Graph& graph, std::span<const Pass> passes, const PassOptions& options, PassReport& report) {
  checkPassNames(options.disabled, passes);
  Driver(graph, options, report).runList(passes);
}

}  // namespace ridge
