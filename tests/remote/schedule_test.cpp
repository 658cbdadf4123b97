// When the host waits for a device, and when it does not.
#include "runtime/schedule.h"

#include <gtest/gtest.h>

#include "plan/device_memory.h"

namespace ridge::test {
namespace {

constexpr int64_t kFloats = 16;
constexpr uint64_t kBytes = 4 * kFloats;

ArraySpec floats(Space space, int32_t index, uint64_t offset = 0) {
  return {DType::f32, {kFloats}, {1}, {space, index, offset}};
}
ArraySpec here(uint64_t place) {
  return floats(Space::arena, 0, place * kBytes);
}
ArraySpec there(uint64_t place, int32_t memory = 1) {
  return floats(Space::arena, memory, place * kBytes);
}

/// Plans of one-array steps; what they compute does not matter.
class Steps {
 public:
  Steps() { plan_.memories = {{"left", 4096, 0}, {"right", 4096, 0}}; }

  Steps& host(ArraySpec in, ArraySpec out) { return add(0, "compute", std::move(in), std::move(out)); }
  Steps& device(ArraySpec in, ArraySpec out, int32_t memory = 1) {
    return add(memory, "compute", std::move(in), std::move(out));
  }
  Steps& transfer(ArraySpec in, ArraySpec out, int32_t memory = 1) {
    return add(memory, std::string(kTransferTactic), std::move(in), std::move(out));
  }
  std::vector<bool> waits() const { return waitsOf(plan_); }

 private:
  Steps& add(int32_t memory, std::string tactic, ArraySpec in, ArraySpec out) {
    Step step;
    step.kernel.memory = memory;
    step.kernel.tactic = std::move(tactic);
    step.kernel.in = {std::move(in)};
    step.kernel.out = {std::move(out)};
    plan_.steps.push_back(std::move(step));
    return *this;
  }

  Plan plan_;
};

using Waits = std::vector<bool>;

TEST(Schedule, TheHostWaitsForWhatItReads) {
  Steps steps;
  steps.transfer(there(0), here(0)).host(here(0), here(1));
  EXPECT_EQ(steps.waits(), (Waits{false, true}));
}

TEST(Schedule, TheHostGoesOnWithWhatIsItsOwn) {
  Steps steps;
  steps.transfer(here(0), there(0))
      .device(there(0), there(1))
      .host(here(0), here(1))
      .transfer(there(1), here(2));
  steps.host(here(1), here(3)).host(here(2), here(3));
  EXPECT_EQ(steps.waits(), (Waits{false, false, false, false, false, true}));
}

TEST(Schedule, TheHostDoesNotWriteWhatIsStillUploaded) {
  Steps steps;
  steps.transfer(here(0), there(0)).host(here(1), here(0));
  EXPECT_EQ(steps.waits(), (Waits{false, true}));
  Steps ports;
  ports.transfer(floats(Space::input, 0), there(0)).host(floats(Space::input, 0), floats(Space::output, 0));
  EXPECT_EQ(ports.waits(), (Waits{false, false}));
}

TEST(Schedule, OneWaitIsEnough) {
  Steps steps;
  steps.transfer(there(0), here(0)).host(here(0), here(1)).host(here(0), here(2)).transfer(there(0), here(0));
  steps.host(here(0), here(1));
  EXPECT_EQ(steps.waits(), (Waits{false, true, false, false, true}));
}

TEST(Schedule, ADeviceWaitsForAnotherButNotForItself) {
  Steps steps;
  steps.transfer(there(0), here(0)).transfer(here(0), there(1)).transfer(here(0), there(0, 2), 2);
  EXPECT_EQ(steps.waits(), (Waits{false, false, true}));
}

TEST(Schedule, NeighboursInMemoryDoNotTouch) {
  Steps steps;
  steps.transfer(there(0), here(1)).host(here(0), here(2));
  EXPECT_EQ(steps.waits(), (Waits{false, false}));
  Steps overlap;
  overlap.transfer(there(0), here(1)).host(floats(Space::arena, 0, kBytes - 4), here(2));
  EXPECT_EQ(overlap.waits(), (Waits{false, true}));
}

}  // namespace
}  // namespace ridge::test
