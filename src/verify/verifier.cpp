#include "verify/verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/error.h"
#include "base/interrupt.h"
#include "ir/dump.h"
#include "ops/evaluate.h"
#include "runtime/context.h"
#include "verify/conditioning.h"
#include "verify/selection.h"

namespace ridge {

namespace {

constexpr size_t kSampleEvery = 10;
constexpr size_t kNodesBefore = 4;  // of a region, that the lowered graph alone has

bool isGood(const Difference& difference, double required) {
  return difference.mismatched == 0 && difference.worstChannelDb >= required;
}

Verdict judge(const std::string& name, const Tensor& got, const Tensor& want, double required) {
  Verdict verdict;
  verdict.name = verdict.value = name;
  verdict.type = want.type();
  verdict.dims = want.dims();
  verdict.requiredDb = required;
  if (got.dims() != want.dims()) {
    verdict.difference.mismatched = want.count();
    verdict.outcome = Outcome::failed;
    return verdict;
  }
  verdict.difference = compareTensors(got, want, defaultChannelAxis(want));
  if (!isGood(verdict.difference, required)) verdict.outcome = Outcome::failed;
  return verdict;
}

/// What the layers of a network of narrow floats may lose together.
constexpr double kNarrowLayersDb = 20;

/// What values of a type can keep of a signal after a few roundings, in dB: 6 for each bit of the
/// significand, less 16. Beyond all bounds for float32 and everything that is no float.
double dbOf(DType type) {
  switch (type) {
    case DType::f16:
      return 50;
    case DType::bf16:
      return 32;
    case DType::f8e4m3fn:
    case DType::f8e4m3fnuz:
      return 8;
    case DType::f8e5m2:
    case DType::f8e5m2fnuz:
    case DType::f4e2m1:
      return kLeastOutputDb;
    default:
      return Difference::kExact;
  }
}

/// The least of what a node reads and writes.
double dbOf(const Graph& graph, const Node& node) {
  double least = Difference::kExact;
  for (const auto* values : {&node.in, &node.out})
    for (const ValueId id : *values)
      if (id != kNoValue) least = std::min(least, dbOf(graph.value(id).type));
  for (const auto& body : node.bodies)
    for (const NodeId inside : body->order()) least = std::min(least, dbOf(*body, body->node(inside)));
  return least;
}

double dbOf(const Graph& graph) {
  double least = Difference::kExact;
  for (const NodeId id : graph.order()) least = std::min(least, dbOf(graph, graph.node(id)));
  return least;
}

std::vector<std::string> inputNames(const Graph& graph) {
  std::vector<std::string> names;
  for (ValueId id : graph.inputs()) names.push_back(graph.value(id).name);
  return names;
}
std::vector<std::string> outputNames(const Graph& graph) {
  std::vector<std::string> names;
  for (const Graph::Output& output : graph.outputs()) names.push_back(output.name);
  return names;
}

/// In bodies too.
bool hasIntegers(const Graph& graph) {
  const std::vector<NodeId> nodes = graph.order();
  return std::any_of(nodes.begin(), nodes.end(), [&](NodeId id) {
    const Node& node = graph.node(id);
    return node.op->traits.integer || std::any_of(node.bodies.begin(), node.bodies.end(),
                                                  [](const auto& body) { return hasIntegers(*body); });
  });
}

class PlanVerifier {
 public:
  PlanVerifier(const Graph& imported, const Truth& truth, const Graph& lowered,
               std::shared_ptr<const Executable> executable, const NamedInputs& inputs)
      : imported_(imported),
        truth_(truth),
        lowered_(lowered),
        loweredTruth_(lowered, truth),
        context_(std::move(executable)),
        inputs_(inputs) {
    for (const NodeId id : lowered.order())
      nodeDb_.emplace(displayName(lowered, id), ridge::dbOf(lowered, lowered.node(id)));
  }

  VerifyReport run(VerifyMode mode, const ProgressSink& sink) {
    const size_t steps = plan().steps.size();
    ProgressPhase progress(sink, "verifying", static_cast<int64_t>(steps));
    for (size_t step = 0; step < steps; ++step) {
      throwIfInterrupted();
      progress.advance();
      if (mode == VerifyMode::sample && step % kSampleEvery != 0)
        report_.unchecked.push_back(plan().steps[step].name + ": only every tenth region is checked");
      else
        verifyStep(step);
    }
    verifyOutputs();
    return std::move(report_);
  }

