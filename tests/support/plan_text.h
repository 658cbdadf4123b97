// Plans as text, for tests that say what a plan must and must not contain.
#pragma once

#include <string>

#include "plan/plan.h"

namespace ridge::test {

/// One line a step: `NAME: Op+Op [backend tactic] plain@input0, packed, - -> last@arena in-place fallback`.
/// The arena of a device is `memory1`, `memory2`, ...
/// An array is its order (`plain`, `last`, or `slice` for anything else) at its place; a constant that is
/// read only in packed form is `packed`, an absent input `-`.
std::string planText(const Plan& plan);

/// Checks lines of a plan. Each line of `wanted` begins with `+` (some line of the plan matches the glob
/// after it), `-` (none does) or `=` (so many steps).
void expectPlan(const Plan& plan, const std::string& wanted);

}  // namespace ridge::test
