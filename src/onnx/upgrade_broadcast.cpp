// Forms of the first opsets, which aligned the second operand by attributes.
#include <fmt/format.h>

#include <numeric>

#include "base/error.h"
#include "onnx/upgrade.h"

namespace ridge::onnx {

namespace {

using Ints = std::vector<int64_t>;

int64_t rankOf(const UpgradeContext& context, size_t input) {
  const Shape& shape = context.input(input).shape;
  if (!shape.ranked())
    failInput(
        fmt::format("the rank of its input {} is not known, and the meaning of this old form depends on it",
                    input),
        {}, "give the model's inputs shapes, or export it with opset 7 or newer");
  return shape.rank();
}

// Dimensions of one behind input 1, so that its others stand where the old form puts them.
void appendOnes(UpgradeContext& context, int64_t rank, int64_t count) {
  if (count <= 0) return;
  Ints axes(static_cast<size_t>(count));
  std::iota(axes.begin(), axes.end(), rank);
  const ValueId operand = context.draft().in[1];
  context.draft().in[1] = context.before("Unsqueeze", {}, {operand, context.constant("axes", axes)});
}

}  // namespace

// Until opset 6 the second operand matched the first's dimensions from `axis` on.
void broadcastByAxis(UpgradeContext& context) {
  const bool broadcast = context.take<int64_t>("broadcast").value_or(0) != 0;
  const auto declared = context.take<int64_t>("axis");
  if (!broadcast || !declared) return;
  const int64_t rank = rankOf(context, 0), operandRank = rankOf(context, 1);
  if (operandRank == 0) return;
  const int64_t first = normalizeAxis(*declared, rank);
  if (first + operandRank > rank)
    failInput("its second operand has more dimensions than fit behind its axis");
  appendOnes(context, operandRank, rank - first - operandRank);
}

void dropBroadcast(UpgradeContext& context) {
  context.take<int64_t>("broadcast");
}

// Until opset 6 a vector of slopes belonged to the channels.
void slopesToChannels(UpgradeContext& context) {
  const int64_t rank = rankOf(context, 0);
  if (rankOf(context, 1) != 1 || context.input(1).shape[0] == Dim(1)) return;
  appendOnes(context, 1, rank - 2);
}

}  // namespace ridge::onnx
