// Small graphs for tests, in few lines.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "ir/graph.h"
#include "ops/infer.h"
#include "ops/ops.h"

namespace ridge::test {

using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;

class GraphMaker {
 public:
  using Attribute = std::pair<std::string, AttributeValue>;

  ValueId input(const std::string& name, std::vector<Dim> dims, DType type = DType::f32) {
    return graph_.addInput(name, type, Shape(std::move(dims)));
  }
  ValueId floats(const std::string& name, Dims dims, const Floats& values) {
    return graph_.addConstant(name, Tensor::of(std::move(dims), std::span<const float>(values)));
  }
  ValueId ints(const std::string& name, const Ints& values) {
    return graph_.addConstant(
        name, Tensor::of({static_cast<int64_t>(values.size())}, std::span<const int64_t>(values)));
  }
  ValueId constant(const std::string& name, Tensor tensor) {
    return graph_.addConstant(name, std::move(tensor));
  }
  ValueId scalar(const std::string& name, float value) {
    return graph_.addConstant(name, Tensor::scalar(value));
  }
  /// Numbers from about -1 to 1 that differ by name and place.
  ValueId weights(const std::string& name, Dims dims, float scale = 1) {
    Floats values(static_cast<size_t>(elementCount(dims)));
    unsigned state = 7;
    for (const char letter : name) state = state * 31 + static_cast<unsigned>(letter);
    for (float& value : values) {
      state = state * 1664525 + 1013904223;
      value = scale * (static_cast<float>(state >> 8) / 8388608.0F - 1);
    }
    return floats(name, std::move(dims), values);
  }

  /// One output, which has the node's name.
  ValueId node(const Op& op, std::vector<ValueId> in, const std::string& name,
               std::initializer_list<Attribute> attributes = {}) {
    return nodeWithOutputs(op, std::move(in), {name}, attributes).front();
  }
  std::vector<ValueId> nodeWithOutputs(const Op& op, std::vector<ValueId> in,
                                       const std::vector<std::string>& names,
                                       std::initializer_list<Attribute> attributes = {}) {
    AttributeMap map;
    for (const auto& [name, value] : attributes) map.set(name, value);
    AttributeReader reader(map);
    Node made{.op = &op,
              .attrs = op.attributes ? op.attributes(reader) : nullptr,
              .in = std::move(in),
              .out = {},
              .name = names.front(),
              .origins = {names.front()}};
    reader.expectAllRead();
    for (const std::string& name : names) {
      made.out.push_back(graph_.addValue(name));
      graph_.value(made.out.back()).source = graph_.value(made.out.back()).name;
    }
    const std::vector<ValueId> out = made.out;
    graph_.addNode(std::move(made));
    return out;
  }

  void output(const std::string& name, ValueId value) { graph_.addOutput(name, value); }

  Graph finish() {
    inferShapes(graph_);
    return std::move(graph_);
  }

 private:
  Graph graph_;
};

}  // namespace ridge::test
