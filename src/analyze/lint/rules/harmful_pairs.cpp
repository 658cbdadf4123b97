// Q/DQ pairs that cost accuracy, or that engines refuse.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analyze/lint/quantization.h"
#include "base/text.h"
#include "ops/conv/conv.h"
#include "ops/cost_support.h"

namespace ridge::analyze::lint {
namespace {

class Harmful {
 public:
  Harmful(const Subject& subject, std::vector<Finding>& findings)
      : subject_(subject), graph_(subject.graph()), findings_(findings) {}

  void judge(NodeId id) {
    const Op* op = graph_.node(id).op;
    if (op == &ops::quantizeLinear || op == &ops::dequantizeLinear) judgeScale(id);
    if (op == &ops::quantizeLinear) judgeBeforeActivation(id);
    if (!isProduct(op)) return;
    judgeWeights(id);
    judgeBias(id);
  }

 private:
  void add(NodeId id, std::string figure, std::string sentence, std::string remedy, double seconds = 0) {
    findings_.push_back({.matter = Matter::accuracy,
                         .layers = {displayName(graph_, id)},
                         .figure = std::move(figure),
                         .sentence = std::move(sentence),
                         .remedy = std::move(remedy),
                         .seconds = seconds});
  }

  void judgeScale(NodeId id) {
    const auto steps = stepsOf(graph_, id);
    if (!steps) return;
    const auto bad = std::find_if(steps->scale.begin(), steps->scale.end(),
                                  [](double scale) { return !std::isfinite(scale) || scale <= 0; });
    if (bad != steps->scale.end())
      add(id, fmt::format("scale {:.3g}", *bad), "a scale must be a positive number: the bytes mean nothing",
          "calibrate this tensor again");
  }

  /// Conv, Q, DQ, Relu: half of the bytes is spent on what Relu throws away.
  void judgeBeforeActivation(NodeId id) {
    const Node& node = graph_.node(id);
    if (productBehind(graph_, node.in[0]) == kNoNode) return;
    for (const NodeId dequantize : graph_.users(node.out[0])) {
      const NodeId activation = soleUser(graph_, graph_.node(dequantize).out[0]);
      if (activation == kNoNode || graph_.node(activation).op != &ops::relu) continue;
      if (!isQuantizedAfter(graph_, graph_.node(activation).out[0])) continue;
      const double bytes = 2 * subject_.bytesOf(graph_, node.out[0]);
      add(id, formatBytes(toCount(bytes)) + " moved again",
          fmt::format(
              "stands between a product and '{}': half of its bytes is lost on negative numbers, and the two "
              "are not fused",
              escaped(displayName(graph_, activation))),
          "quantize behind the activation only", subject_.secondsToMove(bytes));
    }
  }

  void judgeWeights(NodeId id) {
    const Node& node = graph_.node(id);
    const NodeId dequantize = dequantizerOf(graph_, node.in[1]);
    const auto steps = dequantize == kNoNode ? std::nullopt : stepsOf(graph_, dequantize);
    if (!steps || subject_.reach().comesFromProduct(node.in[1])) return;
    const bool isSigned = graph_.value(graph_.node(dequantize).in[0]).type == DType::i8;
    if (isSigned &&
        std::any_of(steps->zero.begin(), steps->zero.end(), [](int64_t zero) { return zero != 0; }))
      add(id, "zero point of weights",
          "its weights have a zero point: TensorRT refuses it, others correct every sum",
          "quantize weights symmetrically");
    if (node.op != &ops::conv || steps->scale.size() != 1 || !graph_.value(node.in[1]).shape.isStatic())
      return;
    const Dims dims = graph_.value(node.in[1]).shape.staticDims();
    if (node.as<ConvAttributes>().group > 1 && dims[1] == 1)
      add(id, fmt::format("1 scale for {} channels", dims[0]),
          "the filters of a depthwise convolution differ much in size: with one scale small ones are lost",
          "give every channel its own scale");
  }

  void judgeBias(NodeId id) {
    const Node& node = graph_.node(id);
    if (inputOf(node, 2) == kNoValue || !isQuantizedProduct(graph_, id)) return;
    const NodeId bias = producerOf(graph_, node.in[2], ops::dequantizeLinear);
    if (bias == kNoNode) return;
    const auto own = stepsOf(graph_, bias), data = stepsOf(graph_, dequantizerOf(graph_, node.in[0])),
               weights = stepsOf(graph_, dequantizerOf(graph_, node.in[1]));
    if (!own || !data || !weights || data->scale.size() != 1) return;
    for (size_t at = 0; at < std::max(own->scale.size(), weights->scale.size()); ++at) {
      const double is = own->scale[std::min(at, own->scale.size() - 1)];
      const double sum = data->scale[0] * weights->scale[std::min(at, weights->scale.size() - 1)];
      if (std::abs(is - sum) <= 1e-3 * sum) continue;
      add(id, fmt::format("bias scale {:.3g} instead of {:.3g}", is, sum),
          "its bias is quantized by another scale than its sums: it must be rounded again to be added",
          "quantize the bias with the scale of the data times that of the weights");
      return;
    }
  }

  const Subject& subject_;
  const Graph& graph_;
  std::vector<Finding>& findings_;
};

void look(const Subject& subject, std::vector<Finding>& findings) {
  if (!subject.quantized()) return;
  Harmful harmful(subject, findings);
  for (const NodeId id : subject.graph().order()) harmful.judge(id);
}

}  // namespace

extern const Rule harmfulPairs{"harmful-pairs", "quantized networks: pairs that cost accuracy or are refused",
                               look};

}  // namespace ridge::analyze::lint
