// The way from shapes to a plan.
#include "runtime/plan_set.h"

#include "support/expect_error.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

std::vector<BoundShape> batch(int64_t size) {
  return {{"x", {size, 3, 8, 8}}};
}

std::shared_ptr<const Executable> planned(int64_t size) {
  BuildOptions options = plainOptions();
  options.shapes = {{.shapes = batch(size), .dims = {}, .batch = {}}};
  return makeExecutable(buildModel(modelOf(tourNetwork()), "tour", options).data, 0);
}

TEST(PlanSet, StoredPlansAreFoundByShape) {
  const auto one = planned(1), two = planned(2);
  PlanSet plans({one, two});
  EXPECT_EQ(plans.planFor({}), one);
  EXPECT_EQ(plans.planFor(batch(1)), one);
  EXPECT_EQ(plans.planFor(batch(2)), two);
  expectError(ErrorCode::input, "no plan for these shapes", [&] { plans.planFor(batch(3)); });
}

TEST(PlanSet, MadePlansAreKeptAndTheOldestGoes) {
  int made = 0;
  PlanSet plans({planned(1)}, [&](const std::vector<BoundShape>& shapes) {
    ++made;
    return planned(shapes[0].dims[0]);
  });
  const auto most = static_cast<int64_t>(PlanSet::kLargestCache);
  const auto second = plans.planFor(batch(2));
  EXPECT_EQ(plans.planFor(batch(2)), second);
  EXPECT_EQ(made, 1);
  for (int64_t size = 3; size < 2 + most; ++size) plans.planFor(batch(size));
  EXPECT_EQ(made, most);
  EXPECT_EQ(plans.planFor(batch(2)), second);  // used again: 3 is the oldest now
  plans.planFor(batch(2 + most));
  EXPECT_EQ(plans.planFor(batch(2)), second);
  EXPECT_EQ(made, most + 1);
  plans.planFor(batch(3));
  EXPECT_EQ(made, most + 2);
}

TEST(PlanSet, ShapesOutsideOfTheRangeAreRefused) {
  const auto plan = [](const std::vector<BoundShape>& shapes) { return planned(shapes[0].dims[0]); };
  PlanSet plans({planned(2)}, plan, ShapeRange{batch(1), batch(4)});
  EXPECT_TRUE(plans.planFor(batch(1))->serves(batch(1)));
  EXPECT_TRUE(plans.planFor(batch(4))->serves(batch(4)));
  expectError(ErrorCode::usage, "outside of 1x3x8x8 .. 4x3x8x8", [&] { plans.planFor(batch(5)); });
  expectError(ErrorCode::usage, "outside", [&] { plans.planFor({{"x", {1, 3, 8}}}); });
}

TEST(PlanSet, UnknownInputsFitNoPlan) {
  EXPECT_FALSE(planned(1)->serves({{"y", {1, 3, 8, 8}}}));
  EXPECT_TRUE(planned(1)->serves({}));
}

}  // namespace
}  // namespace ridge::test
