// A network with every kind of body: a Scan over slices, a Loop that collects, a Loop with a condition, an
// If.
#pragma once

#include <memory>

#include "support/graph_maker.h"

namespace ridge::test {

inline std::shared_ptr<const Graph> bodyOf(GraphMaker& maker) {
  return std::make_shared<const Graph>(maker.finish());
}

/// s * w + slice, through tanh; the new state is also collected.
inline std::shared_ptr<const Graph> recurrentBody() {
  GraphMaker m;
  const ValueId state = m.input("state", {2, 4}), slice = m.input("slice", {2, 4});
  const ValueId product = m.node(ops::matMul, {state, m.weights("w", {4, 4})}, "product");
  const ValueId next = m.node(ops::tanh, {m.node(ops::add, {product, slice}, "sum")}, "next");
  m.output("next", next);
  m.output("seen", m.node(ops::identity, {next}, "seen_now"));
  return bodyOf(m);
}

/// Halves its state and collects the sum; goes on while the largest element is above a captured bound.
inline std::shared_ptr<const Graph> loopBody(bool forEver) {
  GraphMaker m;
  m.input("iteration", {}, DType::i64);
  const ValueId goes = m.input("goes", {}, DType::boolean);
  const ValueId state = m.input("state", {2, 4}), bound = m.input("bound", {});
  const ValueId next = m.node(ops::mul, {state, m.scalar("half", 0.5F)}, "next");
  const ValueId largest = m.node(ops::reduceMax, {next}, "largest", {{"keepdims", int64_t{0}}});
  m.output("goes_on",
           forEver ? m.node(ops::identity, {goes}, "same") : m.node(ops::greater, {largest, bound}, "above"));
  m.output("next", next);
  if (forEver) m.output("largest", m.node(ops::identity, {largest}, "largest_now"));
  return bodyOf(m);
}

inline std::shared_ptr<const Graph> branchBody(const Op& op) {
  GraphMaker m;
  m.output("result", m.node(op, {m.input("x", {2, 4})}, "made"));
  return bodyOf(m);
}

/// `trips` of the second loop is an input, and so is the condition of the If.
inline Graph controlNetwork() {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3, 4}), start = m.input("start", {2, 4}), bound = m.input("bound", {});
  const ValueId trips = m.input("trips", {}, DType::i64), choice = m.input("choice", {}, DType::boolean);
  const ValueId three = m.constant("three", Tensor::scalar(int64_t{3}));
  const ValueId yes = m.constant("yes", fromDoubles(DType::boolean, {}, std::vector{1.0}));
  Graph graph = m.finish();
  const auto add = [&](const Op& op, std::vector<ValueId> in, const std::vector<std::string>& names,
                       std::vector<std::shared_ptr<const Graph>> bodies, int captures,
                       AttributeMap map = {}) {
    AttributeReader reader(map);
    Node node{.op = &op, .attrs = op.attributes ? op.attributes(reader) : nullptr, .in = std::move(in)};
    for (const std::string& name : names) {
      node.out.push_back(graph.addValue(name));
      graph.value(node.out.back()).source = name;
    }
    node.bodies = std::move(bodies);
    node.captures = captures;
    node.name = names.front();
    node.origins = {node.name};
    graph.addNode(node);
    return node.out;
  };
  AttributeMap backward;
  backward.set("num_scan_inputs", int64_t{1});
  backward.set("scan_input_axes", std::vector<int64_t>{1});
  backward.set("scan_output_axes", std::vector<int64_t>{-2});
  backward.set("scan_output_directions", std::vector<int64_t>{1});
  const auto scanned = add(ops::scan, {start, x}, {"last", "all"}, {recurrentBody()}, 0, backward);
  const auto counted =
      add(ops::loop, {three, yes, scanned[0], bound}, {"shrunk", "sizes"}, {loopBody(true)}, 1);
  const auto until = add(ops::loop, {trips, kNoValue, counted[0], bound}, {"settled"}, {loopBody(false)}, 1);
  const auto chosen =
      add(ops::ifOf, {choice, until[0]}, {"chosen"}, {branchBody(ops::exp), branchBody(ops::neg)}, 1);
  for (const auto* values : {&scanned, &counted, &until, &chosen})
    for (const ValueId value : *values) graph.addOutput(graph.value(value).name, value);
  inferShapes(graph);
  return graph;
}

}  // namespace ridge::test