 private:
  const Plan& plan() const { return context_.plan(); }
  const PlannedValue& valueOf(int32_t array) const {
    return plan().values[static_cast<size_t>(plan().arrays[static_cast<size_t>(array)].value)];
  }

  void verifyStep(size_t at) {
    const Step& step = plan().steps[at];
    for (const auto* arrays : {&step.reads, &step.writes})
      for (int32_t array : *arrays)
        if (array >= 0 && !isConstant(array) && !isKnown(step, array)) return;
    for (int32_t slot : step.kernel.slotsIn)
      if (!isKnownSlot(step, slot)) return;
    std::vector<Tensor> wanted;
    for (size_t out = 0; out < step.writes.size(); ++out) wanted.push_back(truthOf(step, out));
    // Before the inputs: a result may take over the place of one.
    for (const ArraySpec& out : step.kernel.out) context_.poison(out);
    for (int32_t read : step.reads)
      if (read >= 0 && !isConstant(read))
        context_.write(static_cast<size_t>(read), find(valueOf(read).name)->value);
    for (int32_t slot : step.kernel.slotsIn)
      context_.setSlot(static_cast<size_t>(slot), find(slotName(slot))->datum());
    context_.execute(at, at + 1);
    for (size_t out = 0; out < wanted.size(); ++out)
      judgeResult(step, valueOf(step.writes[out]).name, context_.read(step.kernel.out[out]), wanted[out]);
    for (int32_t slot : step.kernel.slotsOut) judgeSlot(step, slot);
  }

  void judgeSlot(const Step& step, int32_t slot) {
    const Tensor& made = context_.slot(static_cast<size_t>(slot)).tensor;
    const LoweredTruth::Known* known = find(slotName(slot));
    if (made.defined() && known && known->value.defined())
      judgeResult(step, slotName(slot), made, known->value);
    else
      report_.unchecked.push_back(
          fmt::format("{}: the lowered graph has no tensor '{}'", step.name, slotName(slot)));
  }

  const std::string& slotName(int32_t slot) const { return plan().slots[static_cast<size_t>(slot)].name; }

  /// Else the step is listed as unchecked.
  bool isKnownSlot(const Step& step, int32_t slot) {
    if (find(slotName(slot))) return true;
    report_.unchecked.push_back(
        fmt::format("{}: the lowered graph has no value '{}'", step.name, slotName(slot)));
    return false;
  }

  bool isConstant(int32_t array) const {
    return plan().arrays[static_cast<size_t>(array)].array.at.space == Space::weights;
  }

  /// Else the step is listed as unchecked.
  bool isKnown(const Step& step, int32_t array) {
    const PlannedValue& value = valueOf(array);
    const LoweredTruth::Known* known = find(value.name);
    if (known && known->value.type() == value.type && known->value.dims() == value.dims) return true;
    report_.unchecked.push_back(
        known ? fmt::format("{}: '{}' has another type or shape in the lowered graph", step.name, value.name)
              : fmt::format("{}: the lowered graph has no value '{}'", step.name, value.name));
    return false;
  }

  /// What a step should write. Of a copy that fills a part of an array only that part: the whole truth is
  /// laid out in the array once, before its first part.
  Tensor truthOf(const Step& step, size_t out) {
    const auto array = static_cast<size_t>(step.writes[out]);
    const std::string& name = valueOf(step.writes[out]).name;
    const Tensor integers = reads(step, name) ? Tensor() : loweredTruth_.ofIntegers(*lowered_.find(name));
    Tensor whole = integers.defined() ? integers : find(name)->value;
    if (step.kernel.out[out].dims == whole.dims()) return whole;
    if (laidOut_.insert(array).second) context_.write(array, whole);
    return context_.read(step.kernel.out[out]);
  }

  /// A copy writes what it reads.
  bool reads(const Step& step, const std::string& value) const {
    return std::any_of(step.reads.begin(), step.reads.end(), [&](int32_t array) {
      return array >= 0 && !isConstant(array) && valueOf(array).name == value;
    });
  }

  const LoweredTruth::Known* find(const std::string& name) {
    const auto id = lowered_.find(name);
    return id ? &loweredTruth_.value(*id) : nullptr;
  }

