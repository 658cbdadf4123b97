#include "api/shapes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace ridge {

namespace {

std::vector<std::string> inputNames(const Graph& graph) {
  std::vector<std::string> names;
  for (ValueId id : graph.inputs()) names.push_back(graph.value(id).name);
  return names;
}

void refuseConstant(const Graph& graph, const std::string& name, const char* flag) {
  if (const auto id = graph.find(name); id && graph.constant(*id))
    failUsage(fmt::format("'{}' is a constant of the model, not an input", escaped(name)), flag,
              "leave it out, or write the model without an initializer of that name");
}

void checkNames(const Graph& graph, const ShapeRequest& request) {
  const std::vector<std::string> names = inputNames(graph);
  for (const BoundShape& shape : request.shapes) refuseConstant(graph, shape.input, "shapes");
  for (const auto& [name, value] : request.values) refuseConstant(graph, name, "--value");
  for (const BoundShape& shape : request.shapes)
    if (std::find(names.begin(), names.end(), shape.input) == names.end())
      failUsage(fmt::format("the model has no input '{}'{}", escaped(shape.input),
                            orSuggestion(shape.input, names)),
                "shapes", "see `ridge inspect`");
  for (const auto& [name, value] : request.values)
    if (std::find(names.begin(), names.end(), name) == names.end())
      failUsage(fmt::format("the model has no input '{}'{}", escaped(name), orSuggestion(name, names)),
                "--value", "see `ridge inspect`");
  std::vector<std::string> symbols;
  for (ValueId id : graph.inputs())
    if (graph.value(id).shape.ranked())
      for (const Dim& dim : graph.value(id).shape.dims())
        if (dim.isSymbol()) symbols.push_back(dim.symbolName());
  for (const auto& [name, size] : request.dims)
    if (std::find(symbols.begin(), symbols.end(), name) == symbols.end())
      failUsage(fmt::format("no input has an axis named '{}'{}", escaped(name), orSuggestion(name, symbols)),
                "--dim", "see `ridge inspect`");
}

/// Finds one dimension after the other; remembers what symbols stand for.
class Resolver {
 public:
  Resolver(const Graph& graph, const ShapeRequest& request, std::vector<std::string>& notes)
      : graph_(graph), request_(request), notes_(notes), shapes_(request.shapes), symbols_(request.dims) {
    for (const auto& [name, numbers] : request.values) addListShape(name, numbers.size());
  }

  std::vector<BoundShape> run() {
    for (const BoundShape& shape : shapes_) learn(shape);
    std::vector<BoundShape> bound;
    for (ValueId id : graph_.inputs()) bound.push_back(resolve(graph_.value(id)));
    for (BoundShape& shape : bound) fix(shape);
    noteUnusedBatch(bound);
    return bound;
  }

 private:
  /// Whoever asks for a batch is told when there is another.
  void noteUnusedBatch(const std::vector<BoundShape>& bound) {
    const auto taken = [&](const BoundShape& shape) {
      return !shape.dims.empty() && shape.dims.front() == request_.batch;
    };
    if (request_.batch && std::none_of(bound.begin(), bound.end(), taken))
      notes_.push_back(fmt::format(
          "--batch {} changes nothing: the leading axis of no input is open (`ridge inspect` shows them)",
          *request_.batch));
  }

  /// A list of numbers says how long an open vector is.
  void addListShape(const std::string& input, size_t count) {
    const Shape& declared = graph_.value(*graph_.find(input)).shape;
    if (count > 1 && declared.ranked() && declared.rank() == 1 && !declared.isStatic() && !given(input))
      shapes_.push_back({input, {static_cast<int64_t>(count)}});
  }

  void fix(BoundShape& shape) const {
    const auto given = request_.values.find(shape.input);
    if (given == request_.values.end()) return;
    const auto count = static_cast<size_t>(elementCount(shape.dims));
    std::vector<double> contents = given->second;
    if (contents.size() == 1) contents.resize(count, contents.front());
    if (contents.size() != count)
      failUsage(fmt::format("there are {} numbers for the {} elements of input {}, of shape {}",
                            contents.size(), count, escaped(shape.input), toString(shape.dims)),
                "--value", "give one number for all, or as many as there are elements");
    shape.value = fromDoubles(graph_.value(*graph_.find(shape.input)).type, shape.dims, contents);
  }

  const BoundShape* given(const std::string& input) const {
    for (const BoundShape& shape : shapes_)
      if (shape.input == input) return &shape;
    return nullptr;
  }

