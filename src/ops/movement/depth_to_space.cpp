// DepthToSpace.
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
           Shape({shape[0], overBlock(c, shape[1], square), timesBlock(c, shape[2], block),
                  timesBlock(c, shape[3], block)}));
}

void reference(KernelContext& k) {
  const auto& attrs = k.attrs<DepthSpaceAttributes>();
  const TensorView& in = k.input(0);
  const int64_t block = attrs.blocksize, channels = k.output(0).dims[1];
  const AxisValues s = stridesOf(in.dims);
  // Input channel of output channel c and place (y, x) in the block.
  const bool crd = attrs.mode == "CRD";
  const int64_t perChannel = crd ? block * block : 1, perX = crd ? 1 : channels;
  const std::array dims{in.dims[0], channels, in.dims[2], block, in.dims[3], block};
  const std::array strides{s[0], s[1] * perChannel, s[2], s[1] * perX * block, s[3], s[1] * perX};
  moveStrided(k, in, 0, dims, strides);
}

int sinceFor(const Node& node, const Graph& graph) {
  return std::max(node.as<DepthSpaceAttributes>().mode == "DCR" ? 1 : 11,
                  sinceOfType({.base = 1}, inputType(node, graph, 0)));
}

}  // namespace

constinit const Op depthToSpace{
    .name = "DepthToSpace",
    .since = 11,
    .sinceFor = sinceFor,
    .attributes = DepthSpaceAttributes::read,
    .infer = infer,
    .reference = reference,
    .traits = {.commutesWithQdq = true},
};

}  // namespace ridge::ops
