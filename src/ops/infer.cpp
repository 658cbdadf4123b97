#include "ops/infer.h"

#include <unordered_map>

#include "base/error.h"
#include "base/text.h"
#include "ir/patch.h"

namespace ridge {
namespace {

constexpr int64_t kMostDimensions = 32;       // ExprOperand::axes is a 32-bit mask
constexpr int64_t kMostContents = 4096;       // contents are shapes and axes, never data
constexpr int64_t kMostElements = 1LL << 56;  // so that bytes fit an int64

void refuseUnreasonable(const InferContext& c, const Shape& shape) {
  if (!shape.ranked()) return;
  if (shape.rank() > kMostDimensions)
    c.fail("a tensor of " + std::to_string(shape.rank()) + " dimensions; at most 32 are supported");
  for (const Dim& dim : shape.dims())
    if (dim.isInteger() && dim.value() < 0) c.fail("the output would have the shape " + shape.toString());
  if (shape.isStatic() && elementCount(shape.staticDims()) > kMostElements)
    c.fail("the output would have the shape " + shape.toString() + ", which no memory can hold");
}

std::optional<std::vector<Dim>> contentsOf(const Tensor& constant) {
  const bool integers = constant.type() == DType::i64 || constant.type() == DType::i32;
  if (!integers || constant.rank() > 1 || constant.count() > kMostContents) return std::nullopt;
  const std::vector<int64_t> values = toInts(constant);
  return std::vector<Dim>(values.begin(), values.end());
}

/// Before other shapes are bound: those of inner values are inferred anew.
void forgetShapes(Graph& graph) {
  for (ValueId id = 0; id < graph.valueCount(); ++id) {
    Value& value = graph.value(id);
    if (value.isConstant() || graph.isInput(id)) continue;
    value.shape = Shape();
    value.contents.reset();
  }
}

/// Only ops that are evaluated on data of any kind take more than tensors.
void requireTensors(const Graph& graph, const Node& node) {
  if (node.op->evaluate || node.op->traits.opaque) return;
  for (size_t at = 0; at < node.in.size(); ++at) {
    if (node.in[at] == kNoValue) continue;
    const Value& value = graph.value(node.in[at]);
    if (value.container != Container::tensor)
      failInput("its input " + value.name + " is a sequence or an optional, the op takes tensors");
  }
}

void requireCounts(const Node& node) {
  const auto complain = [&](const char* what, size_t count, int least, int most) {
    if (count >= static_cast<size_t>(least) && (most < 0 || count <= static_cast<size_t>(most))) return;
    std::string wanted = std::to_string(least);
    if (most != least) wanted += most < 0 ? " or more" : " to " + std::to_string(most);
    failInput("it has " + std::to_string(count) + " " + what + ", the op takes " + wanted);
  };
  complain("inputs", node.in.size() - static_cast<size_t>(node.captures), node.op->minInputs,
           node.op->maxInputs);
  complain("outputs", node.out.size(), node.op->minOutputs, node.op->maxOutputs);
  for (int at = 0; at < node.op->minInputs; ++at)
    if (node.in[static_cast<size_t>(at)] == kNoValue)
      failInput("input " + std::to_string(at) + " is left out");
}

}  // namespace

std::string placeOf(const Graph& graph, const Node& node) {
  const std::string op = " (" + displayName(*node.op) + ")";
  if (!node.name.empty()) return "node " + escaped(node.name) + op;
  for (ValueId id : node.out)
    if (id != kNoValue) return "node of " + escaped(graph.value(id).name) + op;
  return "a node" + op;
}

InferContext::InferContext(Graph& graph, NodeId id) : graph_(graph), id_(id), node_(graph.node(id)) {}

bool InferContext::has(size_t input) const {
  return input < node_.in.size() && node_.in[input] != kNoValue;
}

DType InferContext::type(size_t input) const {
  return has(input) ? graph_.value(node_.in[input]).type : DType::undefined;
}

const Shape& InferContext::shape(size_t input) const {
  static const Shape kUnranked;
  return has(input) ? graph_.value(node_.in[input]).shape : kUnranked;
}

const Tensor* InferContext::constant(size_t input) const {
  return has(input) ? graph_.constant(node_.in[input]) : nullptr;
}

std::optional<std::vector<Dim>> InferContext::contents(size_t input) const {
  if (!has(input)) return std::nullopt;
  const Value& value = graph_.value(node_.in[input]);
  return value.isConstant() ? contentsOf(value.constant) : value.contents;
}

std::optional<std::vector<int64_t>> InferContext::integers(size_t input) const {
  const auto dims = contents(input);
  if (!dims) return std::nullopt;
  std::vector<int64_t> values;
  for (const Dim& dim : *dims) {
    if (!dim.isInteger()) return std::nullopt;
    values.push_back(dim.value());
  }
  return values;
}

ValueType InferContext::valueType(size_t input) const {
  if (!has(input)) return {};
  const Value& value = graph_.value(node_.in[input]);
  return {value.type, value.shape, value.container, contents(input)};
}

namespace {
thread_local int bodiesAround = 0;

struct InBody {
  InBody() { ++bodiesAround; }
  ~InBody() { --bodiesAround; }
  InBody(const InBody&) = delete;
  InBody& operator=(const InBody&) = delete;
};
}  // namespace

int InferContext::bodyDepth() {
  return bodiesAround;
}

std::vector<ValueType> InferContext::inferBody(size_t body, std::vector<ValueType> formal) {
  const InBody inBody;
  Graph fresh = *node_.bodies[body];
  forgetShapes(fresh);
  for (size_t at = formalCount(); at < node_.in.size(); ++at) formal.push_back(valueType(at));
  require(formal.size() == fresh.inputs().size(), "a body takes another number of inputs than it is given");
  for (size_t at = 0; at < formal.size(); ++at) {
    Value& input = fresh.value(fresh.inputs()[at]);
    if (formal[at].type != DType::undefined) input.type = formal[at].type;
    input.shape = formal[at].shape;
    input.container = formal[at].container;
    input.contents = formal[at].contents;
  }
  inferShapes(fresh);
  std::vector<ValueType> results;
  for (const Graph::Output& output : fresh.outputs()) {
    const Value& value = fresh.value(output.value);
    results.push_back({value.type, value.shape, value.container,
                       value.isConstant() ? contentsOf(value.constant) : value.contents});
  }
  graph_.node(id_).bodies[body] = std::make_shared<const Graph>(std::move(fresh));
  return results;
}

void InferContext::output(size_t index, const ValueType& value) {
  output(index, value.type, value.shape);
  if (index >= node_.out.size() || node_.out[index] == kNoValue) return;
  graph_.value(node_.out[index]).container = value.container;
  if (value.contents) outputContents(index, *value.contents);
}

void InferContext::output(size_t index, DType type, const Shape& shape) {
  if (index >= node_.out.size() || node_.out[index] == kNoValue) return;
  Value& value = graph_.value(node_.out[index]);
  refuseUnreasonable(*this, shape);
  if (type != DType::undefined && value.type != DType::undefined && type != value.type)
    fail("output " + value.name + " is declared as " + std::string(ridge::name(value.type)) + " but is " +
         std::string(ridge::name(type)));
  if (type != DType::undefined) value.type = type;
  try {
    value.shape = merge(value.shape, shape);
  } catch (const Error&) {
    fail("output " + value.name + " is declared as " + value.shape.toString() + " but is " +
         shape.toString());
  }
}

void InferContext::outputContents(size_t index, std::vector<Dim> contents) {
  if (index >= node_.out.size() || node_.out[index] == kNoValue) return;
  if (contents.size() > static_cast<size_t>(kMostContents)) return;
  graph_.value(node_.out[index]).contents = std::move(contents);
}

void InferContext::fail(std::string sentence) const {
  failInput(std::move(sentence));
}

void inferNode(Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  check(node.op != nullptr, "only live nodes are inferred");
  withContext([&] { return placeOf(graph, node); },
              [&] {
                requireCounts(node);
                requireTensors(graph, node);
                InferContext context(graph, id);
                if (node.op->infer) node.op->infer(context);
              });
}

void inferShapes(Graph& graph) {
  for (NodeId id : graph.order()) inferNode(graph, id);
}

namespace {

// What the given shapes say about symbols: two inputs that share one must agree.
using Symbols = std::unordered_map<std::string, int64_t>;

void bindInput(Value& value, const Dims& dims, Symbols& symbols) {
  const Shape declared = value.shape;
  value.shape = merge(declared, Shape::of(dims));
  elementCount(dims);
  if (!declared.ranked()) return;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    const Dim& dim = declared.dims()[axis];
    if (!dim.isSymbol()) continue;
    const auto [known, fresh] = symbols.emplace(dim.symbolName(), dims[axis]);
    if (!fresh && known->second != dims[axis])
      failInput("dimension " + dim.symbolName() + " would be both " + std::to_string(known->second) +
                " and " + std::to_string(dims[axis]));
  }
}

void substituteSymbols(Value& value, const Symbols& symbols) {
  if (!value.shape.ranked()) return;
  std::vector<Dim> dims = value.shape.dims();
  for (Dim& dim : dims) {
    if (!dim.isSymbol()) continue;
    if (const auto known = symbols.find(dim.symbolName()); known != symbols.end()) dim = Dim(known->second);
  }
  value.shape = Shape(std::move(dims));
}

}  // namespace

Graph bindShapes(const Graph& graph, const std::vector<BoundShape>& shapes) {
  Graph bound = graph;
  forgetShapes(bound);
  Symbols symbols;
  for (const BoundShape& shape : shapes) {
    const auto id = bound.find(shape.input);
    if (!id || !bound.isInput(*id)) failInput("the model has no input named " + escaped(shape.input));
    withContext([&] { return "input " + escaped(shape.input); },
                [&] { bindInput(bound.value(*id), shape.dims, symbols); });
    if (shape.value) {
      Patch patch;
      patch.values.push_back(Value{.name = bound.uniqueName(shape.input + ".fixed"),
                                   .type = shape.value->type(),
                                   .shape = Shape::of(shape.value->dims()),
                                   .constant = *shape.value});
      patch.replace.emplace_back(*id, bound.valueCount());
      bound.apply(std::move(patch));
    }
  }
  for (ValueId id : bound.inputs()) substituteSymbols(bound.value(id), symbols);
  inferShapes(bound);
  return bound;
}

}  // namespace ridge
