// Attributes and arithmetic of DepthToSpace and SpaceToDepth.
#pragma once

#include "ops/infer_support.h"
#include "ops/movement/moves.h"

namespace ridge::ops {

struct DepthSpaceAttributes : AttributesOf<DepthSpaceAttributes> {
  int64_t blocksize = 1;
  std::string mode = "DCR";  ///< where the block stands among the channels: before them; "CRD": behind

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v.required("blocksize", self.blocksize);
    v("mode", self.mode);
  }
};

/// The attributes and rank 4 are as the ops want them; returns the block size squared.
int64_t requireBlocks(const InferContext& c);
/// `dim` times or divided by `factor`; the division must come out even.
Dim timesBlock(const InferContext& c, const Dim& dim, int64_t factor);
Dim overBlock(const InferContext& c, const Dim& dim, int64_t factor);

}  // namespace ridge::ops
