// Small networks that contain a little of everything, and what tests do with them.
#pragma once

#include "onnx/reader.h"
#include "onnx/writer.h"
#include "support/graph_maker.h"

namespace ridge::test {

/// What the network is made of: convolution (also depthwise and strided), residual, pool, concat,
/// squeeze-and-excite gate, pointwise chain, global pool, matrix product, softmax. Input x [N,3,8,8];
/// outputs "probabilities" [N,10] and "map" [N,16,4,4].
inline Graph tourNetwork() {
  GraphMaker m;
  const auto conv = [&](ValueId in, const std::string& name, int64_t to, int64_t from, int64_t kernel,
                        int64_t group = 1, int64_t stride = 1) {
    const int64_t pad = kernel / 2;
    const ValueId weights = m.weights(name + "_w", {to, from / group, kernel, kernel}, 0.4F);
    return m.node(ops::conv, {in, weights, m.weights(name + "_b", {to}, 0.1F)}, name,
                  {{"pads", Ints{pad, pad, pad, pad}}, {"group", group}, {"strides", Ints{stride, stride}}});
  };
  const ValueId x = m.input("x", {Dim::symbol("N"), 3, 8, 8});
  const ValueId stem = m.node(ops::relu, {conv(x, "stem", 8, 3, 3)}, "stem_relu");
  const ValueId inner = m.node(ops::relu, {conv(stem, "inner", 8, 8, 3)}, "inner_relu");
  const ValueId block = m.node(ops::add, {conv(inner, "project", 8, 8, 1), stem}, "residual");
  const ValueId act = m.node(ops::relu, {block}, "block_relu");
  const ValueId pooled =
      m.node(ops::maxPool, {act}, "pool", {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}});
  const ValueId norm =
      m.node(ops::batchNormalization,
             {conv(pooled, "left", 8, 8, 1), m.weights("scale", {8}), m.weights("shift", {8}),
              m.weights("mean", {8}), m.floats("variance", {8}, Floats(8, 0.5F))},
             "left_norm");
  const ValueId left = m.node(ops::relu, {norm}, "left_relu");
  const ValueId depth = conv(pooled, "depthwise", 8, 8, 3, 8);
  const ValueId right = m.node(ops::clip, {depth, m.scalar("low", 0), m.scalar("high", 6)}, "right_clip");
  const ValueId joined = m.node(ops::concat, {left, right}, "joined", {{"axis", int64_t{1}}});
  const ValueId squeezed = m.node(ops::globalAveragePool, {joined}, "squeezed");
  const ValueId gate = m.node(ops::sigmoid, {conv(squeezed, "excite", 16, 16, 1)}, "gate");
  const ValueId map = m.node(ops::mul, {joined, gate}, "map");
  m.output("map", map);
  const ValueId last = m.node(ops::globalAveragePool, {conv(map, "head", 16, 16, 3, 1, 2)}, "last");
  const ValueId flat = m.node(ops::flatten, {last}, "flat");
  const ValueId logits = m.node(ops::gemm, {flat, m.weights("fc_w", {10, 16}), m.weights("fc_b", {10})},
                                "logits", {{"transB", int64_t{1}}});
  m.output("probabilities", m.node(ops::softmax, {logits}, "probabilities_raw", {{"axis", int64_t{1}}}));
  return m.finish();
}

/// As if it had been read from a file.
inline onnx::Model modelOf(Graph graph) {
  onnx::Model model;
  model.graph = std::move(graph);
  const std::string bytes = onnx::serializeModel(model);
  return onnx::readModel(std::as_bytes(std::span(bytes)), "network", std::nullopt);
}

}  // namespace ridge::test
