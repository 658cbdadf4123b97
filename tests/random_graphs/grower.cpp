#include "grower.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include "ir/dump.h"
#include "ops/evaluate.h"

namespace ridge::test {

namespace {

constexpr int64_t kMostElements = 600;
constexpr double kMostMagnitude = 1e4;
/// Roundings that one node may do to its largest element.
constexpr double kRoundings = 16;

/// Of the finite elements.
double largest(const Tensor& tensor) {
  double most = 0;
  for (const double value : toDoubles(tensor))
    if (std::isfinite(value)) most = std::max(most, std::abs(value));
  return most;
}

double farthest(const Tensor& a, const Tensor& b) {
  if (a.dims() != b.dims()) return std::numeric_limits<double>::infinity();
  double most = 0;
  const std::vector<double> x = toDoubles(a), y = toDoubles(b);
  for (size_t at = 0; at < x.size(); ++at) {
    if (x[at] == y[at] || (std::isnan(x[at]) && std::isnan(y[at]))) continue;
    const double distance = std::abs(x[at] - y[at]);
    most = std::isnan(distance) ? std::numeric_limits<double>::infinity() : std::max(most, distance);
  }
  return most;
}

bool isTame(const Tensor& tensor) {
  if (tensor.count() > kMostElements || tensor.rank() > 6) return false;
  return !isFloat(tensor.type()) || largest(tensor) <= kMostMagnitude;
}

/// What is not finite comes from an input that is not.
bool isWild(const NodeWish& wish, const std::vector<Datum>& results) {
  const bool given = std::all_of(wish.in.begin(), wish.in.end(), [](const Known& in) {
    return !in.tensor().defined() || !isFloat(in.type()) || isFinite(in.tensor());
  });
  return given && std::any_of(results.begin(), results.end(), [](const Datum& result) {
           return result.tensor.defined() && isFloat(result.tensor.type()) && !isFinite(result.tensor);
         });
}

double largestInput(const NodeWish& wish) {
  double most = 0;
  for (const Known& in : wish.in)
    if (in.tensor().defined() && isFloat(in.type())) most = std::max(most, largest(in.tensor()));
  return most;
}

bool isNoisy(const NodeWish& wish) {
  return std::any_of(wish.in.begin(), wish.in.end(), [](const Known& in) { return in.noise > 0; });
}

}  // namespace

bool isFinite(const Tensor& tensor) {
  const std::vector<double> values = toDoubles(tensor);
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

double epsilonOf(DType type) {
  switch (type) {
    case DType::f64:
      return 0x1p-52;
    case DType::f32:
      return 0x1p-23;
    case DType::f16:
      return 0x1p-10;
    default:
      return 0x1p-7;
  }
}

int64_t Grower::pick(int64_t choices) {
  return static_cast<int64_t>((*random_)() % static_cast<uint64_t>(choices));
}

Dims Grower::someDims(int64_t rank) {
  Dims dims;
  for (int64_t axis = 0; axis < rank; ++axis) {
    const int64_t kind = pick(100);
    dims.push_back(kind < 2 ? 0 : kind < 20 ? 1 : 1 + pick(6));
  }
  return dims;
}

Tensor Grower::someTensor(DType type, const Dims& dims) {
  std::vector<double> values(static_cast<size_t>(elementCount(dims)));
  const bool isUnsigned = type == DType::u8 || type == DType::u16 || type == DType::u32 || type == DType::u64;
  for (double& value : values) {
    if (isFloat(type))
      value = static_cast<double>(pick(257) - 128) / 64;
    else if (type == DType::boolean)
      value = static_cast<double>(pick(2));
    else
      value = static_cast<double>(pick(9) - (isUnsigned ? 0 : 4));
  }
  return fromDoubles(type, dims, values);
}

Tensor Grower::withOddNumber(const Tensor& tensor) {
  std::vector<double> values = toDoubles(tensor);
  values[static_cast<size_t>(pick(tensor.count()))] = oneOf(
      std::vector<double>{std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                          -std::numeric_limits<double>::infinity(), -0.0});
  return fromDoubles(tensor.type(), tensor.dims(), values);
}

Grower Grower::child(const std::vector<Known>& formals) const {
  Grower body(random_, counts_, depth_ + 1);
  for (const Known& formal : formals) {
    Known inside = formal;
    inside.id = body.graph_.addInput(body.fresh("in"), formal.type(), Shape::of(formal.dims()));
    body.values_.push_back(std::move(inside));
  }
  return body;
}

Known Grower::input(DType type, const Dims& dims) {
  const std::string name = fresh("x");
  Known made{.id = graph_.addInput(name, type, Shape::of(dims)), .data = someTensor(type, dims)};
  if (isFloat(type) && made.count() > 0 && chance(5)) made.data = withOddNumber(made.tensor());
  graph_.value(made.id).source = name;
  inputs_.emplace(name, made.tensor());
  values_.push_back(made);
  return made;
}

Known Grower::constant(Tensor tensor) {
  Known made{.id = graph_.addConstant(fresh("c"), tensor), .data = std::move(tensor)};
  if (chance(25)) values_.push_back(made);  // somebody else may read it too
  return made;
}

std::optional<Known> Grower::choose(const std::function<bool(const Known&)>& fits) {
  std::vector<const Known*> fitting;
  for (const Known& value : values_)
    if (value.tensor().defined() && fits(value)) fitting.push_back(&value);
  if (fitting.empty()) return std::nullopt;
  const auto count = static_cast<int64_t>(fitting.size());
  return *fitting[static_cast<size_t>(chance(60) ? count - 1 - pick(std::min<int64_t>(3, count))
                                                 : pick(count))];
}

std::optional<Known> Grower::chooseFloat(int64_t leastRank) {
  return choose([&](const Known& x) { return isFloat(x.type()) && x.rank() >= leastRank; });
}

Node Grower::nodeOf(const NodeWish& wish) const {
  AttributeMap map;
  for (const auto& [name, value] : wish.attributes) map.set(name, value);
  AttributeReader reader(map);
  Node node{.op = &wish.op,
            .attrs = wish.op.attributes ? wish.op.attributes(reader) : nullptr,
            .bodies = wish.bodies,
            .captures = wish.captures};
  reader.expectAllRead();
  for (const Known& in : wish.in) node.in.push_back(in.id);
  // Evaluation of the node alone wants as many outputs as there will be.
  node.out.assign(static_cast<size_t>(wish.outputs), 0);
  return node;
}

/// How far each result moves when every float input moves by its own noise and by the rounding of whatever
/// makes it; none when that is too far. Constants move too: passes fold scales into them.
std::optional<std::vector<double>> Grower::noises(const NodeWish& wish, const Node& node,
                                                  const std::vector<Datum>& results) {
  std::vector<double> noise(results.size(), 0);
  const bool noisy = isNoisy(wish),
             adds = wish.rounding == Rounding::rounded || wish.rounding == Rounding::cancels;
  if (!noisy && !adds) return noise;
  if (wish.rounding == Rounding::jumps) return std::nullopt;
  for (int attempt = 0; attempt < 3; ++attempt) {
    std::vector<Datum> moved;
    for (const Known& in : wish.in) {
      moved.push_back(in.data);
      if (!in.tensor().defined() || !isFloat(in.type())) continue;
      std::vector<double> values = toDoubles(in.tensor());
      const double relative = adds ? 2 * epsilonOf(in.type()) : 0;
      for (double& value : values) value += (chance(50) ? 1 : -1) * (in.noise + relative * std::abs(value));
      moved.back() = fromDoubles(in.type(), in.dims(), values);
    }
    const std::vector<Datum> after = evaluateNodeData(node, moved);
    for (size_t at = 0; at < results.size(); ++at)
      if (results[at].tensor.defined() && after[at].tensor.defined())
        noise[at] = std::max(noise[at], 2 * farthest(results[at].tensor, after[at].tensor));
  }
  for (size_t at = 0; at < results.size(); ++at) {
    const Tensor& result = results[at].tensor;
    if (!result.defined()) return std::nullopt;  // noise in sequences is not followed
    if (!isFloat(result.type())) {
      // Bodies keep noise away from what jumps by themselves.
      if (noise[at] > 0 || (adds && noisy && wish.bodies.empty())) return std::nullopt;
      continue;
    }
    const double magnitude = largest(result);
    const double errs =
        wish.rounding == Rounding::cancels ? std::max(magnitude, largestInput(wish)) : magnitude;
    if (adds) noise[at] += kRoundings * epsilonOf(result.type()) * errs + 1e-37;
    const double most = result.type() == DType::f32 || result.type() == DType::f64 ? 1e-3 : 0.2;
    if (!(noise[at] <= most * std::max(magnitude, 0.01))) return std::nullopt;
  }
  return noise;
}

void Grower::requireInferred(NodeId node, const std::vector<Datum>& results) {
  for (size_t at = 0; at < results.size(); ++at) {
    const Value& value = graph_.value(graph_.node(node).out[at]);
    if (!results[at].tensor.defined()) continue;
    if (value.type != results[at].tensor.type())
      throw Finding("inference and evaluation differ in the type of " + value.name);
    try {
      merge(value.shape, Shape::of(results[at].tensor.dims()));
    } catch (const Error&) {
      throw Finding(fmt::format("inference gives {} {}, evaluation {}", value.name, value.shape.toString(),
                                toString(results[at].tensor.dims())));
    }
  }
}

std::vector<Known> Grower::addAll(const NodeWish& wish) {
  std::vector<Datum> data, results;
  for (const Known& in : wish.in) data.push_back(in.data);
  auto& [accepted, refused] = counts_[wish.op.name];
  ++refused;
  std::optional<std::vector<double>> noise;
  Node node;
  try {
    node = nodeOf(wish);
    results = evaluateNodeData(node, data);
    for (const Datum& result : results)
      if (result.tensor.defined() && !isTame(result.tensor)) return {};
    if (isWild(wish, results)) return {};
    noise = noises(wish, node, results);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::internal) throw Finding(error.what());
    return {};
  }
  if (!noise) return {};
  --refused;
  ++accepted;

  std::string stem(wish.op.name);
  stem[0] = static_cast<char>(std::tolower(stem[0]));
  node.out.clear();
  std::vector<Known> made;
  for (size_t at = 0; at < results.size(); ++at) {
    node.out.push_back(graph_.addValue(fresh(stem)));
    graph_.value(node.out.back()).source = graph_.value(node.out.back()).name;
    made.push_back({node.out.back(), results[at], (*noise)[at]});
  }
  node.name = graph_.value(node.out.front()).name;
  node.origins = {node.name};
  const NodeId id = graph_.addNode(std::move(node));
  try {
    inferNode(graph_, id);
  } catch (const Error& error) {
    throw Finding(
        fmt::format("evaluation accepts a node that inference refuses: {}\n{}", error.what(), dump(graph_)));
  }
  requireInferred(id, results);
  for (const Known& value : made)
    if (value.tensor().defined()) values_.push_back(value);
  return made;
}

void grow(Grower& grower, int64_t nodes) {
  static const std::vector<NodeMaker> makers = [] {
    std::vector<NodeMaker> all;
    for (const auto& kind : {elementwiseMakers(), movementMakers(), windowMakers(), reductionMakers(),
                             indexMakers(), bodyMakers(), patternMakers(), specialMakers()})
      for (const NodeMaker& maker : kind) all.insert(all.end(), static_cast<size_t>(maker.weight), maker);
    return all;
  }();
  for (int64_t at = 0; at < nodes; ++at) grower.oneOf(makers).add(grower);
}

}  // namespace ridge::test
