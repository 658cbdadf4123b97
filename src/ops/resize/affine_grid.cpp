// AffineGrid: the coordinates, for GridSample, of an image under an affine map.
#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

struct AffineGridAttributes : AttributesOf<AffineGridAttributes> {
  bool alignCorners = false;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("align_corners", self.alignCorners);
  }
};

void infer(InferContext& c) {
  requireFloat(c, 0);
  requireRank(c, 0, 3, 3);
  const Shape& theta = c.shape(0);
  const auto sizes = c.integers(1);
  if (!sizes) {
    const bool known = theta.ranked() && theta[1].isInteger();
    return c.output(0, c.type(0), known ? unknownShape(theta[1].value() + 2) : Shape());
  }
  c.require(sizes->size() == 4 || sizes->size() == 5, "size must have 4 or 5 elements");
  const auto axes = static_cast<int64_t>(sizes->size()) - 2;
  for (int64_t size : *sizes) c.require(size >= 0, "size must not be negative");
  if (theta.ranked()) merge(theta, Shape({Dim((*sizes)[0]), axes, axes + 1}));
  std::vector<Dim> dims(sizes->begin() + 2, sizes->end());
  dims.insert(dims.begin(), (*sizes)[0]);
  dims.emplace_back(axes);
  c.output(0, c.type(0), Shape(std::move(dims)));
}

// Place `at` of `size` on the axis that goes from -1 to 1.
double normalized(int64_t at, int64_t size, bool alignCorners) {
  const auto place = static_cast<double>(at), extent = static_cast<double>(size);
  if (!alignCorners) return (2 * place + 1) / extent - 1;
  return size == 1 ? 0.0 : 2 * place / (extent - 1) - 1;
}

void reference(KernelContext& k) {
  const TensorView &theta = k.input(0), &out = k.output(0);
  const auto axes = static_cast<size_t>(out.dims.back());
  if (axes + 2 != out.dims.size() || (axes != 2 && axes != 3) || theta.dims[0] != out.dims[0] ||
      theta.count() != out.dims[0] * static_cast<int64_t>(axes * (axes + 1)))
    k.fail("theta and size contradict each other");
  const bool alignCorners = k.attrs<AffineGridAttributes>().alignCorners;
  const int64_t points = out.count() / static_cast<int64_t>(axes),
                perImage = points / std::max<int64_t>(1, out.dims[0]);
  numberClassOf(theta.type);
  parallelRanges(points, 256, [&](int64_t begin, int64_t end) {
    double map[12], point[4] = {}, result[3];
    for (int64_t at = begin; at < end; ++at) {
      loadNumbers(theta, at / perImage * static_cast<int64_t>(axes * (axes + 1)), 1,
                  static_cast<int64_t>(axes * (axes + 1)), map);
      int64_t rest = at % perImage;
      for (size_t axis = 0; axis < axes; ++axis) {  // x first, which is the last dimension
        const int64_t size = out.dims[axes - axis];
        point[axis] = normalized(rest % size, size, alignCorners);
        rest /= size;
      }
      point[axes] = 1.0;
      for (size_t row = 0; row < axes; ++row) {
        result[row] = 0.0;
        for (size_t column = 0; column <= axes; ++column)
          result[row] += map[row * (axes + 1) + column] * point[column];
      }
      storeNumbers(out, at * static_cast<int64_t>(axes), static_cast<int64_t>(axes), result);
    }
  });
}

}  // namespace

constinit const Op affineGrid{.name = "AffineGrid",
                              .since = 20,
                              .minInputs = 2,
                              .maxInputs = 2,
                              .attributes = AffineGridAttributes::read,
                              .infer = infer,
                              .reference = reference,
                              .cost = costPerOutput<6>};

}  // namespace ridge::ops