  void judgeResult(const Step& step, const std::string& value, const Tensor& got, const Tensor& wanted) {
    const ValueId id = *lowered_.find(value);
    Verdict verdict = judge(step.name, got, wanted, std::min(kRegionDb, dbOf(step)));
    verdict.value = value;
    verdict.kernel = step.kernel.tactic;
    verdict.againstLowered = !loweredTruth_.value(id).imported;
    const bool integers = isOfIntegers(id) && !reads(step, value);
    if (integers) judgeSteps(id, wanted, verdict);
    if (verdict.outcome == Outcome::failed && !integers &&
        got.dims() == loweredTruth_.value(id).value.dims() && isRounding(step, id, got)) {
      verdict.outcome = Outcome::passed;
      verdict.note = "cancellation: no order of float32 additions is more exact";
    }
    if (verdict.outcome == Outcome::failed && step.control) judgeBodies(id, got, verdict);
    report_.worstRegionDb = std::min(report_.worstRegionDb, verdict.difference.worstChannelDb);
    report_.passed = report_.passed && verdict.outcome != Outcome::failed;
    report_.regions.push_back(std::move(verdict));
  }

  /// The bodies of a step are networks of their own: integers in them have the lowered graph's bits, and many
  /// iterations may amplify rounding.
  void judgeBodies(ValueId id, const Tensor& got, Verdict& verdict) {
    const Node& node = lowered_.node(lowered_.producer(id));
    const auto result =
        static_cast<size_t>(std::find(node.out.begin(), node.out.end(), id) - node.out.begin());
    std::vector<Datum> inputs;
    for (const ValueId input : node.in)
      inputs.push_back(input == kNoValue ? Datum() : loweredTruth_.value(input).datum());
    const Tensor want = evaluateNodeData(node, inputs)[result].tensor;
    if (want.dims() != got.dims()) return;
    const auto axis = defaultChannelAxis(want);
    verdict.againstLowered = true;
    verdict.difference = compareTensors(got, want, axis);
    if (isGood(verdict.difference, verdict.requiredDb)) {
      verdict.outcome = Outcome::passed;
      return;
    }
    const Tensor rounded = resultsUnderRounding(node, inputs)[result].tensor;
    if (rounded.dims() != want.dims()) return;
    const double reachable = compareTensors(rounded, want, axis).worstChannelDb;
    const bool hopeless = reachable < kLeastOutputDb;
    if (!hopeless && !isGood(verdict.difference, std::min(verdict.requiredDb, reachable - kOutputSlackDb)))
      return;
    verdict.outcome = hopeless ? Outcome::unchecked : Outcome::passed;
    verdict.note = fmt::format(
        "its bodies amplify rounding: changing the last bit of their inputs and weights "
        "leaves {:.0f} dB",
        reachable);
    if (hopeless) report_.unchecked.push_back(fmt::format("{}: {}", verdict.name, verdict.note));
  }

  /// The least of the region's nodes: it may round to a narrow float anywhere.
  double dbOf(const Step& step) const {
    double least = Difference::kExact;
    for (const std::string& member : step.members)
      if (const auto known = nodeDb_.find(member); known != nodeDb_.end())
        least = std::min(least, known->second);
    return least;
  }

  bool isOfIntegers(ValueId id) const {
    const NodeId producer = lowered_.producer(id);
    return producer != kNoNode && lowered_.node(producer).op->traits.integer;
  }

  /// The bits of an integer region are those of the lowered graph; what that makes of the imported graph's
  /// values is at most one step off what the imported graph makes of them (docs/integer_arithmetic.md).
  void judgeSteps(ValueId id, const Tensor& wanted, Verdict& verdict) {
    const LoweredTruth::Known& known = loweredTruth_.value(id);
    verdict.againstLowered = true;
    if (!known.imported || known.value.dims() != wanted.dims()) return;
    const double steps = compareTensors(wanted, known.value, std::nullopt).maxAbs;
    if (steps <= 1) return;
    verdict.outcome = Outcome::failed;
    verdict.note = fmt::format("its integers are {:.0f} steps off the imported graph", steps);
  }

  /// The region's sums cancel so much that the error is their rounding.
  bool isRounding(const Step& step, ValueId result, const Tensor& got) {
    std::set<ValueId> given;
    for (int32_t read : step.reads)
      if (read >= 0)
        if (const auto id = lowered_.find(valueOf(read).name)) given.insert(*id);
    for (int32_t slot : step.kernel.slotsIn)
      if (const auto id = lowered_.find(slotName(slot))) given.insert(*id);
    const size_t mostNodes = step.members.size() + kNodesBefore;
    return RoundingSlack(lowered_, loweredTruth_, std::move(given), mostNodes).covers(result, got);
  }

