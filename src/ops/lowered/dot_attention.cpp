// ridge.attention.
#include "ops/lowered/dot_attention.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "ir/patch.h"
#include "ops/attention/attention.h"
#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/movement/transpose.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/softmax/softmax.h"

namespace ridge::ops {
namespace {

enum Input : size_t { query, key, value, mask };

constexpr int64_t kRows = 8;    // queries that are computed together
constexpr int64_t kSlots = 64;  // pieces of scratch; each is used by one thread at a time

void requireMask(const InferContext& c, const Shape& scores) {
  const Shape& own = c.shape(mask);
  if (!own.ranked()) return;
  bool fits = own.rank() <= scores.rank();
  for (int64_t back = 1; fits && back <= own.rank(); ++back) {
    const Dim &from = own[own.rank() - back], &to = scores[scores.rank() - back];
    fits = !from.isInteger() || !to.isInteger() || from.value() == 1 || from.value() == to.value();
  }
  if (!fits) c.fail("a mask of shape " + own.toString() + " for scores of shape " + scores.toString());
}

void infer(InferContext& c) {
  const DType type = requireSameType(c);
  for (size_t at : {query, key, value}) {
    requireFloat(c, at);
    requireRank(c, at, 2);
  }
  const Shape &q = c.shape(query), &k = c.shape(key), &v = c.shape(value);
  if (!q.ranked() || !k.ranked() || !v.ranked()) return c.output(0, type, Shape());
  const int64_t rank = q.rank();
  c.require(!c.attrs<DotAttentionAttributes>().blindIsZero || rank == 4,
            "Q, K and V must have four dimensions");
  c.require(k.rank() == rank && v.rank() == rank, "Q, K and V differ in rank");
  std::vector<Dim> lead;
  for (int64_t axis = 0; axis + 2 < rank; ++axis) lead.push_back(q[axis]);
  const auto with = [&](const Dim& rows, const Dim& columns) {
    std::vector<Dim> dims = lead;
    dims.push_back(rows);
    dims.push_back(columns);
    return dims;
  };
  requireDims(c, key, with(Dim(), q[rank - 1]));
  requireDims(c, value, with(k[rank - 2], Dim()));
  if (c.has(mask)) requireMask(c, Shape(with(q[rank - 2], k[rank - 2])));
  c.output(0, type, Shape(with(q[rank - 2], v[rank - 1])));
}

// Doubles of one piece of scratch: queries, scores and sums of kRows queries, and one key, value or mask.
int64_t slotSize(const DotAttentionShape& s) {
  const int64_t line = std::max({s.head, s.valueHead, s.keys});
  const int64_t all = saturatingProduct(kRows, saturatingProduct(4, std::max<int64_t>(line, 1)));
  if (all > int64_t{1} << 40) failInput("this attention is too large for any memory");
  return all;
}

int64_t taskCount(const DotAttentionShape& s) {
  return saturatingProduct(s.batch, (s.queries + kRows - 1) / kRows);
}

class Rows {
 public:
  explicit Rows(const KernelContext& k)
      : k_(k),
        s_(k.input(query).dims, k.input(value).dims),
        scale_(k.attrs<DotAttentionAttributes>().scale),
        blindIsZero_(k.attrs<DotAttentionAttributes>().blindIsZero) {
    if (!k.has(mask)) return;
    const auto dims = k.input(mask).dims, out = k.output(0).dims;
    int64_t stride = 1;
    for (size_t back = 1; back <= dims.size(); ++back) {
      const int64_t extent = dims[dims.size() - back];
      if (extent != 1) maskStrides_[out.size() - back] = stride;
      stride *= extent;
    }
  }

  /// Queries [task * kRows, ...) of a matrix.
  void run(int64_t task, double* scratch) const {
    const int64_t blocks = (s_.queries + kRows - 1) / kRows, batch = task / blocks;
    const int64_t first = task % blocks * kRows, count = std::min(kRows, s_.queries - first);
    double *queries = scratch, *scores = queries + kRows * s_.head, *sums = scores + kRows * s_.keys;
    double* line = sums + kRows * s_.valueHead;
    loadNumbers(k_.input(query), (batch * s_.queries + first) * s_.head, 1, count * s_.head, queries);
    for (int64_t at = 0; at < s_.keys; ++at) {
      loadNumbers(k_.input(key), (batch * s_.keys + at) * s_.head, 1, s_.head, line);
      for (int64_t row = 0; row < count; ++row)
        scores[row * s_.keys + at] =
            scale_ * std::inner_product(line, line + s_.head, queries + row * s_.head, 0.0);
    }
    for (int64_t row = 0; row < count; ++row) {
      if (k_.has(mask)) addMask(batch, first + row, scores + row * s_.keys, line);
      softmax(scores + row * s_.keys);
    }
    std::fill_n(sums, kRows * s_.valueHead, 0.0);
    for (int64_t at = 0; at < s_.keys; ++at) {
      loadNumbers(k_.input(value), (batch * s_.keys + at) * s_.valueHead, 1, s_.valueHead, line);
      for (int64_t row = 0; row < count; ++row)
        for (int64_t i = 0; i < s_.valueHead; ++i)
          sums[row * s_.valueHead + i] += scores[row * s_.keys + at] * line[i];
    }
    storeNumbers(k_.output(0), (batch * s_.queries + first) * s_.valueHead, count * s_.valueHead, sums);
  }

