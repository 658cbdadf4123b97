// Engines that mix up memories are refused: no step gets an address that is not its own.
#include "base/thread_pool.h"
#include "engine/validate.h"
#include "engines/mutate.h"
#include "plan/device_memory.h"
#include "support/expect_error.h"
#include "support/remote_devices.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

EngineData tour() {
  remoteDevices();
  return buildTour("remote_half", false).data;
}

void load(const EngineData& data) {
  validate(data);
  ExecutionContext context(makeExecutable(data, 0));
  context.execute();
}

void expectRefused(const EngineData& data, const std::string& words) {
  expectError(ErrorCode::input, words, [&] { load(data); });
}

/// Applies `change` to each step in turn for which it returns true; every one is refused.
template <class Change>
void refuseEach(const Change& change) {
  const EngineData good = tour();
  ASSERT_NO_THROW(load(good));
  int changed = 0;
  for (size_t at = 0; at < good.plans[0].steps.size(); ++at) {
    EngineData bad = good;
    if (!change(bad.plans[0].steps[at].kernel)) continue;
    SCOPED_TRACE(bad.plans[0].steps[at].name);
    ++changed;
    EXPECT_THROW(load(bad), Error);
  }
  EXPECT_GT(changed, 0);
}

TEST(RemoteHostile, AStepInAnothersMemory) {
  refuseEach([](KernelSpec& kernel) {
    kernel.memory = 1 - kernel.memory;
    return true;
  });
  refuseEach([](KernelSpec& kernel) {
    kernel.memory = kernel.memory == 1 ? 2 : -1;
    return true;
  });
  refuseEach([](KernelSpec& kernel) {
    kernel.memory = INT32_MIN;
    return true;
  });
}

TEST(RemoteHostile, AnArrayInAnothersMemory) {
  for (const int32_t index : {0, 1, 2, -1, INT32_MIN, INT32_MAX})
    for (const bool in : {true, false})
      refuseEach([&](KernelSpec& kernel) {
        auto& arrays = in ? kernel.in : kernel.out;
        if (isTransfer(kernel) || arrays.empty() || arrays[0].at.space != Space::arena ||
            arrays[0].at.index == index)
          return false;
        arrays[0].at.index = index;
        arrays[0].at.offset = 0;
        return true;
      });
}

TEST(RemoteHostile, ADeviceDoesNotReachTheCallersBuffers) {
  for (const Space space : {Space::input, Space::output})
    refuseEach([&](KernelSpec& kernel) {
      if (kernel.memory == 0 || isTransfer(kernel) || kernel.in[0].at.space != Space::arena) return false;
      kernel.in[0].at = {space, 0, 0};
      return true;
    });
}

TEST(RemoteHostile, TransfersThatChangeAnything) {
  refuseEach([](KernelSpec& kernel) {
    if (!isTransfer(kernel)) return false;
    kernel.in[0].dims.back() -= 1;
    return true;
  });
  refuseEach([](KernelSpec& kernel) {
    if (!isTransfer(kernel)) return false;
    std::swap(kernel.in, kernel.out);  // the other way, to where a constant or an input may be
    kernel.out[0].at = {Space::weights, 0, 0};
    return true;
  });
  refuseEach([](KernelSpec& kernel) {
    if (!isTransfer(kernel)) return false;
    kernel.in = {};
    return true;
  });
  refuseEach([](KernelSpec& kernel) {
    if (!isTransfer(kernel)) return false;
    (isUpload(kernel) ? kernel.in : kernel.out) = isUpload(kernel) ? kernel.out : kernel.in;
    return true;
  });
}

TEST(RemoteHostile, MemoriesThatAreNotThere) {
  EngineData bad = tour();
  bad.plans[0].memories[0].name = "elsewhere\n";
  expectRefused(bad, "elsewhere");
  bad = tour();
  bad.plans[0].memories[0].name = "host";
  expectRefused(bad, "name");
  bad = tour();
  bad.plans[0].memories.push_back(bad.plans[0].memories[0]);
  expectRefused(bad, "name");
  bad = tour();
  bad.plans[0].memories.clear();
  expectRefused(bad, "not there");
  bad = tour();
  bad.plans[0].memories[0].name = "remote_cpu";  // there, but not this backend's
  expectRefused(bad, "not its backend's");
  bad = tour();
  for (int at = 0; at < 100; ++at) bad.plans[0].memories.push_back({std::to_string(at), 0, 0});
  expectRefused(bad, "too many");
}

// As for the backends that ship (tests/engines): refused, or well within their memory.
TEST(RemoteHostile, RandomChanges) {
  ThreadPool::instance().setThreads(1);
  const EngineData good = tour();
  unsigned ran = 0;
  for (unsigned seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    EngineData bad = good;
    mutate(bad.plans[0], random);
    try {
      load(bad);
      ++ran;
    } catch (const Error& error) {
      EXPECT_NE(error.code(), ErrorCode::internal) << error.what();
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    }
  }
  EXPECT_GT(ran, 20U);
  EXPECT_LT(ran, 1000U);
}

TEST(RemoteHostile, TooMuchMemoryOnTheDevice) {
  for (const uint64_t bytes : {uint64_t{1} << 39, uint64_t{1} << 60, UINT64_MAX}) {
    EngineData bad = tour();
    bad.plans[0].memories[0].arenaBytes = bytes;
    expectRefused(bad, "out of range");
    bad = tour();
    bad.plans[0].memories[0].workspaceBytes = bytes;
    expectRefused(bad, "out of range");
  }
  EngineData bad = tour();
  bad.plans[0].memories[0].arenaBytes /= 2;
  expectRefused(bad, "outside of its memory");
}

}  // namespace
}  // namespace ridge::test
