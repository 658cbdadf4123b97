// TensorScatter: writes new rows into a cache, at a place of its own for each sequence of the batch.
#include "ops/index/scatter.h"

namespace ridge::ops {
namespace {

struct TensorScatterAttributes : AttributesOf<TensorScatterAttributes> {
  int64_t axis = -2;
  std::string mode = "linear";  // "circular": wraps around at the end of the cache

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axis", self.axis);
    v("mode", self.mode);
  }
};

void requireFit(const InferContext& c, int64_t axis) {
  const Shape &cache = c.shape(0), &update = c.shape(1);
  c.require(update.rank() == cache.rank(), "cache and update have different numbers of dimensions");
  for (int64_t at = 0; at < cache.rank(); ++at) {
    if (!cache[at].isInteger() || !update[at].isInteger()) continue;
    const bool fits = at == axis ? update[at].value() <= cache[at].value() : update[at] == cache[at];
    c.require(fits, "the update does not fit into the cache");
  }
}

void infer(InferContext& c) {
  const auto& attrs = c.attrs<TensorScatterAttributes>();
  c.require(attrs.mode == "linear" || attrs.mode == "circular", "mode must be \"linear\" or \"circular\"");
  c.require(c.type(0) == c.type(1) || c.type(0) == DType::undefined || c.type(1) == DType::undefined,
            "cache and update have different element types");
  requireIntegers(c, 2);
  requireRank(c, 2, 1, 1);
  const Shape& cache = c.shape(0);
  c.output(0, c.type(0), cache);
  if (!cache.ranked()) return;
  requireRank(c, 0, 2);
  const int64_t axis = axisOf(c, attrs.axis, cache.rank());
  c.require(axis != 0, "the axis cannot be the batch's");
  if (c.shape(1).ranked()) requireFit(c, axis);
  if (c.shape(2).ranked() && c.shape(2)[0].isInteger() && cache[0].isInteger())
    c.require(c.shape(2)[0] == cache[0], "there must be one index for every sequence of the batch");
}

// Where the first row of a sequence goes.
int64_t firstRow(const KernelContext& k, int64_t sequence, int64_t rows, int64_t most, bool circular) {
  const int64_t at = k.has(2) ? loadNumber<int64_t>(k.input(2), sequence) : 0;
  const bool fits = at >= 0 && (circular || at <= most - rows);
  if (!fits) k.fail("the rows from index " + std::to_string(at) + " on do not fit into the cache");
  return circular && most > 0 ? at % most : at;
}

void reference(KernelContext& k) {
  const TensorView &cache = k.input(0), &update = k.input(1);
  const auto& attrs = k.attrs<TensorScatterAttributes>();
  const auto axis = static_cast<size_t>(normalizeAxis(attrs.axis, static_cast<int64_t>(cache.dims.size())));
  const int64_t most = cache.dims[axis], rows = update.dims[axis];
  const int64_t row = elementCount(cache.dims.subspan(axis + 1));
  const int64_t perSequence = elementCount(cache.dims.first(axis).subspan(1));
  scatter(k, Reduction::none, 1, [&](auto put) {
    if (update.count() == 0) return;
    for (int64_t prefix = 0; prefix < cache.dims[0] * perSequence; ++prefix) {
      const int64_t first = firstRow(k, prefix / perSequence, rows, most, attrs.mode == "circular");
      for (int64_t at = 0; at < rows; ++at)
        for (int64_t element = 0; element < row; ++element)
          put((prefix * most + (first + at) % most) * row + element, (prefix * rows + at) * row + element);
    }
  });
}

}  // namespace

constinit const Op tensorScatter{
    .name = "TensorScatter",
    .since = 24,
    .sinceFor = sinceByType<SinceTable{.base = 24}>,
    .minInputs = 2,
    .maxInputs = 3,
    .attributes = TensorScatterAttributes::read,
    .infer = infer,
    .reference = reference,
};

}  // namespace ridge::ops