  /// Outputs that miss their bound may be those of a network that amplifies any rounding: those are
  /// unchecked.
  void forgiveAmplification(const std::vector<Tensor>& got) {
    const auto failed = [](const Verdict& verdict) { return verdict.outcome == Outcome::failed; };
    if (std::none_of(report_.outputs.begin(), report_.outputs.end(), failed)) return;
    const std::vector<Tensor> rounded = outputsUnderRounding(imported_, inputs_);
    const auto shares = matchedShares(imported_, rounded, truth_.outputs());
    for (size_t at = 0; at < report_.outputs.size(); ++at) {
      Verdict& verdict = report_.outputs[at];
      if (!failed(verdict)) continue;
      if (shares[at] && *shares[at] < kMatchedShare)
        forgive(verdict, fmt::format("the selection hangs on rounding: changing the last bit of its inputs "
                                     "and weights keeps {:.1f} % of it",
                                     100 * *shares[at]));
      else if (!shares[at] && verdict.difference.mismatched == 0 && got[at].dims() == rounded[at].dims())
        forgiveLoss(verdict, rounded[at], truth_.outputs()[at]);
    }
  }

  void forgiveLoss(Verdict& verdict, const Tensor& rounded, const Tensor& want) {
    const double reachable = compareTensors(rounded, want, defaultChannelAxis(want)).worstChannelDb;
    double required = std::max(kLeastOutputDb, std::min(kOutputDb, reachable - kOutputSlackDb));
    // Where the last bit decides on everything, no answer is better than another.
    if (reachable < kLeastOutputDb) required = -Difference::kExact;
    if (verdict.difference.worstChannelDb < required) return;
    verdict.requiredDb = required;
    forgive(verdict, fmt::format("the network amplifies rounding: changing the last bit of its inputs and "
                                 "weights leaves {:.0f} dB",
                                 reachable));
  }

  void forgive(Verdict& verdict, std::string why) {
    verdict.outcome = Outcome::unchecked;
    report_.unchecked.push_back(fmt::format("output {}: {}", verdict.name, why));
    verdict.note = std::move(why);
  }

  /// Each region's steps have been checked; over a network they add up to what the notes say.
  void judgeIntegers(const std::vector<Tensor>& got) {
    const std::vector<Tensor> wanted = evaluate(lowered_, inputs_);
    report_.outputs = judgeOutputs(imported_, got, wanted);
    for (size_t at = 0; at < wanted.size(); ++at)
      noteImported(report_.outputs[at], wanted[at], truth_.outputs()[at]);
  }

  static void noteImported(Verdict& verdict, const Tensor& lowered, const Tensor& imported) {
    verdict.againstLowered = true;
    if (lowered.dims() != imported.dims() || !verdict.note.empty()) return;
    verdict.note = fmt::format("executes as integers: {:.1f} dB between the lowered and the imported graph",
                               compareTensors(lowered, imported, std::nullopt).sqnrDb);
  }

  void verifyOutputs() {
    for (size_t port = 0; port < plan().inputs.size(); ++port) {
      const auto given = inputs_.find(plan().inputs[port].name);
      check(given != inputs_.end(), "the truth has been given every input");
      context_.setInput(port, given->second);
    }
    context_.execute();
    std::vector<Tensor> got;
    for (size_t port = 0; port < plan().outputs.size(); ++port) got.push_back(context_.output(port));
    if (hasIntegers(lowered_)) {
      judgeIntegers(got);
    } else {
      report_.outputs = judgeOutputs(imported_, got, truth_.outputs());
      forgiveAmplification(got);
    }
    for (const Verdict& verdict : report_.outputs)
      report_.passed = report_.passed && verdict.outcome != Outcome::failed;
  }