  void learn(const BoundShape& shape) {
    const Shape& declared = graph_.value(*graph_.find(shape.input)).shape;
    if (!declared.ranked()) return;
    if (declared.rank() != static_cast<int64_t>(shape.dims.size()))
      failUsage(
          fmt::format("the shape {} has another rank than {}", toString(shape.dims), declared.toString()),
          fmt::format("input {}", escaped(shape.input)), "give as many dimensions as the model has");
    for (size_t axis = 0; axis < shape.dims.size(); ++axis) {
      const Dim& dim = declared.dims()[axis];
      if (dim.isSymbol()) learnSymbol(shape, dim.symbolName(), shape.dims[axis]);
      if (dim.isInteger() && dim.value() != shape.dims[axis])
        failUsage(fmt::format("the shape {} contradicts {}", toString(shape.dims), declared.toString()),
                  fmt::format("input {}", escaped(shape.input)), "only unbound axes can be chosen");
    }
  }

  void learnSymbol(const BoundShape& shape, const std::string& name, int64_t size) {
    const auto [known, fresh] = symbols_.emplace(name, size);
    if (!fresh && known->second != size)
      failUsage(fmt::format("the axis '{}' has two sizes, {} and {}", escaped(name), known->second, size),
                fmt::format("input {}", escaped(shape.input)), "axes of one name have one size");
  }

  BoundShape resolve(const Value& input) {
    if (const BoundShape* shape = given(input.name)) return *shape;
    if (!input.shape.ranked()) unbound(input, "the model does not say its rank");
    Dims dims;
    for (int64_t axis = 0; axis < input.shape.rank(); ++axis) dims.push_back(resolveDim(input, axis));
    return {input.name, std::move(dims)};
  }

  int64_t resolveDim(const Value& input, int64_t axis) {
    const Dim& dim = input.shape[axis];
    if (dim.isInteger()) return dim.value();
    if (dim.isSymbol())
      if (auto known = symbols_.find(dim.symbolName()); known != symbols_.end()) return known->second;
    if (axis != 0) unbound(input, "an axis has no size");
    const int64_t size = request_.batch.value_or(1);
    if (!request_.batch)
      notes_.push_back(
          fmt::format("the leading axis of input {} is not bound and taken as 1 (--batch N changes it)",
                      escaped(input.name)));
    if (dim.isSymbol()) symbols_.emplace(dim.symbolName(), size);
    return size;
  }

  [[noreturn]] static void unbound(const Value& input, const char* what) {
    std::string example;
    if (input.shape.ranked())
      for (const Dim& dim : input.shape.dims())
        example += fmt::format("{}{}", example.empty() ? "" : "x", dim.isInteger() ? dim.toString() : "1");
    failUsage(what, fmt::format("input {} {}", escaped(input.name), input.shape.toString()),
              fmt::format("add --shapes {}:{} with your sizes", escaped(input.name),
                          example.empty() ? "1x3x224x224" : example));
  }

  const Graph& graph_;
  const ShapeRequest& request_;
  std::vector<std::string>& notes_;
  std::vector<BoundShape> shapes_;  // of the request, and what follows from its values
  std::map<std::string, int64_t> symbols_;
};

}  // namespace

bool hasOpenShapes(const Graph& graph, const std::vector<BoundShape>& shapes) {
  return std::any_of(shapes.begin(), shapes.end(), [&](const BoundShape& shape) {
    const auto id = graph.find(shape.input);
    return shape.value || (id && !graph.value(*id).shape.isStatic());
  });
}

std::vector<BoundShape> shapesOf(const Plan& plan) {
  std::vector<BoundShape> shapes;
  for (const Port& port : plan.inputs)
    shapes.push_back({port.name, plan.typeOf(port).dims, plan.fixedOf(port)});
  return shapes;
}

void setFixedInputs(Plan& plan, const std::vector<BoundShape>& shapes) {
  for (const BoundShape& shape : shapes)
    for (Port& port : plan.inputs)
      if (shape.value && port.name == shape.input) {
        const auto bytes = shape.value->bytes();
        port.fixed.assign(bytes.begin(), bytes.end());
      }
}

std::vector<BoundShape> resolveShapes(const Graph& graph, const ShapeRequest& request,
                                      std::vector<std::string>& notes) {
  checkNames(graph, request);
  return Resolver(graph, request, notes).run();
}

}  // namespace ridge
