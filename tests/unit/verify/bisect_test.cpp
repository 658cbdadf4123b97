// A pass that breaks a network is found and named.
#include "api/bisect.h"

#include <algorithm>

#include "ops/ops.h"
#include "passes/pass_list.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

/// Takes the first Relu for an absolute value.
Rewrite breakRelu(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::relu || node.name != "inner_relu") return NoMatch{};
  GraphBuilder builder(graph, {id});
  builder.replace(node.out[0], builder.node(ops::abs, nullptr, node.in, "broken"));
  return builder.finish("takes a Relu for an absolute value");
}

const std::vector<BoundShape> kShapes{{"x", {1, 3, 8, 8}}};

NamedInputs inputs() {
  return {{"x", someNumbers({1, 3, 8, 8}, 1)}};
}

TEST(Bisect, RightPassesAreNotBlamed) {
  EXPECT_EQ(bisectPasses(tourNetwork(), kShapes, portablePasses(), {}, inputs()), std::nullopt);
}

TEST(Bisect, TheWrongPassIsNamedWhereverItStands) {
  for (const bool first : {true, false}) {
    std::vector<Pass> passes(portablePasses().begin(), portablePasses().end());
    const Pass wrong{.name = "break_relu", .summary = "wrong on purpose", .run = breakRelu};
    passes.insert(first ? passes.begin() : passes.end(), wrong);
    const auto found = bisectPasses(tourNetwork(), kShapes, passes, {}, inputs());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->pass, "break_relu");
    EXPECT_EQ(found->nodes, std::vector<std::string>{"inner_relu"});
    EXPECT_EQ(found->sentence, "takes a Relu for an absolute value");
    EXPECT_NE(found->symptom.find("dB"), std::string::npos);
    EXPECT_EQ(found->index == 0, first);
  }
}

}  // namespace
}  // namespace ridge::test
