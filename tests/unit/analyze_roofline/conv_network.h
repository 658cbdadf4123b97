// Networks of one or a few convolutions, with zeros for weights: they cost the same.
#pragma once

#include "support/graph_maker.h"

namespace ridge::test {

/// Square, stride 1, padded so that the output is as large as the input.
struct ConvSize {
  int64_t map = 0, kernel = 0, in = 0, out = 0, groups = 1;
};

inline ValueId addConv(GraphMaker& m, ValueId x, const ConvSize& size, const std::string& name) {
  const ValueId weights =
      m.constant(name + ".weight",
                 Tensor::allocate(DType::f32, {size.out, size.in / size.groups, size.kernel, size.kernel}));
  const int64_t pad = size.kernel / 2;
  return m.node(ops::conv, {x, weights}, name, {{"group", size.groups}, {"pads", Ints{pad, pad, pad, pad}}});
}

inline Graph convNetwork(const ConvSize& size) {
  GraphMaker m;
  m.output("y", addConv(m, m.input("x", {1, size.in, size.map, size.map}), size, "conv"));
  return m.finish();
}

inline Graph gemmNetwork(int64_t batch, int64_t in, int64_t out) {
  GraphMaker m;
  const ValueId x = m.input("x", {batch, in});
  m.output("y",
           m.node(ops::gemm, {x, m.constant("weight", Tensor::allocate(DType::f32, {in, out}))}, "gemm"));
  return m.finish();
}

}  // namespace ridge::test
