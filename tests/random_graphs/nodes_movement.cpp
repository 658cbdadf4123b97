#include <algorithm>
#include <numeric>

#include "grower.h"

namespace ridge::test {

namespace {

std::optional<Known> anything(Grower& g, int64_t leastRank = 0) {
  return g.choose([&](const Known& x) { return x.rank() >= leastRank; });
}

void reshape(Grower& g) {
  const auto x = anything(g);
  if (!x) return;
  // Split the count into factors again.
  Ints dims;
  int64_t left = x->count();
  if (left == 0) {
    dims = {0, 1 + g.pick(3)};
    return (void)g.add({ops::reshape, {*x, g.ints(dims)}, {{"allowzero", int64_t{1}}}});
  }
  for (int64_t most = g.pick(4); most > 0; --most) {
    Ints divisors;
    for (int64_t divisor = 1; divisor <= left; ++divisor)
      if (left % divisor == 0) divisors.push_back(divisor);
    dims.push_back(g.oneOf(divisors));
    left /= dims.back();
  }
  if (left > 1 || g.chance(50)) dims.push_back(left);
  if (!dims.empty() && g.chance(30))
    dims[static_cast<size_t>(g.pick(static_cast<int64_t>(dims.size())))] = -1;
  for (size_t axis = 0; axis < dims.size() && axis < x->dims().size(); ++axis)
    if (dims[axis] == x->dims()[axis] && g.chance(30)) dims[axis] = 0;
  g.add({ops::reshape, {*x, g.ints(dims)}});
}

void flatten(Grower& g) {
  if (const auto x = anything(g, 1))
    g.add({ops::flatten, {*x}, {{"axis", g.spelled(g.pick(x->rank()), x->rank())}}});
}

void squeeze(Grower& g) {
  const auto x = g.choose([](const Known& v) { return std::count(v.dims().begin(), v.dims().end(), 1) > 0; });
  if (!x) return;
  if (g.chance(30)) return (void)g.add({ops::squeeze, {*x}});
  Ints axes;
  for (int64_t axis = 0; axis < x->rank(); ++axis)
    if (x->dims()[static_cast<size_t>(axis)] == 1 && (axes.empty() || g.chance(50)))
      axes.push_back(g.spelled(axis, x->rank()));
  g.add({ops::squeeze, {*x, g.ints(axes)}});
}

void unsqueeze(Grower& g) {
  const auto x = anything(g);
  if (!x) return;
  const int64_t rank = x->rank() + 1 + g.pick(2);
  Ints all(static_cast<size_t>(rank));
  std::iota(all.begin(), all.end(), 0);
  while (static_cast<int64_t>(all.size()) > rank - x->rank())
    all.erase(all.begin() + g.pick(static_cast<int64_t>(all.size())));
  for (int64_t& axis : all) axis = g.spelled(axis, rank);
  g.add({ops::unsqueeze, {*x, g.ints(all)}});
}

void transpose(Grower& g) {
  const auto x = anything(g, 2);
  if (!x) return;
  if (g.chance(10)) return (void)g.add({ops::transpose, {*x}});
  Ints perm(static_cast<size_t>(x->rank()));
  std::iota(perm.begin(), perm.end(), 0);
  for (size_t at = perm.size() - 1; at > 0; --at)
    std::swap(perm[at], perm[static_cast<size_t>(g.pick(static_cast<int64_t>(at) + 1))]);
  if (perm.size() == 4 && g.chance(50)) perm = g.chance(50) ? Ints{0, 2, 3, 1} : Ints{0, 3, 1, 2};
  g.add({ops::transpose, {*x}, {{"perm", perm}}});
}

void concat(Grower& g) {
  const auto x = anything(g, 1);
  if (!x) return;
  const int64_t axis = g.pick(x->rank());
  std::vector<Known> parts{*x};
  for (int64_t more = 1 + g.pick(3); more > 0; --more) {
    const auto other = g.choose([&](const Known& y) {
      if (y.type() != x->type() || y.rank() != x->rank()) return false;
      for (int64_t at = 0; at < x->rank(); ++at)
        if (at != axis && y.dims()[static_cast<size_t>(at)] != x->dims()[static_cast<size_t>(at)])
          return false;
      return true;
    });
    if (g.chance(30)) {
      Dims dims = x->dims();
      dims[static_cast<size_t>(axis)] = g.pick(3);
      parts.push_back(g.someConstant(x->type(), dims));
    } else {
      parts.push_back(*other);
    }
  }
  std::swap(parts.front(), parts[static_cast<size_t>(g.pick(static_cast<int64_t>(parts.size())))]);
  g.add({ops::concat, parts, {{"axis", g.spelled(axis, x->rank())}}});
}

void slice(Grower& g) {
  const auto x = anything(g, 1);
  if (!x) return;
  Ints starts, ends, axes, steps;
  for (int64_t axis = 0; axis < x->rank(); ++axis) {
    if (g.chance(40)) continue;
    const int64_t dim = x->dims()[static_cast<size_t>(axis)];
    axes.push_back(g.spelled(axis, x->rank()));
    steps.push_back(g.oneOf(Ints{1, 1, 1, 2, 3, -1, -2}));
    const int64_t a = g.pick(dim + 1), b = g.chance(20) ? INT64_MAX : g.pick(dim + 2);
    starts.push_back(steps.back() > 0 ? std::min(a, b)
                     : g.chance(50)   ? -1
                                      : std::max(a, std::min<int64_t>(b, dim)));
    ends.push_back(steps.back() > 0 ? std::max(a, b) : g.chance(50) ? INT64_MIN : std::min(a, b) - 1 - dim);
  }
  std::vector<Known> in{*x, g.ints(starts), g.ints(ends), g.ints(axes), g.ints(steps)};
  if (std::all_of(steps.begin(), steps.end(), [](int64_t step) { return step == 1; }) && g.chance(50))
    in.pop_back();
  g.add({ops::slice, in});
}

void split(Grower& g) {
  const auto x = anything(g, 1);
  if (!x) return;
  const int64_t axis = g.pick(x->rank());
  const int64_t dim = x->dims()[static_cast<size_t>(axis)];
  const int outputs = static_cast<int>(1 + g.pick(3));
  const int64_t spelled = g.spelled(axis, x->rank());
  if (g.chance(40))
    return (void)g.addAll(
        {ops::split, {*x}, {{"axis", spelled}, {"num_outputs", int64_t{outputs}}}, Rounding::exact, outputs});
  Ints parts;
  int64_t left = dim;
  for (int at = 1; at < outputs; ++at) {
    parts.push_back(g.pick(left + 1));
    left -= parts.back();
  }
  parts.push_back(left);
  g.addAll({ops::split, {*x, g.ints(parts)}, {{"axis", spelled}}, Rounding::exact, outputs});
}

void expand(Grower& g) {
  const auto x = anything(g);
  if (!x) return;
  Ints dims(x->dims());
  for (int64_t& dim : dims)
    if (dim == 1 && g.chance(60))
      dim = 1 + g.pick(3);
    else if (g.chance(30))
      dim = 1;
  if (g.chance(30)) dims.insert(dims.begin(), 1 + g.pick(3));
  g.add({ops::expand, {*x, g.ints(dims)}});
}

void tile(Grower& g) {
  const auto x = anything(g, 1);
  if (!x) return;
  Ints repeats;
  for (int64_t axis = 0; axis < x->rank(); ++axis)
    repeats.push_back(g.chance(3) ? 0 : 1 + (g.chance(40) ? g.pick(3) : 0));
  g.add({ops::tile, {*x, g.ints(repeats)}});
}

void pad(Grower& g) {
  const auto x = anything(g, 1);
  if (!x) return;
  const std::string mode =
      g.oneOf(std::vector<std::string>{"constant", "constant", "reflect", "edge", "wrap"});
  Ints axes, pads;
  for (int64_t axis = 0; axis < x->rank(); ++axis)
    if (g.chance(60)) axes.push_back(axis);
  for (size_t side = 0; side < 2 * axes.size(); ++side)
    pads.push_back(g.chance(40) ? 0 : g.chance(15) && mode == "constant" ? -1 : g.pick(3));
  std::vector<Known> in{*x, g.ints(pads), Known{}, Known{}};
  if (mode == "constant" && g.chance(60)) in[2] = g.someConstant(x->type(), {});
  for (int64_t& axis : axes) axis = g.spelled(axis, x->rank());
  in[3] = g.ints(axes);
  g.add({ops::pad, in, {{"mode", mode}}});
}

void depthSpace(Grower& g) {
  const auto x = g.choose([](const Known& v) { return v.rank() == 4; });
  if (!x) return;
  const std::string mode = g.chance(50) ? "DCR" : "CRD";
  if (g.chance(50))
    g.add({ops::depthToSpace, {*x}, {{"blocksize", int64_t{2}}, {"mode", mode}}});
  else
    g.add({ops::spaceToDepth, {*x}, {{"blocksize", int64_t{2}}}});
}

void shapeOf(Grower& g) {
  const auto x = anything(g);
  if (!x) return;
  if (g.chance(20)) return (void)g.add({ops::sizeOf, {*x}});
  if (g.chance(60)) return (void)g.add({ops::shapeOf, {*x}});
  g.add({ops::shapeOf, {*x}, {{"start", g.pick(5) - 2}, {"end", g.pick(5) - 2}}});
}

void constantOfShape(Grower& g) {
  const auto shape = g.choose([](const Known& v) {
    if (v.type() != DType::i64 || v.rank() != 1 || v.count() > 4) return false;
    const auto dims = v.tensor().as<int64_t>();
    return std::all_of(dims.begin(), dims.end(), [](int64_t dim) { return dim >= 0 && dim < 8; });
  });
  if (shape) g.add({ops::constantOfShape, {*shape}, {{"value", g.someTensor(DType::f32, {1})}}});
}

void triangle(Grower& g) {
  const auto x = anything(g, 2);
  if (!x) return;
  std::vector<Known> in{*x};
  if (g.chance(60)) in.push_back(g.constant(DType::i64, {}, {static_cast<double>(g.pick(5) - 2)}));
  g.add({ops::trilu, in, {{"upper", g.pick(2)}}});
}

void centerCropPad(Grower& g) {
  const auto x = anything(g, 1);
  if (!x) return;
  const int64_t axis = g.pick(x->rank());
  g.add({ops::centerCropPad, {*x, g.ints({1 + g.pick(6)})}, {{"axes", Ints{g.spelled(axis, x->rank())}}}});
}

}  // namespace

std::vector<NodeMaker> movementMakers() {
  return {{reshape, 5},      {flatten, 2},    {squeeze, 2}, {unsqueeze, 3}, {transpose, 6},
          {concat, 5},       {slice, 5},      {split, 3},   {expand, 3},    {tile, 1},
          {pad, 3},          {depthSpace, 1}, {shapeOf, 2}, {triangle, 1},  {constantOfShape, 1},
          {centerCropPad, 1}};
}

}  // namespace ridge::test
