// Decisions of a plan, by the step that they are about: what tables, stories and JSON of `explain` are made
// of.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analyze/profile/step_facts.h"
#include "plan/plan.h"

namespace ridge::analyze {

struct ExplainedStep {
  const Plan* plan = nullptr;  ///< that has the step: of a body, the body's
  const Step* step = nullptr;
  int depth = 0;                         ///< of the body that it is in
  std::vector<Decision> decisions = {};  ///< that name it
  std::string asked = {}, given = {};    ///< precision: "fp32", "int8", or the type of what moves
};

struct Explanation {
  std::vector<ExplainedStep> steps;  ///< in order of execution; bodies follow the step that runs them
  std::vector<Decision> stepless;    ///< what no step does: views, joins in place
  std::vector<Decision> passes;      ///< applied and declined
};

/// Refers to `plan`, which must outlive it. `passes` are the engine's decisions, `precision` the one that it
/// was built for.
Explanation explain(const Plan& plan, std::span<const Decision> passes, const std::string& precision);

/// Decisions of one kind.
std::vector<Decision> ofKind(std::span<const Decision> decisions, DecisionKind kind);

/// The step that computes the node of this name beside the step `at`; null when nothing of its plan does.
const Step* homeOf(const ExplainedStep& at, const std::string& node);

/// It is computed in the step of another node.
bool isFused(const Step& home, const std::string& node);

/// The step is one of the planner's own: it copies or moves an array.
bool isPlannersOwn(const Step& step);

/// "plain", "channels-last", "a slice of a larger array"; "" for constants and where all orders are one.
std::string orderOf(const ArraySpec& array);

/// The step before `at` that writes the array which is read as number `input`; null when there is none.
const Step* writerOf(const ExplainedStep& at, size_t input);

}  // namespace ridge::analyze
