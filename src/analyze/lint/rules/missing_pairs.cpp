// Q/DQ pairs that a quantized network lacks: layers that compute in floating point between integer ones.
#include <fmt/format.h>

#include <algorithm>

#include "analyze/lint/quantization.h"
#include "base/text.h"
#include "ops/cost_support.h"

namespace ridge::analyze::lint {
namespace {

class Missing {
 public:
  Missing(const Subject& subject, std::vector<Finding>& findings)
      : subject_(subject), graph_(subject.graph()), findings_(findings) {}

  void judge(NodeId id) {
    const Op* op = graph_.node(id).op;
    if (isProduct(op)) judgeProduct(id);
    if (op == &ops::add) judgeSum(id);
    if (op == &ops::concat) judgeConcat(id);
    if (op == &ops::maxPool || op == &ops::averagePool || op == &ops::globalAveragePool) judgePool(id);
  }

 private:
  bool isDequantized(ValueId value) const { return dequantizerOf(graph_, value) != kNoNode; }

  /// A value that crosses memory in floating point instead of as bytes: written and read, weights only read.
  void add(NodeId id, ValueId value, std::string sentence, std::string remedy) {
    const double times = subject_.reach().isWeight(value) ? 1 : 2;
    const double bytes = times * bytesBeyondInt8(subject_, graph_.value(value).type) *
                         static_cast<double>(elementsOf(graph_, value));
    findings_.push_back({.layers = {displayName(graph_, id)},
                         .figure = formatBytes(toCount(bytes)) + " more traffic",
                         .sentence = std::move(sentence),
                         .remedy = std::move(remedy),
                         .seconds = subject_.secondsToMove(bytes)});
  }

  void judgeProduct(NodeId id) {
    const Node& node = graph_.node(id);
    const bool left = isDequantized(node.in[0]), right = isDequantized(node.in[1]);
    if (left != right)
      add(id, node.in[left ? 1 : 0],
          fmt::format("only its {} are quantized: it computes in floating point", left ? "data" : "weights"),
          fmt::format("add a pair to its {} too, or take the other away", left ? "second operand" : "data"));
    if (left || right || !isQuantizedProduct(graph_, productBehind(graph_, node.in[0]))) return;
    add(id, node.in[0], "neither operand is quantized, though the layer before it is",
        "add pairs to its data and its weights, if accuracy allows");
  }

  /// What a sum of integers can read: dequantized bytes, and the result of one integer product.
  void judgeSum(NodeId id) {
    const Node& node = graph_.node(id);
    if (graph_.constant(node.in[0]) || graph_.constant(node.in[1]) || !isQuantizedAfter(graph_, node.out[0]))
      return;
    std::vector<ValueId> floats;
    size_t products = 0;
    for (const ValueId in : node.in) {
      if (isDequantized(in)) continue;
      const bool product = isQuantizedProduct(graph_, productBehind(graph_, in));
      products += product;
      if (!product || products > 1) floats.push_back(in);
    }
    if (floats.size() != 1) return;
    add(id, floats.front(),
        fmt::format("its operand '{}' is not quantized: the sum is computed in floating point",
                    escaped(graph_.value(floats.front()).name)),
        "add a pair to this operand (in a residual block: to the branch that is not the last convolution's)");
  }

  void judgeConcat(NodeId id) {
    const Node& node = graph_.node(id);
    const auto quantized = [&](ValueId in) { return isDequantized(in); };
    const auto first = std::find_if_not(node.in.begin(), node.in.end(), quantized);
    if (first == node.in.end() || std::none_of(node.in.begin(), node.in.end(), quantized)) return;
    add(id, *first,
        fmt::format("its operand '{}' is not quantized, others are: all are joined in floating point",
                    escaped(graph_.value(*first).name)),
        "add a pair to this operand, with the same scale as the others");
  }

  void judgePool(NodeId id) {
    const Node& node = graph_.node(id);
    if (isDequantized(node.in[0]) || !isQuantizedAfter(graph_, node.out[0])) return;
    if (!isQuantizedProduct(graph_, productBehind(graph_, node.in[0]))) return;
    add(id, node.in[0], "pools in floating point what the layer before it could write as bytes",
        "add a pair in front of it");
  }

  const Subject& subject_;
  const Graph& graph_;
  std::vector<Finding>& findings_;
};

void look(const Subject& subject, std::vector<Finding>& findings) {
  if (!subject.quantized()) return;
  Missing missing(subject, findings);
  for (const NodeId id : subject.graph().order()) missing.judge(id);
}

}  // namespace

extern const Rule missingPairs{"missing-pairs", "quantized networks: layers that lack a Q/DQ pair", look};

}  // namespace ridge::analyze::lint
