// Inference, cost and activations of the recurrent ops.
#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/recurrent/recurrence.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

struct Named {
  std::string_view name;  // in lower case
  Activation::Kind kind;
  double alpha, beta;  // defaults; NaN: no such parameter
};
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
using Kind = Activation::Kind;
constexpr Named kActivations[] = {
    {"affine", Kind::affine, 1.0, 0.0},
    {"elu", Kind::elu, 1.0, kNone},
    {"hardsigmoid", Kind::hardSigmoid, static_cast<double>(0.2f), 0.5},
    {"leakyrelu", Kind::leakyRelu, static_cast<double>(0.01f), kNone},
    {"relu", Kind::relu, kNone, kNone},
    {"scaledtanh", Kind::scaledTanh, 1.0, 1.0},
    {"sigmoid", Kind::sigmoid, kNone, kNone},
    {"softplus", Kind::softplus, kNone, kNone},
    {"softsign", Kind::softsign, kNone, kNone},
    {"tanh", Kind::tanh, kNone, kNone},
    {"thresholdedrelu", Kind::thresholdedRelu, 1.0, kNone},
};

bool sameName(std::string_view lower, std::string_view given) {
  return std::equal(lower.begin(), lower.end(), given.begin(), given.end(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); });
}

// The next of a list of parameters, if this activation has one.
double parameter(double standard, const std::vector<float>& list, size_t& next) {
  if (std::isnan(standard)) return 0;
  return next < list.size() ? static_cast<double>(list[next++]) : standard;
}

Dim multiple(const Dim& dim, int64_t factor) {
  int64_t product = 0;
  if (!dim.isInteger() || __builtin_mul_overflow(dim.value(), factor, &product)) return {};
  return product;
}

Dim hiddenOf(const InferContext& c, const RecurrentForm& form, int64_t gates) {
  if (form.hiddenSize) return *form.hiddenSize;
  if (c.shape(2).ranked() && c.shape(2)[2].isInteger()) return c.shape(2)[2];
  for (size_t at : {size_t{1}, size_t{2}})
    if (c.shape(at).ranked() && c.shape(at)[1].isInteger()) return c.shape(at)[1].value() / gates;
  return {};
}

void requireForm(const InferContext& c, const RecurrentForm& form, const RecurrentKind& kind) {
  const bool known =
      form.direction == "forward" || form.direction == "reverse" || form.direction == "bidirectional";
  c.require(known, "direction must be forward, reverse or bidirectional");
  c.require(form.layout == 0 || form.layout == 1, "layout must be 0 or 1");
  c.require(!form.hiddenSize || *form.hiddenSize >= 0, "hidden_size must not be negative");
  c.require(!form.clip || *form.clip >= 0, "clip must not be negative");
  activationsOf(form, kind);
  DType common = c.type(0);
  for (size_t at = 0; at < c.inputCount(); ++at) {
    if (at == 4 || c.type(at) == DType::undefined) continue;
    requireFloat(c, at);
    c.require(common == DType::undefined || c.type(at) == common, "the inputs have different element types");
    common = c.type(at);
  }
  c.require(c.type(4) == DType::i32 || c.type(4) == DType::undefined, "sequence_lens must be int32");
  for (size_t at : {size_t{0}, size_t{1}, size_t{2}}) requireRank(c, at, 3, 3);
}

}  // namespace

Activations activationsOf(const RecurrentForm& form, const RecurrentKind& kind) {
  const size_t needed = kind.activations.size() * static_cast<size_t>(form.directions());
  if (!form.activations.empty() && form.activations.size() < needed)
    failInput("activations names " + std::to_string(form.activations.size()) + " functions, " +
              std::to_string(needed) + " are needed");
  Activations made;
  size_t nextAlpha = 0, nextBeta = 0;
  for (size_t at = 0; at < needed; ++at) {
    const std::string_view given = form.activations.empty() ? kind.activations[at % kind.activations.size()]
                                                            : std::string_view(form.activations[at]);
    const auto named = std::find_if(std::begin(kActivations), std::end(kActivations),
                                    [&](const Named& one) { return sameName(one.name, given); });
    if (named == std::end(kActivations)) failInput("there is no activation named " + std::string(given));
    made[at].kind = named->kind;
    made[at].alpha = parameter(named->alpha, form.alpha, nextAlpha);
    made[at].beta = parameter(named->beta, form.beta, nextBeta);
    made[at].clip = form.clip ? static_cast<double>(*form.clip) : std::numeric_limits<double>::infinity();
  }
  return made;
}

