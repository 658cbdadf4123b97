#include "passes/row_norm.h"

#include <algorithm>
#include <cmath>

#include "ir/matcher.h"
#include "ops/ops.h"
#include "ops/reduce/reduce.h"

namespace ridge::passes {
namespace {

class Reader {
 public:
  Reader(const Graph& graph, NodeId division) : graph_(graph) { found_.nodes = {division}; }

  NormalizedOrReason run() {
    const Node& node = graph_.node(found_.nodes.front());
    found_.out = node.out[0];
    for (const bool swapped : {false, true}) {
      if (swapped && node.op != &ops::mul) continue;
      const ValueId numerator = node.in[swapped ? 1 : 0], factor = node.in[swapped ? 0 : 1];
      const auto sum = node.op == &ops::div ? rootOf(factor) : inverseRootOf(factor);
      if (sum && square(*sum, numerator)) return judged(numerator);
      found_.nodes.resize(1);
    }
    return NoMatch{};
  }

 private:
  const Node* producer(ValueId value, const Op& op) {
    const NodeId id = producerOf(graph_, value, op);
    if (id == kNoNode) return nullptr;
    found_.nodes.push_back(id);
    return &graph_.node(id);
  }

  std::optional<ValueId> powerOf(ValueId value, double exponent) {
    const Node* pow = producer(value, ops::pow);
    if (!pow || uniformConstant(graph_, pow->in[1]) != exponent) return std::nullopt;
    return pow->in[0];
  }

  std::optional<ValueId> rootOf(ValueId value) {
    if (const Node* root = producer(value, ops::sqrt)) return root->in[0];
    return powerOf(value, 0.5);
  }

  std::optional<ValueId> inverseRootOf(ValueId value) {
    if (const Node* inverse = producer(value, ops::reciprocal)) return rootOf(inverse->in[0]);
    if (const Node* quotient = producer(value, ops::div))
      return uniformConstant(graph_, quotient->in[0]) == 1 ? rootOf(quotient->in[1]) : std::nullopt;
    return powerOf(value, -0.5);
  }

  /// The mean of a value over some axes, which it keeps as ones; a mean over all spatial axes is
  /// GlobalAveragePool by now.
  std::optional<ValueId> meanOf(ValueId value, std::vector<int64_t>& axes) {
    if (const Node* pool = producer(value, ops::globalAveragePool)) {
      const Shape& shape = graph_.value(pool->in[0]).shape;
      axes.clear();
      for (int64_t axis = 2; axis < shape.rank(); ++axis) axes.push_back(axis);
      return pool->in[0];
    }
    const Node* mean = producer(value, ops::reduceMean);
    if (!mean || !mean->as<ReduceAttributes>().keepDims) return std::nullopt;
    const auto reduced = reducedAxes(graph_, *mean);
    if (!reduced || reduced->empty()) return std::nullopt;
    axes = *reduced;
    return mean->in[0];
  }

  /// `sum` is the mean of the square of the numerator plus epsilon.
  bool square(ValueId sum, ValueId numerator) {
    const Node* plus = producer(sum, ops::add);
    const auto operand = plus ? constantOperand(graph_, *plus) : std::nullopt;
    if (!operand) return false;
    const auto epsilon = uniformConstant(graph_, operand->constant);
    if (!epsilon || !sameShape(graph_.value(operand->variable).shape, graph_.value(sum).shape)) return false;
    found_.epsilon = *epsilon;
    const auto squares = meanOf(operand->variable, found_.axes);
    if (!squares) return false;
    if (const Node* product = producer(*squares, ops::mul))
      return product->in[0] == product->in[1] && same(product->in[0], numerator);
    const auto base = powerOf(*squares, 2);
    return base && same(*base, numerator);
  }

  /// One value, or two differences of the same two values.
  bool same(ValueId a, ValueId b) {
    if (a == b) return true;
    const Node *left = producer(a, ops::sub), *right = producer(b, ops::sub);
    return left && right && left->in[0] == right->in[0] &&
           (left->in[1] == right->in[1] || sameMean(left->in[1], right->in[1], left->in[0]));
  }
  bool sameMean(ValueId a, ValueId b, ValueId x) {
    std::vector<int64_t> first, second;
    return meanOf(a, first) == x && meanOf(b, second) == x && first == second;
  }

