#include <array>

#include "base/error.h"
#include "ops/matmul/einsum.h"

namespace ridge::ops {
namespace {

constexpr int kLetters = 52;

bool isSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int letterLabel(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  failInput("an equation must not contain '" + std::string(1, c) + "'");
}

// One side of the arrow between two commas. `extra` is the number of axes behind the ellipsis.
void parseTerm(std::string_view text, int64_t extra, EinsumTerm& term, bool& hasEllipsis) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (isSpace(text[at])) continue;
    if (text[at] != '.') {
      term.push_back(letterLabel(text[at]));
      continue;
    }
    if (hasEllipsis || text.substr(at, 3) != "...") failInput("a term of the equation has stray dots");
    hasEllipsis = true;
    at += 2;
    for (int64_t axis = extra; axis-- > 0;) term.push_back(kLetters + static_cast<int>(axis));
  }
}

int64_t lettersOf(std::string_view text) {
  int64_t letters = 0;
  for (char c : text) letters += !isSpace(c) && c != '.';
  return letters;
}

// The result of an equation without an arrow: the ellipsis, then the letters that occur once, in order.
void implicitResult(std::span<const EinsumTerm> operands, int64_t ellipsis, EinsumTerm& result) {
  std::array<int, EinsumEquation::kLabels> uses{};
  for (const EinsumTerm& term : operands)
    for (EinsumLabel label : term) ++uses[static_cast<size_t>(label)];
  for (int64_t axis = ellipsis; axis-- > 0;) result.push_back(kLetters + static_cast<int>(axis));
  for (int label = 0; label < kLetters; ++label)
    if (uses[static_cast<size_t>(label)] == 1) result.push_back(label);
}

void requireResult(std::span<const EinsumTerm> operands, const EinsumTerm& result) {
  std::array<bool, EinsumEquation::kLabels> known{}, used{};
  for (const EinsumTerm& term : operands)
    for (EinsumLabel label : term) known[static_cast<size_t>(label)] = true;
  for (EinsumLabel label : result) {
    const auto at = static_cast<size_t>(label);
    if (!known[at]) failInput("the result of the equation has an index that no operand has");
    if (used[at]) failInput("the result of the equation has an index twice");
    used[at] = true;
  }
}

}  // namespace

EinsumEquation::EinsumEquation(std::string_view equation, std::span<const int64_t> ranks) {
  if (ranks.size() > kMostOperands) failInput("an Einsum of more than 16 operands is not supported");
  const size_t arrow = equation.find("->");
  std::string_view left = equation.substr(0, arrow);
  int64_t ellipsis = 0;
  for (bool more = true; more; ++operands_) {
    const size_t comma = left.find(',');
    const std::string_view text = left.substr(0, comma);
    more = comma != std::string_view::npos;
    if (more) left.remove_prefix(comma + 1);
    if (operands_ == ranks.size()) failInput("the equation has more terms than the node has inputs");
    const int64_t extra = ranks[operands_] - lettersOf(text);
    bool hasEllipsis = false;
    if (extra < 0 || extra > 32) failInput("an operand does not have the dimensions of its term");
    parseTerm(text, extra, terms_[operands_], hasEllipsis);
    if (!hasEllipsis && extra != 0) failInput("an operand does not have the dimensions of its term");
    ellipsis = std::max(ellipsis, extra);
  }
  if (operands_ != ranks.size()) failInput("the equation has fewer terms than the node has inputs");
  const std::span<const EinsumTerm> operands(terms_.data(), operands_);
  if (arrow == std::string_view::npos) {
    implicitResult(operands, ellipsis, terms_[operands_]);
    return;
  }
  bool hasEllipsis = false;
  parseTerm(equation.substr(arrow + 2), ellipsis, terms_[operands_], hasEllipsis);
  requireResult(operands, terms_[operands_]);
}

}  // namespace ridge::ops
