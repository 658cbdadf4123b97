// What Cast and CastLike share.
#pragma once

#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

struct CastAttributes : AttributesOf<CastAttributes> {
  int64_t to = 0;                ///< a DType
  bool saturate = true;          ///< float8 results: saturate instead of overflowing to infinity or NaN
  std::string roundMode = "up";  ///< float8e8m0 results

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v.required("to", self.to);
    v("saturate", self.saturate);
    v("round_mode", self.roundMode);
  }
};

struct CastLikeAttributes : AttributesOf<CastLikeAttributes> {
  bool saturate = true;
  std::string roundMode = "up";

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("saturate", self.saturate);
    v("round_mode", self.roundMode);
  }
};

/// Output 0 of type `to`, with the contents of input 0 where both are integers.
void inferCast(InferContext& c, DType to);
/// Input 0 as the type of output 0: reals truncate to integers, integers wrap, anything but 0 is true.
void castKernel(KernelContext& k, bool saturate, std::string_view roundMode);
/// The opset that has both types.
int sinceOfCast(DType from, DType to);

}  // namespace ridge::ops
