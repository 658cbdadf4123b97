// Trilu: the upper or lower triangle of matrices, zero elsewhere. k moves the diagonal (to the right).
#include <cstring>

#include "ops/index/index_support.h"

namespace ridge::ops {
namespace {

struct TriluAttributes : AttributesOf<TriluAttributes> {
  bool upper = true;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("upper", self.upper);
  }
};

void infer(InferContext& c) {
  requireRank(c, 0, 2);
  knownScalar(c, 1);
  inferSameAsInput(c);
}

void reference(KernelContext& k) {
  const TensorView &in = k.input(0), &out = k.output(0);
  const bool upper = k.attrs<TriluAttributes>().upper;
  const int64_t columns = in.dims.back(), rows = in.dims[in.dims.size() - 2];
  // Beyond the corners it makes no difference where the diagonal is.
  const int64_t diagonal = std::clamp(scalarOf(k, 1), -rows - 1, columns + 1);
  const ElementMover mover(k, in, out);
  std::memset(out.data, 0, bytesOf(out.type, out.count()));
  const int64_t lines = columns == 0 ? 0 : in.count() / columns;
  for (int64_t line = 0; line < lines; ++line) {
    const int64_t row = line % rows;
    const int64_t begin = upper ? std::clamp(row + diagonal, int64_t{0}, columns) : 0;
    const int64_t end = upper ? columns : std::clamp(row + diagonal + 1, int64_t{0}, columns);
    mover.moveRun(line * columns + begin, line * columns + begin, end - begin);
  }
}

}  // namespace

constinit const Op trilu{
    .name = "Trilu",
    .since = 14,
    .minInputs = 1,
    .maxInputs = 2,
    .attributes = TriluAttributes::read,
    .infer = infer,
    .reference = reference,
};

}  // namespace ridge::ops