  NormalizedOrReason judged(ValueId numerator) {
    found_.x = numerator;
    if (const Node* difference = producer(numerator, ops::sub)) {
      std::vector<int64_t> axes;
      const auto mean = meanOf(difference->in[1], axes);
      if (mean == difference->in[0]) {
        if (axes != found_.axes) return Declined{"the mean and the variance are over different axes"};
        found_.x = difference->in[0];
        found_.centered = true;
      }
    }
    keepInside();
    const auto leaves = [&](NodeId id) {
      return id != found_.nodes.front() && leavesPattern(graph_.node(id).out[0]);
    };
    if (std::any_of(found_.nodes.begin(), found_.nodes.end(), leaves))
      return Declined{"a value in the middle of the normalization is also read elsewhere"};
    if (!isFloat(graph_.value(found_.x).type) || !std::isfinite(found_.epsilon) || found_.epsilon < 0)
      return Declined{"its epsilon or its type is not that of a normalization"};
    if (!sameShape(graph_.value(found_.x).shape, graph_.value(found_.out).shape)) return NoMatch{};
    return std::move(found_);
  }

  /// Without what was only looked at: nodes that x itself depends on.
  void keepInside() {
    std::sort(found_.nodes.begin() + 1, found_.nodes.end());
    found_.nodes.erase(std::unique(found_.nodes.begin() + 1, found_.nodes.end()), found_.nodes.end());
    const NodeId maker = graph_.producer(found_.x);
    found_.nodes.erase(std::remove(found_.nodes.begin() + 1, found_.nodes.end(), maker), found_.nodes.end());
  }

  bool leavesPattern(ValueId value) const {
    const auto users = graph_.users(value);
    return graph_.isOutput(value) || std::any_of(users.begin(), users.end(), [&](NodeId user) {
             return std::find(found_.nodes.begin(), found_.nodes.end(), user) == found_.nodes.end();
           });
  }

  const Graph& graph_;
  Normalized found_;
};

}  // namespace

NormalizedOrReason normalizedBy(const Graph& graph, NodeId division) {
  const Node& node = graph.node(division);
  if (node.op != &ops::div && node.op != &ops::mul) return NoMatch{};
  return Reader(graph, division).run();
}

bool areLastAxes(const Graph& graph, const Normalized& norm) {
  const int64_t rank = graph.value(norm.x).shape.rank(), first = norm.axes.front();
  return norm.axes.back() == rank - 1 && static_cast<int64_t>(norm.axes.size()) == rank - first;
}

std::optional<ConstantStep> soleStep(const Graph& graph, ValueId value, const Op& op) {
  const NodeId user = soleUser(graph, value);
  if (user == kNoNode || graph.node(user).op != &op) return std::nullopt;
  const auto operand = constantOperand(graph, graph.node(user));
  if (!operand || operand->variable != value) return std::nullopt;
  const ValueId out = graph.node(user).out[0];
  if (!sameShape(graph.value(value).shape, graph.value(out).shape)) return std::nullopt;
  return ConstantStep{user, operand->constant, out};
}

std::optional<Tensor> rowConstant(const Graph& graph, ValueId constant, const Dims& row) {
  const Tensor& tensor = graph.value(constant).constant;
  if (!isFloat(tensor.type())) return std::nullopt;
  if (tensor.count() == 1) {
    const std::vector<double> all(static_cast<size_t>(elementCount(row)), toDoubles(tensor).front());
    return fromDoubles(tensor.type(), row, all);
  }
  const Dims& dims = tensor.dims();
  const int64_t extra = static_cast<int64_t>(dims.size()) - static_cast<int64_t>(row.size());
  if (extra < 0) return std::nullopt;
  const auto begin = dims.begin() + extra;
  if (!std::all_of(dims.begin(), begin, [](int64_t dim) { return dim == 1; })) return std::nullopt;
  if (!std::equal(begin, dims.end(), row.begin(), row.end())) return std::nullopt;
  return fromDoubles(tensor.type(), row, toDoubles(tensor));
}

RowAffine rowAffineAfter(const Graph& graph, ValueId value, const Dims& row, bool takesBias) {
  RowAffine affine{.scale = {}, .bias = {}, .out = value, .nodes = {}};
  const auto take = [&](const Op& op, std::optional<Tensor>& constant) {
    const auto step = soleStep(graph, affine.out, op);
    if (!step) return;
    constant = rowConstant(graph, step->constant, row);
    if (!constant) return;
    affine.out = step->out;
    affine.nodes.push_back(step->node);
  };
  take(ops::mul, affine.scale);
  if (takesBias) take(ops::add, affine.bias);
  return affine;
}

}  // namespace ridge::passes
