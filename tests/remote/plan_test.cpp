// Plans over two memories: what is moved, once and where it has to be.
#include "api/backends.h"
#include "support/plan_text.h"
#include "support/remote_devices.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

Plan planOn(const std::string& device, GraphMaker& m) {
  remoteDevices();
  return buildModel(modelOf(m.finish()), "net", plainOptions(device)).data.plans.front();
}

ValueId conv(GraphMaker& m, ValueId in, const std::string& name, int64_t channels) {
  return m.node(ops::conv,
                {in, m.weights(name + "_w", {channels, channels, 3, 3}), m.weights(name + "_b", {channels})},
                name, {{"pads", Ints{1, 1, 1, 1}}});
}

TEST(RemotePlan, ConvolutionsThereTheRestHere) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 8, 6, 6});
  const ValueId a = conv(m, x, "a", 8), b = conv(m, a, "b", 8);
  const ValueId soft = m.node(ops::lrn, {b}, "lrn", {{"size", int64_t{3}}});
  m.output("y", conv(m, soft, "c", 8));
  const Plan plan = planOn("remote_conv", m);
  expectPlan(plan, R"(
    + *: upload [[]remote_conv transfer] * -> *@memory1
    + a: Conv [[]remote_conv *] *@memory1, packed, plain@constant -> *@memory1
    + b: Conv [[]remote_conv *] *@memory1, packed, plain@constant -> *@memory1
    + b: download [[]remote_conv transfer] *@memory1 -> *@arena
    + lrn: LRN [[]reference node] *@arena -> *
    + lrn: upload *
    + c: Conv [[]remote_conv *] *
    + *: download [[]remote_conv transfer] *
    - a: download *
    - *: reformat [[]remote_conv *
  )");
  ASSERT_EQ(plan.memories.size(), 1U);
  EXPECT_EQ(plan.memories[0].name, "remote_conv");
  EXPECT_GT(plan.memories[0].arenaBytes, 0U);
}

TEST(RemotePlan, ATransferServesAllWhoRead) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 8, 6, 6});
  const ValueId a = conv(m, x, "a", 8);
  m.output("p", m.node(ops::lrn, {a}, "lrn1", {{"size", int64_t{3}}}));
  m.output("q", m.node(ops::lrn, {a}, "lrn2", {{"size", int64_t{5}}}));
  m.output("r", conv(m, a, "b", 8));
  m.output("a", a);
  const Plan plan = planOn("remote_conv", m);
  int downloads = 0;
  for (const Step& step : plan.steps) downloads += step.ops.front() == "download" && step.name == "a";
  EXPECT_EQ(downloads, 1) << planText(plan);
  // It goes straight to the caller's buffer, where the others read it.
  expectPlan(plan, R"(
    + a: *-> plain@output3
    - *: copy *
  )");
}

TEST(RemotePlan, TransfersAreDecisions) {
  GraphMaker m;
  m.output("y", conv(m, m.input("x", {1, 8, 6, 6}), "conv", 8));
  const Plan plan = planOn("remote_conv", m);
  int to = 0, from = 0;
  for (const Decision& decision : plan.decisions) {
    to += decision.sentence.starts_with("is moved to remote_conv, 1152 bytes");
    from += decision.sentence.starts_with("is moved from remote_conv, 1152 bytes");
  }
  EXPECT_EQ(to, 1);
  EXPECT_EQ(from, 1);
}

TEST(RemotePlan, ADeviceThatCopiesReformatsForItself) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 8, 6, 6});
  m.output("y", conv(m, conv(m, x, "a", 8), "b", 8));
  expectPlan(planOn("remote_cpu", m), R"(
    + x: upload [[]remote_cpu transfer] plain@input0 -> plain@memory1
    + y: reformat [[]remote_cpu copy] last@memory1 -> plain@memory1
    + y: download [[]remote_cpu transfer] plain@memory1 -> plain@output0
    - *: reformat [[]cpu *
    - *: reformat [[]reference *
  )");
}

TEST(RemotePlan, ViewsStayWhereTheyAre) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 8, 6, 6});
  const ValueId left = conv(m, x, "left", 8), right = conv(m, x, "right", 8);
  const ValueId joined = m.node(ops::concat, {left, right}, "joined", {{"axis", int64_t{1}}});
  m.output("y", conv(m, joined, "after", 16));
  expectPlan(planOn("remote_cpu", m), R"(
    - joined: *
    - *: copy *
    - left: download *
  )");
}

