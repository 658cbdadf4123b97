// Larger ops, each with inputs of its own form.
#include "grower.h"

namespace ridge::test {

namespace {

/// A float tensor of so many axes, of the graph or new.
Known floats(Grower& g, int64_t rank) {
  const auto known =
      g.choose([&](const Known& v) { return v.type() == DType::f32 && v.rank() == rank && v.count() > 0; });
  if (known) return *known;
  Dims dims;
  for (int64_t axis = 0; axis < rank; ++axis) dims.push_back(1 + g.pick(4));
  return g.someConstant(DType::f32, dims);
}

void attention(Grower& g) {
  const Known q = floats(g, 4);
  Dims dims = q.dims();
  dims[2] = 1 + g.pick(4);
  const Known k = g.someConstant(DType::f32, dims), v = g.someConstant(DType::f32, dims);
  std::vector<GraphMaker::Attribute> attributes;
  if (g.chance(30)) attributes.emplace_back("is_causal", int64_t{1});
  if (g.chance(30)) attributes.emplace_back("scale", 0.5F);
  if (g.chance(20)) attributes.emplace_back("softcap", 2.0F);
  g.add({ops::attention, {q, k, v}, attributes, Rounding::rounded});
}

void gridSample(Grower& g) {
  const Known x = floats(g, 4);
  const Known grid = g.someConstant(DType::f32, {x.dims()[0], 1 + g.pick(3), 1 + g.pick(3), 2});
  const std::string mode = g.oneOf(std::vector<std::string>{"linear", "cubic", "nearest"});
  const std::string padding = g.oneOf(std::vector<std::string>{"zeros", "border", "reflection"});
  // Constant places: only the picture is uncertain.
  if (x.noise > 0 && mode == "nearest") return;
  g.add({ops::gridSample,
         {x, grid},
         {{"mode", mode}, {"padding_mode", padding}, {"align_corners", g.pick(2)}},
         mode == "nearest" ? Rounding::jumps : Rounding::rounded});
}

void roiAlign(Grower& g) {
  const Known x = floats(g, 4);
  const Known rois = g.constant(DType::f32, {2, 4}, {0, 0, 2, 3, 0.5, 1, 1.5, 2.25});
  const Known batches = g.constant(DType::i64, {2}, {0, static_cast<double>(x.dims()[0] - 1)});
  g.add(
      {ops::roiAlign,
       {x, rois, batches},
       {{"output_height", 1 + g.pick(3)}, {"output_width", 1 + g.pick(3)}, {"sampling_ratio", 1 + g.pick(2)}},
       Rounding::rounded});
}

void nonMaxSuppression(Grower& g) {
  const int64_t boxes = 1 + g.pick(6);
  std::vector<double> corners;
  for (int64_t box = 0; box < boxes; ++box) {
    const auto y = static_cast<double>(g.pick(8)), x = static_cast<double>(g.pick(8));
    corners.insert(corners.end(),
                   {y, x, y + 1 + static_cast<double>(g.pick(5)), x + 1 + static_cast<double>(g.pick(5))});
  }
  const auto scores = g.choose([](const Known& v) {
    return v.type() == DType::f32 && v.rank() == 3 && v.dims()[0] == 1 && v.noise == 0;
  });
  const Known given =
      scores && scores->dims()[2] == boxes ? *scores : g.someConstant(DType::f32, {1, 1 + g.pick(2), boxes});
  g.add({ops::nonMaxSuppression,
         {g.constant(DType::f32, {1, boxes, 4}, corners), given,
          g.constant(DType::i64, {}, {static_cast<double>(1 + g.pick(4))}),
          g.constant(DType::f32, {}, {0.3125}), g.constant(DType::f32, {}, {-1})},
         {},
         Rounding::jumps});
}

void dynamicQuantize(Grower& g) {
  const auto x = g.choose([](const Known& v) {
    return v.type() == DType::f32 && v.noise == 0 && isFinite(v.tensor()) && v.count() > 0;
  });
  if (x) g.addAll({ops::dynamicQuantizeLinear, {*x}, {}, Rounding::jumps, 3});
}

void quantizedProduct(Grower& g) {
  const auto x = g.choose([](const Known& v) {
    return (v.type() == DType::u8 || v.type() == DType::i8) && v.rank() >= 2 && v.count() > 0;
  });
  if (!x) return;
  const Known scale = g.constant(DType::f32, {}, {0.125}), zero = g.someConstant(x->type(), {});
  if (x->rank() == 4 && g.chance(60)) {
    const Known w = g.someConstant(DType::i8, {1 + g.pick(3), x->dims()[1], 1, 1});
    return (void)g.add({ops::qLinearConv,
                        {*x, scale, zero, w, scale, g.constant(DType::i8, {}, {0}), scale, zero},
                        {},
                        Rounding::jumps});
  }
  const Known w = g.someConstant(DType::i8, {x->dims().back(), 1 + g.pick(3)});
  g.add({ops::qLinearMatMul,
         {*x, scale, zero, w, scale, g.constant(DType::i8, {}, {0}), scale, zero},
         {},
         Rounding::jumps});
}

void determinant(Grower& g) {
  const auto x = g.choose([](const Known& v) {
    return v.type() == DType::f32 && v.rank() >= 2 &&
           v.dims().back() == v.dims()[static_cast<size_t>(v.rank()) - 2];
  });
  if (x) g.add({ops::det, {*x}, {}, Rounding::rounded});
}

void loss(Grower& g) {
  const Known x = floats(g, 2);
  const std::string reduction = g.oneOf(std::vector<std::string>{"none", "mean", "sum"});
  std::vector<double> labels(static_cast<size_t>(x.dims()[0]));
  for (double& label : labels) label = static_cast<double>(g.pick(x.dims()[1]));
  const Known target = g.constant(DType::i64, {x.dims()[0]}, labels);
  if (g.chance(50))
    return (void)g.addAll(
        {ops::softmaxCrossEntropyLoss, {x, target}, {{"reduction", reduction}}, Rounding::rounded, 2});
  g.add({ops::negativeLogLikelihoodLoss, {x, target}, {{"reduction", reduction}}, Rounding::rounded});
}

void windowFunction(Grower& g) {
  static const std::vector<const Op*> windows{&ops::hannWindow, &ops::hammingWindow, &ops::blackmanWindow};
  g.add({*g.oneOf(windows),
         {g.constant(DType::i64, {}, {static_cast<double>(1 + g.pick(9))})},
         {{"periodic", g.pick(2)}},
         Rounding::rounded});
}

void imageFromColumns(Grower& g) {
  const Known x = g.someConstant(DType::f32, {1 + g.pick(2), 4 * (1 + g.pick(2)), 9});
  g.add({ops::col2Im, {x, g.ints({4, 4}), g.ints({2, 2})}, {}, Rounding::rounded});
}

void sequenceEdits(Grower& g) {
  const auto x = g.choose([](const Known& v) { return v.noise == 0 && v.rank() > 0; });
  if (!x) return;
  auto parts = g.add({.op = ops::sequenceConstruct, .in = {*x, *x}});
  if (parts && g.chance(60))
    parts = g.add({.op = ops::sequenceInsert,
                   .in = {*parts, g.someConstant(x->type(), x->dims()),
                          g.constant(DType::i64, {}, {static_cast<double>(g.pick(3))})}});
  if (parts && g.chance(60))
    parts = g.add({.op = ops::sequenceErase,
                   .in = {*parts, g.constant(DType::i64, {}, {static_cast<double>(g.pick(2) - 1)})}});
  if (parts) g.add({ops::concatFromSequence, {*parts}, {{"axis", int64_t{0}}, {"new_axis", g.pick(2)}}});
}

void rotary(Grower& g) {
  const auto x = g.choose([](const Known& v) {
    return v.type() == DType::f32 && v.rank() == 4 && v.dims()[3] % 2 == 0 && v.count() > 0;
  });
  if (!x) return;
  const Dims dims{x->dims()[0], x->dims()[2], x->dims()[3] / 2};
  g.add({ops::rotaryEmbedding,
         {*x, g.someConstant(DType::f32, dims), g.someConstant(DType::f32, dims)},
         {{"interleaved", g.pick(2)}},
         Rounding::rounded});
}

}  // namespace

std::vector<NodeMaker> specialMakers() {
  return {{attention, 1},       {gridSample, 1},       {roiAlign, 1},      {nonMaxSuppression, 1},
          {dynamicQuantize, 1}, {quantizedProduct, 1}, {determinant, 1},   {loss, 1},
          {windowFunction, 1},  {imageFromColumns, 1}, {sequenceEdits, 1}, {rotary, 1}};
}

}  // namespace ridge::test
