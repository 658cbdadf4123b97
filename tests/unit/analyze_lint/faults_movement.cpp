#include "faults.h"

namespace ridge::test {

namespace {

Graph transposed(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    ValueId y = convolution(m, x, "before", 16, 16);
    if (fault) y = m.node(ops::transpose, {y}, "turned", {{"perm", Ints{0, 1, 3, 2}}});
    return convolution(m, y, "after", 16, 16);
  });
}

/// The parts of a Concat that another Concat wants too.
Graph joinedTwice(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    const ValueId a = convolution(m, x, "a", 16, 16), b = convolution(m, x, "b", 16, 16),
                  c = convolution(m, x, "c", 16, 16);
    const ValueId one = m.node(ops::concat, {a, b}, "one", {{"axis", int64_t{1}}});
    if (!fault)
      return convolution(m, m.node(ops::concat, {one, c}, "two", {{"axis", int64_t{1}}}), "last", 16, 48);
    const ValueId two = m.node(ops::concat, {c, a}, "two", {{"axis", int64_t{1}}});
    return m.node(ops::add, {convolution(m, one, "left", 16, 32), convolution(m, two, "right", 16, 32)},
                  "sum");
  });
}

Graph castToAndFro(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    if (fault) {
      x = m.node(ops::cast, {x}, "wide", {{"to", static_cast<int64_t>(DType::f64)}});
      x = m.node(ops::cast, {x}, "back", {{"to", static_cast<int64_t>(DType::f32)}});
    }
    return convolution(m, x, "after", 16, 16);
  });
}

Graph turnedAndBack(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    ValueId y = convolution(m, x, "before", 16, 16);
    if (fault) {
      y = m.node(ops::transpose, {y}, "there", {{"perm", Ints{0, 2, 3, 1}}});
      y = m.node(ops::transpose, {y}, "back", {{"perm", Ints{0, 3, 1, 2}}});
    }
    return convolution(m, y, "after", 16, 16);
  });
}

/// A number may be added in any order of axes.
Graph turnedAroundASum(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    ValueId y = convolution(m, x, "before", 16, 16);
    if (fault) y = m.node(ops::transpose, {y}, "there", {{"perm", Ints{0, 2, 3, 1}}});
    y = m.node(ops::mul, {m.scalar("three", 3), m.node(ops::add, {y, m.floats("two", {1}, {2})}, "more")},
               "scaled");
    if (fault) y = m.node(ops::transpose, {y}, "back", {{"perm", Ints{0, 3, 1, 2}}});
    return convolution(m, y, "after", 16, 16);
  });
}

/// Cut and joined again; the twin reads what was there before.
Graph joinedAgain(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    ValueId y = convolution(m, x, "before", 16, 16);
    if (fault) {
      const auto parts = m.nodeWithOutputs(ops::split, {y, m.ints("sizes", {4, 12})}, {"left", "right"},
                                           {{"axis", int64_t{1}}});
      y = m.node(ops::concat, parts, "joined", {{"axis", int64_t{1}}});
    }
    return convolution(m, y, "after", 16, 16);
  });
}

/// Channels in an order of their own.
Graph channelsPicked(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    ValueId y = convolution(m, x, "before", 16, 16);
    if (fault)
      y = m.node(ops::gather, {y, m.ints("order", {3, 1, 2, 0, 9, 8, 7, 6, 5, 4, 15, 14, 13, 12, 11, 10})},
                 "picked", {{"axis", int64_t{1}}});
    return convolution(m, y, "after", 16, 16);
  });
}

}  // namespace

std::vector<Fault> movementFaults() {
  return {{"Transpose", "data-movement", "turned", "8.00 KiB moved", transposed, 8192e-9},
          {"ConcatThatCopies", "data-movement", "one", "8.00 KiB moved", joinedTwice, 8192e-9},
          {"CastsThatCancel", "cancelling-moves", "back", "moved", castToAndFro},
          {"TransposesThatCancel", "cancelling-moves", "back", "16.0 KiB moved", turnedAndBack, 16384e-9},
          {"TransposesAroundASum", "cancelling-moves", "there", "16.0 KiB moved", turnedAroundASum, 16384e-9},
          {"JoinedAgain", "data-movement", "joined", "8.00 KiB moved", joinedAgain, 8192e-9},
          {"ChannelsPicked", "data-movement", "picked", "8.00 KiB moved", channelsPicked, 8192e-9}};
}

}  // namespace ridge::test
