// SpaceToDepth.
#include <array>

#include "ops/movement/depth_space.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  const int64_t block = c.attrs<DepthSpaceAttributes>().blocksize, square = requireBlocks(c);
  const Shape& shape = c.shape(0);
  if (!shape.ranked()) return c.output(0, c.type(0), unknownShape(4));
  c.output(0, c.type(0),
           Shape({shape[0], timesBlock(c, shape[1], square), overBlock(c, shape[2], block),
                  overBlock(c, shape[3], block)}));
}

void reference(KernelContext& k) {
  const auto& attrs = k.attrs<DepthSpaceAttributes>();
  const TensorView &in = k.input(0), &out = k.output(0);
  const int64_t block = attrs.blocksize, channels = in.dims[1], rows = out.dims[2], columns = out.dims[3];
  const AxisValues s = stridesOf(in.dims);
  if (attrs.mode == "CRD") {
    const std::array dims{in.dims[0], channels, block, block, rows, columns};
    const std::array strides{s[0], s[1], s[2], s[3], s[2] * block, s[3] * block};
    moveStrided(k, in, 0, dims, strides);
  } else {
    const std::array dims{in.dims[0], block, block, channels, rows, columns};
    const std::array strides{s[0], s[2], s[3], s[1], s[2] * block, s[3] * block};
    moveStrided(k, in, 0, dims, strides);
  }
}

int sinceFor(const Node& node, const Graph& graph) {
  return std::max(node.as<DepthSpaceAttributes>().mode == "DCR" ? 1 : 28,
                  sinceOfType({.base = 1}, inputType(node, graph, 0)));
}

}  // namespace

constinit const Op spaceToDepth{
    .name = "SpaceToDepth",
    .since = 1,
    .sinceFor = sinceFor,
    .attributes = DepthSpaceAttributes::read,
    .infer = infer,
    .reference = reference,
    .traits = {.commutesWithQdq = true},
};

}  // namespace ridge::ops
