#include "verify/verifier.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"
#include "ir/dump.h"
#include "ops/ops.h"
#include "runtime/context.h"
#include "verify/conditioning.h"

namespace ridge {

namespace {

constexpr size_t kSampleEvery = 10;

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
    verdict.passed = false;
    return verdict;
  }
  verdict.difference = compareTensors(got, want, defaultChannelAxis(want));
  verdict.passed = isGood(verdict.difference, required);
  return verdict;
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
        inputs_(inputs) {}

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
    for (int32_t read : step.reads) {
      if (read < 0 || plan().arrays[static_cast<size_t>(read)].array.at.space == Space::weights) continue;
      const LoweredTruth::Known* known = find(valueOf(read).name);
      if (!known) {
        report_.unchecked.push_back(
            fmt::format("{}: the lowered graph has no value '{}'", step.name, valueOf(read).name));
        return;
      }
      context_.write(static_cast<size_t>(read), known->value);
    }
    // A copy may fill only a part of what it writes; the rest is the truth already.
    for (int32_t slot : step.kernel.slotsIn) {
      const LoweredTruth::Known* known = find(plan().slots[static_cast<size_t>(slot)].name);
      check(known != nullptr, "an island reads values of the lowered graph");
      context_.setSlot(static_cast<size_t>(slot), known->datum());
    }
    const bool partial =
        !step.kernel.out.empty() && step.kernel.out.front().dims != valueOf(step.writes.front()).dims;
    if (partial)
      context_.write(static_cast<size_t>(step.writes.front()),
                     find(valueOf(step.writes.front()).name)->value);
    context_.execute(at, at + 1);
    for (int32_t write : step.writes)
      judgeRegion(step, valueOf(write).name, context_.read(static_cast<size_t>(write)));
    for (int32_t slot : step.kernel.slotsOut) judgeSlot(step, static_cast<size_t>(slot));
  }

  void judgeSlot(const Step& step, size_t slot) {
    const Tensor& made = context_.slot(slot).tensor;
    if (made.defined())
      judgeRegion(step, plan().slots[slot].name, made);
    else
      report_.unchecked.push_back(fmt::format("{}: '{}' is no tensor", step.name, plan().slots[slot].name));
  }

  const LoweredTruth::Known* find(const std::string& name) {
    const auto id = lowered_.find(name);
    return id ? &loweredTruth_.value(*id) : nullptr;
  }

  void judgeRegion(const Step& step, const std::string& value, const Tensor& got) {
    const LoweredTruth::Known* known = find(value);
    if (!known || !known->value.defined()) {
      report_.unchecked.push_back(fmt::format("{}: the lowered graph has no tensor '{}'", step.name, value));
      return;
    }
    Verdict verdict = judge(step.name, got, known->value, kRegionDb);
    verdict.value = value;
    verdict.kernel = step.kernel.tactic;
    verdict.againstLowered = !known->imported;
    if (!verdict.passed && isRounding(step, got, known->value)) {
      verdict.passed = true;
      verdict.note = "cancellation: no order of float32 additions is more exact";
    }
    report_.worstRegionDb = std::min(report_.worstRegionDb, verdict.difference.worstChannelDb);
    report_.passed = report_.passed && verdict.passed;
    report_.regions.push_back(std::move(verdict));
  }

  /// The region's sums cancel so much that the error is their rounding.
  bool isRounding(const Step& step, const Tensor& got, const Tensor& want) {
    for (NodeId id : lowered_.order()) {
      const Node& node = lowered_.node(id);
      if ((node.op != &ops::conv && node.op != &ops::matMul) ||
          displayName(lowered_, id) != step.members.front())
        continue;
      std::vector<Tensor> inputs;
      for (ValueId input : node.in)
        inputs.push_back(input == kNoValue ? Tensor() : loweredTruth_.value(input).value);
      return withinRoundingOfSums(node, inputs, got, want);
    }
    std::vector<Tensor> inputs;
    for (int32_t read : step.reads)
      if (read >= 0)
        if (const LoweredTruth::Known* known = find(valueOf(read).name)) inputs.push_back(known->value);
    return withinRoundingOfInputs(inputs, got, want);
  }

  /// Outputs that miss their bound may be those of a network that amplifies any rounding.
  void forgiveAmplification() {
    const auto failed = [](const Verdict& verdict) {
      return !verdict.passed && verdict.difference.mismatched == 0;
    };
    if (std::none_of(report_.outputs.begin(), report_.outputs.end(), failed)) return;
    const bool cancels = std::any_of(report_.regions.begin(), report_.regions.end(),
                                     [](const Verdict& region) { return !region.note.empty(); });
    const std::vector<double> reachable = cancels ? std::vector<double>(report_.outputs.size(), 0)
                                                  : outputDbUnderRounding(imported_, inputs_, truth_);
    for (size_t at = 0; at < report_.outputs.size(); ++at) {
      Verdict& verdict = report_.outputs[at];
      const double required = std::min(kOutputDb, reachable[at] - kOutputSlackDb);
      if (!failed(verdict) || verdict.difference.worstChannelDb < required) continue;
      verdict.passed = true;
      verdict.requiredDb = required;
      verdict.note =
          cancels
              ? "regions before it lose more to cancellation than float32 has"
              : fmt::format(
                    "the network amplifies rounding: changing the last bit of its inputs leaves {:.0f} dB",
                    reachable[at]);
      report_.unchecked.push_back(fmt::format("output {}: {}", verdict.name, verdict.note));
    }
  }

  void verifyOutputs() {
    for (size_t port = 0; port < plan().inputs.size(); ++port) {
      const auto given = inputs_.find(plan().inputs[port].name);
      check(given != inputs_.end(), "the truth has been given every input");
      context_.setInput(port, given->second);
    }
    context_.execute();
    for (size_t port = 0; port < plan().outputs.size(); ++port) {
      report_.outputs.push_back(
          judgeOutput(plan().outputs[port].name, context_.output(port), truth_.outputs()[port]));
    }
    forgiveAmplification();
    for (const Verdict& verdict : report_.outputs) report_.passed = report_.passed && verdict.passed;
  }

  const Graph& imported_;
  const Truth& truth_;
  const Graph& lowered_;
  LoweredTruth loweredTruth_;
  ExecutionContext context_;
  const NamedInputs& inputs_;
  VerifyReport report_;
};

}  // namespace

std::string VerifyReport::failure() const {
  for (const auto* list : {&regions, &outputs})
    for (const Verdict& verdict : *list) {
      if (verdict.passed) continue;
      const Difference& d = verdict.difference;
      if (d.mismatched > 0)
        return fmt::format("{}: {} elements are not finite or not equal where they should be", verdict.name,
                           d.mismatched);
      return fmt::format("{}: channel {} has {:.1f} dB, {:.0f} dB are required", verdict.name, d.worstChannel,
                         d.worstChannelDb, verdict.requiredDb);
    }
  return {};
}

Verdict judgeOutput(const std::string& name, const Tensor& got, const Tensor& want) {
  return judge(name, got, want, kOutputDb);
}

VerifyReport verifyPlan(const Graph& imported, const Truth& truth, const Graph& lowered,
                        std::shared_ptr<const Executable> executable, const NamedInputs& inputs,
                        VerifyMode mode, const ProgressSink& progress) {
  return PlanVerifier(imported, truth, lowered, std::move(executable), inputs).run(mode, progress);
}

}  // namespace ridge
