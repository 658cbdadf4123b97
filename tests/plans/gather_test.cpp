// Rows by their indices: the kernel against the imported graph.
#include "plan_numbers.h"
#include "support/expect_error.h"

namespace ridge::test {
namespace {

/// Integers from `first` on that are known only at run time, from an input of these dimensions.
ValueId someIndices(GraphMaker& m, const Dims& dims, float choices, float first, DType type) {
  const ValueId x = m.input("where", std::vector<Dim>(dims.begin(), dims.end()));
  const ValueId wide = m.node(ops::mul, {x, m.scalar("choices", choices)}, "wide");
  const ValueId whole = m.node(ops::floor, {wide}, "whole");
  const ValueId moved = m.node(ops::add, {whole, m.scalar("first", first)}, "moved");
  return m.node(ops::cast, {moved}, "indices", {{"to", int64_t{type == DType::i32 ? 6 : 7}}});
}

TEST(GatherPlan, anyAxisAndIndices) {
  for (const DType type : {DType::i32, DType::i64})
    for (const int64_t axis : {0, 1, -1})
      for (const Dims& by : {Dims{}, Dims{5}, Dims{2, 3}}) {
        SCOPED_TRACE(testing::Message() << axis << " " << by.size());
        GraphMaker m;
        const ValueId table = m.weights("table", {4, 4, 4});
        const ValueId indices = someIndices(m, by, 8, -4, type);
        const ValueId rows = m.node(ops::gather, {table, indices}, "rows", {{"axis", axis}});
        m.output("y", m.node(ops::relu, {rows}, "y"));
        const ValueId bytes = m.node(ops::cast, {table}, "bytes", {{"to", int64_t{3}}});
        m.output("z", m.node(ops::cast, {m.node(ops::gather, {bytes, indices}, "small", {{"axis", axis}})},
                             "z", {{"to", int64_t{1}}}));
        expectSameNumbers(m);
      }
}

TEST(GatherPlan, constantIndicesOutOfOrder) {
  GraphMaker m;
  const ValueId x = m.node(ops::relu, {m.input("x", {3, 4, 5})}, "x_raw");
  m.output("y", m.node(ops::gather, {x, m.ints("by", {3, 0, 0, -2})}, "y", {{"axis", int64_t{1}}}));
  expectSameNumbers(m);
}

TEST(GatherPlan, runsOnItsKernel) {
  GraphMaker m;
  const ValueId indices = someIndices(m, {5}, 4, 0, DType::i64);
  m.output("y", m.node(ops::gather, {m.weights("table", {4, 8}), indices}, "y"));
  const std::string text = planText(planFor(m));
  EXPECT_NE(text.find("Gather [cpu gather]"), std::string::npos) << text;
}

TEST(GatherPlan, indicesOutsideAreAnError) {
  for (const float first : {1.0F, -5.0F}) {
    GraphMaker m;
    const ValueId indices = someIndices(m, {50}, 4, first, DType::i64);
    m.output("y", m.node(ops::gather, {m.weights("table", {4, 8}), indices}, "y"));
    expectError(ErrorCode::input, "is out of range for 4 elements", [&] { expectSameNumbers(m); });
  }
}

}  // namespace
}  // namespace ridge::test