  const Graph& imported_;
  const Truth& truth_;
  const Graph& lowered_;
  LoweredTruth loweredTruth_;
  ExecutionContext context_;
  const NamedInputs& inputs_;
  std::map<std::string, double> nodeDb_;  ///< what a node of the lowered graph can keep
  std::set<size_t> laidOut_;              ///< arrays that are written in parts and hold the truth
  VerifyReport report_;
};

/// Keeps the worse verdict on each result, and results that are new.
void keepWorse(std::vector<Verdict>& known, std::vector<Verdict> fresh) {
  std::map<std::pair<std::string, std::string>, size_t> places;
  for (size_t at = 0; at < known.size(); ++at) places.emplace(std::pair(known[at].name, known[at].value), at);
  for (Verdict& verdict : fresh) {
    const auto place = places.find({verdict.name, verdict.value});
    if (place == places.end()) {
      known.push_back(std::move(verdict));
      continue;
    }
    Verdict& old = known[place->second];
    const auto badness = [](const Verdict& v) {
      return std::tuple(v.outcome, v.difference.mismatched, -v.difference.worstChannelDb);
    };
    if (badness(verdict) >= badness(old)) old = std::move(verdict);
  }
}

/// The plan's inputs have the types and the fixed sizes of the model's; same order and number.
bool inputsFit(const Graph& graph, const Plan& plan) {
  for (size_t at = 0; at < plan.inputs.size(); ++at) {
    const int32_t array = plan.inputs[at].array;
    if (array < 0) continue;
    const ArraySpec& planned = plan.arrays[static_cast<size_t>(array)].array;
    const Value& value = graph.value(graph.inputs()[at]);
    if (planned.type != value.type) return false;
    if (!value.shape.ranked()) continue;
    if (static_cast<size_t>(value.shape.rank()) != planned.dims.size()) return false;
    for (size_t axis = 0; axis < planned.dims.size(); ++axis)
      if (const Dim& dim = value.shape.dims()[axis]; dim.isInteger() && dim.value() != planned.dims[axis])
        return false;
  }
  return true;
}

}  // namespace

void VerifyReport::merge(VerifyReport next) {
  keepWorse(outputs, std::move(next.outputs));
  keepWorse(regions, std::move(next.regions));
  for (std::string& entry : next.unchecked)
    if (std::find(unchecked.begin(), unchecked.end(), entry) == unchecked.end())
      unchecked.push_back(std::move(entry));
  passed = passed && next.passed;
  truthSeconds += next.truthSeconds;
  worstRegionDb = std::min(worstRegionDb, next.worstRegionDb);
}

std::string VerifyReport::failure() const {
  for (const auto* list : {&regions, &outputs})
    for (const Verdict& verdict : *list) {
      if (verdict.outcome != Outcome::failed) continue;
      const Difference& d = verdict.difference;
      if (!verdict.note.empty() && list == &regions) return fmt::format("{}: {}", verdict.name, verdict.note);
      if (d.mismatched > 0)
        return fmt::format("{}: {} elements are not finite or not equal where they should be", verdict.name,
                           d.mismatched);
      return fmt::format("{}: channel {} has {:.1f} dB, {:.0f} dB are required", verdict.name, d.worstChannel,
                         d.worstChannelDb, verdict.requiredDb);
    }
  return {};
}

std::vector<Verdict> judgeOutputs(const Graph& graph, const std::vector<Tensor>& got,
                                  const std::vector<Tensor>& want) {
  std::vector<Verdict> verdicts;
  // Narrow floats lose more with each layer.
  const double required = std::min(kOutputDb, std::max(kLeastOutputDb, dbOf(graph) - kNarrowLayersDb));
  for (size_t at = 0; at < want.size(); ++at)
    verdicts.push_back(judge(graph.outputs()[at].name, got[at], want[at], required));
  const auto failed = [](const Verdict& verdict) { return verdict.outcome == Outcome::failed; };
  if (std::none_of(verdicts.begin(), verdicts.end(), failed)) return verdicts;
  const auto shares = matchedShares(graph, got, want);
  for (size_t at = 0; at < verdicts.size(); ++at) {
    if (!failed(verdicts[at]) || !shares[at]) continue;
    verdicts[at].note = fmt::format("as a set: {:.1f} % of its rows are found", 100 * *shares[at]);
    if (*shares[at] >= kMatchedShare) verdicts[at].outcome = Outcome::passed;
  }
  return verdicts;
}

Verdict judgeOutput(const std::string& name, const Tensor& got, const Tensor& want) {
  return judge(name, got, want, kOutputDb);
}

/// Results are compared by place: the plan must have the model's inputs and outputs.
void requireSameModel(const Graph& imported, const Plan& plan) {
  const auto same = [](const std::vector<Port>& ports, const std::vector<std::string>& names) {
    return std::equal(ports.begin(), ports.end(), names.begin(), names.end(),
                      [](const Port& port, const std::string& name) { return port.name == name; });
  };
  if (same(plan.inputs, inputNames(imported)) && same(plan.outputs, outputNames(imported)) &&
      inputsFit(imported, plan))
    return;
  failInput("the engine has other inputs or outputs than the model", {},
            "verify it against the model that it was built from");
}

VerifyReport verifyPlan(const Graph& imported, const Truth& truth, const Graph& lowered,
                        std::shared_ptr<const Executable> executable, const NamedInputs& inputs,
                        VerifyMode mode, const ProgressSink& progress) {
  requireSameModel(imported, executable->plan());
  return PlanVerifier(imported, truth, lowered, std::move(executable), inputs).run(mode, progress);
}

}  // namespace ridge
