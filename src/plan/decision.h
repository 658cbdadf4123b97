// Why a plan is what it is, as data: engines keep it, `ridge explain` tells it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ridge {

/// What a decision is about. `subject` is the name of a step, unless it says otherwise.
enum class DecisionKind : uint8_t {
  note,          ///< of anything
  tried,         ///< `what` (kernel and order) was offered for it, with its times; `chosen` when it was taken
  declined,      ///< `what` (a tactic) would not take it
  notFused,      ///< `what` (a node) follows it and runs on its own
  kept,          ///< `what` (a value inside of it) is stored too
  reformat,      ///< the value `subject` is copied into the order `what`
  view,          ///< moves nothing: its result is another look at what is there
  inPlace,       ///< moves nothing: what it joins is written where it belongs
  copied,        ///< it (or the output `subject`) is a copy
  transfer,      ///< the value `subject` moves to or from the memory `what`
  place,         ///< runs elsewhere than its first choice would
  fallback,      ///< runs on reference kernels
  island,        ///< runs in the evaluator
  precision,     ///< computes in `what`, other than the engine's precision
  passApplied,   ///< the pass `subject` changed the source nodes `nodes`
  passDeclined,  ///< the pass `subject` left `nodes` alone
};
inline constexpr uint8_t kDecisionKinds = static_cast<uint8_t>(DecisionKind::passDeclined) + 1;
std::string_view name(DecisionKind kind);

struct Decision {
  DecisionKind kind = DecisionKind::note;
  std::string subject;
  std::string what = {};
  std::string sentence = {};            ///< the reason, for people; "" where the fields say it all
  int32_t step = -1;                    ///< index into Plan::steps; -1: no step does it
  double estimateNs = 0;                ///< analytic model
  double measuredNs = 0;                ///< 0 when not timed
  uint64_t bytes = 0;                   ///< that it moves
  bool chosen = false;                  ///< of `tried`
  std::vector<std::string> nodes = {};  ///< of passes: names of source nodes
  bool operator==(const Decision&) const = default;
};

}  // namespace ridge
