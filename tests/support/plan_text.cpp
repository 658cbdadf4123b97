#include "support/plan_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "base/text.h"
#include "plan/format.h"

namespace ridge::test {

namespace {

std::string textOf(const ArraySpec& array) {
  if (array.at.space == Space::none) return array.type == DType::undefined ? "-" : "packed";
  const char* order = liesDense(array.dims, array.strides, Order::plain)          ? "plain"
                      : liesDense(array.dims, array.strides, Order::channelsLast) ? "last"
                                                                                  : "slice";
  switch (array.at.space) {
    case Space::input:
      return fmt::format("{}@input{}", order, array.at.index);
    case Space::output:
      return fmt::format("{}@output{}", order, array.at.index);
    case Space::arena:
      return array.at.index == 0 ? fmt::format("{}@arena", order)
                                 : fmt::format("{}@memory{}", order, array.at.index);
    case Space::weights:
      return fmt::format("{}@constant", order);
    case Space::none:
      break;
  }
  return "?";
}

std::string textOf(const std::vector<ArraySpec>& arrays) {
  std::string text;
  for (const ArraySpec& array : arrays) text += (text.empty() ? "" : ", ") + textOf(array);
  return text;
}

bool isInPlace(const KernelSpec& kernel) {
  if (kernel.out.empty()) return false;
  const Location& out = kernel.out.front().at;
  return std::any_of(kernel.in.begin(), kernel.in.end(), [&](const ArraySpec& in) {
    return in.at.space == out.space && in.at.index == out.index && in.at.offset == out.offset;
  });
}

std::string lineOf(const Step& step) {
  const KernelSpec& kernel = step.kernel;
  return fmt::format("{}: {} [{} {}] {} -> {}{}{}", step.name, fmt::join(step.ops, "+"), kernel.backend,
                     kernel.tactic, textOf(kernel.in), textOf(kernel.out),
                     isInPlace(kernel) ? " in-place" : "", step.fallback ? " fallback" : "");
}

}  // namespace

std::string planText(const Plan& plan) {
  std::string text;
  for (const Step& step : plan.steps) text += lineOf(step) + "\n";
  return text;
}

void expectPlan(const Plan& plan, const std::string& wanted) {
  const std::string text = planText(plan);
  SCOPED_TRACE("the plan:\n" + text);
  std::istringstream lines(wanted);
  for (std::string line; std::getline(lines, line);) {
    const size_t start = line.find_first_not_of(' ');
    if (start == std::string::npos) continue;
    const std::string pattern = line.substr(line.find_first_not_of(' ', start + 1));
    const auto matches = std::count_if(plan.steps.begin(), plan.steps.end(),
                                       [&](const Step& step) { return matchesGlob(pattern, lineOf(step)); });
    switch (line[start]) {
      case '+':
        EXPECT_GT(matches, 0) << "no line matches " << pattern;
        break;
      case '-':
        EXPECT_EQ(matches, 0) << "a line matches " << pattern;
        break;
      case '=':
        EXPECT_EQ(std::to_string(plan.steps.size()), pattern) << "steps";
        break;
      default:
        ADD_FAILURE() << "a line begins with +, - or =: " << line;
    }
  }
}

}  // namespace ridge::test
