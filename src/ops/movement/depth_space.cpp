#include "ops/movement/depth_space.h"

namespace ridge::ops {

int64_t requireBlocks(const InferContext& c) {
  const auto& attrs = c.attrs<DepthSpaceAttributes>();
  c.require(attrs.mode == "DCR" || attrs.mode == "CRD", "mode must be \"DCR\" or \"CRD\"");
  c.require(attrs.blocksize > 0 && attrs.blocksize < (1 << 30), "blocksize is out of range");
  requireRank(c, 0, 4, 4);
  return attrs.blocksize * attrs.blocksize;
}

Dim timesBlock(const InferContext& c, const Dim& dim, int64_t factor) {
  if (factor == 1 || !dim.isInteger()) return factor == 1 ? dim : Dim();
  int64_t size;
  if (__builtin_mul_overflow(dim.value(), factor, &size)) c.fail("a dimension overflows");
  return size;
}

Dim overBlock(const InferContext& c, const Dim& dim, int64_t factor) {
  if (factor == 1 || !dim.isInteger()) return factor == 1 ? dim : Dim();
  c.require(dim.value() % factor == 0, "a dimension is not a multiple of the block");
  return dim.value() / factor;
}

}  // namespace ridge::ops
