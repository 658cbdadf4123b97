// NonMaxSuppression: of each class, the boxes of the best scores that do not overlap a better one too much.
#include <algorithm>
#include <cmath>

#include "ops/index/index_support.h"

namespace ridge::ops {
namespace {

struct NonMaxSuppressionAttributes : AttributesOf<NonMaxSuppressionAttributes> {
  bool centerPointBox = false;  // a box is [x, y, width, height] by its centre; else two corners

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("center_point_box", self.centerPointBox);
  }
};

void infer(InferContext& c) {
  requireRank(c, 0, 3, 3);
  requireRank(c, 1, 3, 3);
  const Shape &boxes = c.shape(0), &scores = c.shape(1);
  if (boxes.ranked()) c.require(!boxes[2].isInteger() || boxes[2].value() == 4, "a box has four coordinates");
  if (boxes.ranked() && scores.ranked()) {
    const auto differ = [](const Dim& a, const Dim& b) { return a.isInteger() && b.isInteger() && a != b; };
    c.require(!differ(boxes[0], scores[0]) && !differ(boxes[1], scores[2]),
              "there must be one score a class for every box");
  }
  for (size_t at = 2; at < 5; ++at) requireOne(c, at);
  c.output(0, DType::i64, Shape({Dim(), Dim(3)}));
}

struct Box {
  double left, top, right, bottom;
  double area() const { return (right - left) * (bottom - top); }
};

Box boxAt(const TensorView& boxes, int64_t at, bool centered) {
  double v[4];
  loadNumbers(boxes, at * 4, 1, 4, v);
  if (centered) return {v[0] - v[2] / 2, v[1] - v[3] / 2, v[0] + v[2] / 2, v[1] + v[3] / 2};
  return {std::fmin(v[1], v[3]), std::fmin(v[0], v[2]), std::fmax(v[1], v[3]), std::fmax(v[0], v[2])};
}

bool overlap(const Box& a, const Box& b, double threshold) {
  const double width = std::fmin(a.right, b.right) - std::fmax(a.left, b.left);
  const double height = std::fmin(a.bottom, b.bottom) - std::fmax(a.top, b.top);
  if (width <= 0 || height <= 0 || a.area() <= 0 || b.area() <= 0) return false;
  const double common = width * height, either = a.area() + b.area() - common;
  return either > 0 && common / either > threshold;
}

struct Limits {
  int64_t most;    // boxes of a class
  double overlap;  // more than this suppresses
  double least;    // scores must be larger
  bool hasLeast;
};

double optionalReal(const EvaluateContext& c, size_t input, double otherwise) {
  if (!c.has(input)) return otherwise;
  if (c.tensor(input).count() != 1) c.fail("input " + std::to_string(input) + " must have one element");
  return loadNumber<double>(viewOf(c.tensor(input)), 0);
}

Limits limitsOf(const EvaluateContext& c) {
  if (c.has(2) && c.tensor(2).count() != 1) c.fail("max_output_boxes_per_class must have one element");
  const Limits limits{.most = c.has(2) ? loadNumber<int64_t>(viewOf(c.tensor(2)), 0) : 0,
                      .overlap = optionalReal(c, 3, 0.0),
                      .least = optionalReal(c, 4, 0.0),
                      .hasLeast = c.has(4)};
  if (!(limits.overlap >= 0 && limits.overlap <= 1)) c.fail("iou_threshold must lie in [0, 1]");
  return limits;
}

// Boxes of one class, best first; of equal scores the first box comes first. NaN is no score.
std::vector<int64_t> candidates(const std::vector<double>& scores, const Limits& limits) {
  std::vector<int64_t> order;
  for (size_t at = 0; at < scores.size(); ++at)
    if (!std::isnan(scores[at]) && (!limits.hasLeast || scores[at] > limits.least))
      order.push_back(static_cast<int64_t>(at));
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return scores[static_cast<size_t>(a)] > scores[static_cast<size_t>(b)];
  });
  return order;
}

std::vector<int64_t> selected(const std::vector<Box>& boxes, const std::vector<double>& scores,
                              const Limits& limits) {
  std::vector<int64_t> kept;
  for (int64_t box : candidates(scores, limits)) {
    if (static_cast<int64_t>(kept.size()) >= limits.most) break;
    const bool suppressed = std::any_of(kept.begin(), kept.end(), [&](int64_t better) {
      return overlap(boxes[static_cast<size_t>(box)], boxes[static_cast<size_t>(better)], limits.overlap);
    });
    if (!suppressed) kept.push_back(box);
  }
  return kept;
}

void requireShapes(const EvaluateContext& c) {
  const Dims &boxes = c.tensor(0).dims(), &scores = c.tensor(1).dims();
  const bool fit = boxes.size() == 3 && scores.size() == 3 && boxes[2] == 4 && boxes[0] == scores[0] &&
                   boxes[1] == scores[2];
  if (!fit) c.fail("boxes must be [batches, boxes, 4] and scores [batches, classes, boxes]");
}

void evaluate(EvaluateContext& c) {
  requireShapes(c);
  const Limits limits = limitsOf(c);
  const TensorView boxes = viewOf(c.tensor(0)), scores = viewOf(c.tensor(1));
  const int64_t batches = scores.dims[0], classes = scores.dims[1], count = scores.dims[2];
  std::vector<int64_t> rows;  // batch, class, box
  for (int64_t batch = 0; batch < batches && count > 0; ++batch) {
    std::vector<Box> places;
    for (int64_t at = 0; at < count; ++at)
      places.push_back(
          boxAt(boxes, batch * count + at, c.attrs<NonMaxSuppressionAttributes>().centerPointBox));
    for (int64_t kind = 0; kind < classes; ++kind) {
      std::vector<double> line(static_cast<size_t>(count));
      loadNumbers(scores, (batch * classes + kind) * count, 1, count, line.data());
      for (int64_t box : selected(places, line, limits)) rows.insert(rows.end(), {batch, kind, box});
    }
  }
  c.set(0, Tensor::of({static_cast<int64_t>(rows.size()) / 3, 3}, std::span<const int64_t>(rows)));
}

}  // namespace

constinit const Op nonMaxSuppression{
    .name = "NonMaxSuppression",
    .since = 10,
    .minInputs = 2,
    .maxInputs = 5,
    .attributes = NonMaxSuppressionAttributes::read,
    .infer = infer,
    .evaluate = evaluate,
};

}  // namespace ridge::ops