TEST(RemotePlan, BackendsOfOneMemoryHandOverInPlace) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 8, 6, 6});
  const ValueId pooled = m.node(ops::maxPool, {conv(m, x, "a", 8)}, "pool", {{"kernel_shape", Ints{2, 2}}});
  m.output("y", conv(m, pooled, "b", 8));
  const Plan plan = planOn("remote_pair", m);
  ASSERT_EQ(plan.memories.size(), 1U);
  EXPECT_EQ(plan.memories[0].name, "shared");
  expectPlan(plan, R"(
    + a: Conv [[]remote_pair *] *@memory1, packed, plain@constant -> *@memory1
    + pool: MaxPool [[]remote_rest *] *@memory1 -> *@memory1
    + b: Conv [[]remote_pair *] *@memory1, packed, plain@constant -> *@memory1
    - a: download *
    - pool: *load *
  )");
}

/// A device twice as fast as the cpu, whose transfers take `transferNs`.
Plan planTwiceAsFast(const std::string& name, double transferNs, GraphMaker& m) {
  static std::vector<std::unique_ptr<RemoteBackend>> kept;
  remoteDevices();
  RemoteBackend::Options options{.name = name,
                                 .memory = std::make_shared<RemoteMemory>(name, 0, transferNs),
                                 .speed = 2,
                                 .takes = convolutions};
  kept.push_back(std::make_unique<RemoteBackend>(*backendsFor("cpu").front(), std::move(options)));
  addDevice({kept.back().get(), backendsFor("cpu").front(), backendsFor("reference").front()});
  return planOn(name, m);
}

GraphMaker convolutionsInARow(int count) {
  GraphMaker m;
  ValueId x = m.input("x", {1, 32, 16, 16});
  for (int at = 0; at < count; ++at) x = conv(m, x, "conv" + std::to_string(at), 32);
  m.output("y", x);
  return m;
}

// One alone is not worth the way; ten are.
TEST(RemotePlan, RegionsMoveWhereItPaysForAllOfThem) {
  double oneNs = 0;
  GraphMaker alone = convolutionsInARow(1);
  for (const Step& step : planOn("cpu", alone).steps)
    if (step.ops.front() == "Conv") oneNs += step.estimateNs;
  ASSERT_GT(oneNs, 0);
  GraphMaker one = convolutionsInARow(1), ten = convolutionsInARow(10);
  const Plan few = planTwiceAsFast("remote_few", oneNs, one),
             many = planTwiceAsFast("remote_many", oneNs, ten);
  expectPlan(few, "+ conv0: Conv [[]cpu *\n- * [[]remote_few *");
  expectPlan(many, "+ conv0: Conv [[]remote_many *\n- *: Conv [[]cpu *");
  bool said = false;
  for (const Decision& decision : few.decisions)
    said = said || (decision.subject == "conv0" && decision.sentence.starts_with("is left to cpu"));
  EXPECT_TRUE(said);
}

TEST(RemotePlan, FromDeviceToDeviceByWayOfTheHost) {
  GraphMaker m;
  ValueId x = m.input("x", {1, 8, 6, 6});
  for (int at = 0; at < 8; ++at) {
    const std::string number = std::to_string(at);
    x = m.node(ops::lrn, {conv(m, x, "conv" + number, 8)}, "lrn" + number, {{"size", int64_t{3}}});
    x = m.node(ops::softmax, {x}, "soft" + number, {{"axis", int64_t{1}}});
  }
  m.output("y", x);
  const Plan plan = planOn("remote_left", m);
  ASSERT_EQ(plan.memories.size(), 2U);
  expectPlan(plan, R"(
    + conv*: Conv [[]remote_left *@memory1*
    + soft*: Softmax [[]remote_right *@memory2*
    - * *@memory1*@memory2*
    - * *@memory2*@memory1*
  )");
}

}  // namespace
}  // namespace ridge::test
