// Integers that follow from the shapes become constants where they are read, also where their maker stays (it
// is an output, or folding is off): kernels that size their result by them see nothing else.
#include <algorithm>

#include "ir/matcher.h"
#include "ops/ops.h"
#include "passes/pass.h"

namespace ridge::passes {
namespace {

std::optional<Tensor> contentsOf(const Graph& graph, ValueId id) {
  if (id == kNoValue || graph.value(id).isConstant() || graph.value(id).type != DType::i64)
    return std::nullopt;
  const auto integers = knownIntegers(graph, id);
  const Shape& shape = graph.value(id).shape;
  if (!integers || !shape.isStatic() || shape.count() != static_cast<int64_t>(integers->size()))
    return std::nullopt;
  return Tensor::of(shape.staticDims(), std::span<const int64_t>(*integers));
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  // An Identity may be the copy that an output needs (driver.cpp); bodies read what they are given.
  if (node.op == &ops::identity || !node.bodies.empty()) return NoMatch{};
  GraphBuilder builder(graph, {id});
  std::vector<ValueId> in = node.in;
  for (ValueId& input : in)
    if (auto known = contentsOf(graph, input))
      input = builder.constant(graph.value(input).name, std::move(*known));
  if (in == node.in) return NoMatch{};
  const std::vector<ValueId> out = builder.nodeWithOutputs(*node.op, node.attrs, std::move(in),
                                                           static_cast<int>(node.out.size()), node.name);
  for (size_t at = 0; at < out.size(); ++at)
    if (node.out[at] != kNoValue) builder.replace(node.out[at], out[at]);
  return builder.finish("it reads integers that follow from shapes");
}

}  // namespace

extern const Pass knownContents{
    .name = "known_contents",
    .summary = "makes integers that follow from shapes constants of their readers",
    .run = run,
    .required = true};

}  // namespace ridge::passes