double Activation::operator()(double x) const {
  return withoutClip(std::isnan(x) ? x : std::clamp(x, -clip, clip));
}

double Activation::withoutClip(double x) const {
  switch (kind) {
    case Kind::affine:
      return alpha * x + beta;
    case Kind::elu:
      return x >= 0 ? x : alpha * std::expm1(x);
    case Kind::hardSigmoid: {
      const double linear = alpha * x + beta;
      return linear < 0 ? 0 : linear > 1 ? 1 : linear;
    }
    case Kind::leakyRelu:
      return x >= 0 ? x : alpha * x;
    case Kind::relu:
      return x < 0 ? 0 : x;
    case Kind::scaledTanh:
      return alpha * std::tanh(beta * x);
    case Kind::sigmoid:
      return 1.0 / (1.0 + std::exp(-x));
    case Kind::softplus:
      return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
    case Kind::softsign:
      return x / (1.0 + std::fabs(x));
    case Kind::tanh:
      return std::tanh(x);
    case Kind::thresholdedRelu:
      return x >= alpha ? x : 0;
  }
  return x;
}

void inferRecurrent(InferContext& c, const RecurrentForm& form, const RecurrentKind& kind) {
  requireForm(c, form, kind);
  const bool batchFirst = form.layout == 1;
  const Shape& x = c.shape(0);
  const Dim steps = x.ranked() ? x[batchFirst ? 1 : 0] : Dim(),
            batch = x.ranked() ? x[batchFirst ? 0 : 1] : Dim();
  const Dim input = x.ranked() ? x[2] : Dim(), directions = form.directions();
  const Dim hidden = hiddenOf(c, form, kind.gates), width = multiple(hidden, kind.gates);
  requireDims(c, 1, {directions, width, input});
  requireDims(c, 2, {directions, width, hidden});
  requireDims(c, 3, {directions, multiple(width, 2)});
  requireDims(c, 4, {batch});
  const std::vector<Dim> state =
      batchFirst ? std::vector<Dim>{batch, directions, hidden} : std::vector<Dim>{directions, batch, hidden};
  requireDims(c, 5, state);
  if (kind.hasCell) {
    requireDims(c, 6, state);
    requireDims(c, 7, {directions, multiple(hidden, 3)});
    c.output(2, c.type(0), Shape(state));
  }
  c.output(
      0, c.type(0),
      batchFirst ? Shape({batch, steps, directions, hidden}) : Shape({steps, directions, batch, hidden}));
  c.output(1, c.type(0), Shape(state));
}

Cost recurrentCost(const Node& node, const Graph& graph, const RecurrentForm& form,
                   const RecurrentKind& kind) {
  Cost cost = movedBytes(node, graph);
  const Shape &x = graph.value(node.in[0]).shape, &r = graph.value(node.in[2]).shape;
  if (!x.isStatic() || !r.isStatic()) return cost;
  const RecurrentShape s(form, kind, x.staticDims(), r.staticDims());
  const int64_t rows = saturatingProduct(saturatingProduct(s.directions, s.steps), s.batch);
  const int64_t elements = saturatingProduct(rows, s.width());
  cost.macs = saturatingProduct(elements, s.input + s.hidden);
  cost.operations = saturatingProduct(elements, 3);  // sum, bias and activation of each gate
  return cost;
}

int sinceRecurrent(const Node& node, const Graph& graph, const RecurrentForm& form) {
  if (ops::inputType(node, graph, 0) == DType::bf16) return 22;
  return form.layout == 1 ? 14 : 7;
}

}  // namespace ridge