 private:
  void addMask(int64_t batch, int64_t row, double* scores, double* line) const {
    const auto out = k_.output(0).dims;
    int64_t at = row * maskStrides_[out.size() - 2];
    for (size_t axis = out.size() - 2; axis-- > 0; batch /= out[axis])
      at += batch % out[axis] * maskStrides_[axis];
    loadNumbers(k_.input(mask), at, maskStrides_[out.size() - 1], s_.keys, line);
    for (int64_t i = 0; i < s_.keys; ++i) scores[i] += line[i];
  }

  void softmax(double* scores) const {
    double most = -std::numeric_limits<double>::infinity(), sum = 0;
    for (int64_t at = 0; at < s_.keys; ++at)
      most = scores[at] > most || std::isnan(scores[at]) ? scores[at] : most;
    if (most == -std::numeric_limits<double>::infinity() && blindIsZero_)
      return (void)std::fill_n(scores, s_.keys, 0.0);
    for (int64_t at = 0; at < s_.keys; ++at) sum += scores[at] = std::exp(scores[at] - most);
    for (int64_t at = 0; at < s_.keys; ++at) scores[at] /= sum;
  }

  const KernelContext& k_;
  const DotAttentionShape s_;
  const double scale_;
  const bool blindIsZero_;
  std::array<int64_t, 33> maskStrides_{};  // by axis of the output, the last one that of the keys
};

void reference(KernelContext& k) {
  numberClassOf(k.input(query).type);
  const DotAttentionShape shape(k.input(query).dims, k.input(value).dims);
  if (k.output(0).count() == 0) return;
  const Rows rows(k);
  const int64_t tasks = taskCount(shape), slots = std::min(tasks, kSlots), size = slotSize(shape);
  auto* scratch = reinterpret_cast<double*>(k.scratch().data());
  parallelRanges(slots, 1, [&](int64_t begin, int64_t end) {
    for (int64_t slot = begin; slot < end; ++slot)
      for (int64_t task = tasks * slot / slots; task < tasks * (slot + 1) / slots; ++task)
        rows.run(task, scratch + slot * size);
  });
}

std::optional<DotAttentionShape> shapeOf(const Node& node, const Graph& graph) {
  const Shape &q = graph.value(node.in[query]).shape, &v = graph.value(node.in[value]).shape;
  if (!q.isStatic() || !v.isStatic()) return std::nullopt;
  return DotAttentionShape(q.staticDims(), v.staticDims());
}

size_t scratch(const Node& node, const Graph& graph) {
  const auto shape = shapeOf(node, graph);
  if (!shape) return 0;
  return static_cast<size_t>(saturatingProduct(std::min(taskCount(*shape), kSlots), slotSize(*shape))) *
         sizeof(double);
}

Cost cost(const Node& node, const Graph& graph) {
  Cost made = movedBytes(node, graph);
  const auto s = shapeOf(node, graph);
  if (!s) return made;
  const int64_t scores = saturatingProduct(saturatingProduct(s->batch, s->queries), s->keys);
  made.macs = saturatingProduct(scores, s->head + s->valueHead);
  made.operations = saturatingProduct(scores, 6);  // scale, mask, and the four of a softmax
  return made;
}

void expandAttention(const Node& node, GraphBuilder& b) {
  const auto& attrs = node.as<DotAttentionAttributes>();
  if (attrs.blindIsZero) {
    auto whole = std::make_shared<AttentionAttributes>();
    whole->scale = attrs.scale;
    b.replace(node.out[0], b.node(attention, std::move(whole), node.in, "attention"));
    return;
  }
  const Value& keys = b.graph().value(node.in[key]);
  auto turn = std::make_shared<TransposeAttributes>();
  std::vector<int64_t> perm(static_cast<size_t>(keys.shape.rank()));
  std::iota(perm.begin(), perm.end(), int64_t{0});
  std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
  turn->perm = std::move(perm);
  const ValueId turned = b.node(transpose, std::move(turn), {node.in[key]}, "attention.keys");
  ValueId scores = b.node(matMul, nullptr, {node.in[query], turned}, "attention.products");
  const auto scale = static_cast<double>(attrs.scale);
  if (scale != 1)
    scores =
        b.node(mul, nullptr, {scores, b.constant("attention.scale", fromDoubles(keys.type, {}, {&scale, 1}))},
               "attention.scaled");
  if (node.in.size() > mask) scores = b.node(add, nullptr, {scores, node.in[mask]}, "attention.masked");
  const ValueId weights =
      b.node(softmax, std::make_shared<SoftmaxAttributes>(), {scores}, "attention.weights");
  b.replace(node.out[0], b.node(matMul, nullptr, {weights, node.in[value]}, "attention"));
}

}  // namespace

DotAttentionShape::DotAttentionShape(std::span<const int64_t> query, std::span<const int64_t> value)
    : queries(query[query.size() - 2]),
      keys(value[value.size() - 2]),
      head(query.back()),
      valueHead(value.back()) {
  for (size_t axis = 0; axis + 2 < query.size(); ++axis) batch *= query[axis];
}

constinit const Op dotAttention{
    .name = "attention",
    .domain = "ridge",
    .minInputs = 3,
    .maxInputs = 4,
    .attributes = DotAttentionAttributes::read,
    .infer = infer,
    .reference = reference,
    .scratch = scratch,
    .cost = cost,
    .expand = expandAttention,
};

}  // namespace ridge::ops
