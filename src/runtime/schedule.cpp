#include "runtime/schedule.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "plan/check_spec.h"
#include "plan/device_memory.h"

namespace ridge {

namespace {

/// Host memory that a step reads or writes.
struct Touch {
  Location at;
  uint64_t bytes = 0;
  bool writes = false;
  int32_t memory = 0;  ///< of the step
};

bool isOfHost(const Location& at) {
  return at.space == Space::input || at.space == Space::output || (at.space == Space::arena && at.index == 0);
}

void addTouches(const std::vector<ArraySpec>& arrays, bool writes, int32_t memory,
                std::vector<Touch>& touches) {
  for (const ArraySpec& array : arrays)
    if (isOfHost(array.at))
      touches.push_back({array.at, bytesOf(array.type, extentOf(array)), writes, memory});
}

std::vector<Touch> touchesOf(const KernelSpec& spec) {
  std::vector<Touch> touches;
  addTouches(spec.in, false, spec.memory, touches);
  addTouches(spec.out, true, spec.memory, touches);
  return touches;
}

/// One must not happen while the other does.
bool conflict(const Touch& a, const Touch& b) {
  if (a.memory == b.memory || !(a.writes || b.writes)) return false;
  if (a.at.space != b.at.space || a.at.index != b.at.index) return false;
  return a.at.offset < b.at.offset + b.bytes && b.at.offset < a.at.offset + a.bytes;
}

}  // namespace

std::vector<const DeviceMemory*> deviceMemoriesOf(const Plan& plan,
                                                  std::span<const Backend* const> backends) {
  std::vector<const DeviceMemory*> memories;
  for (const PlannedMemory& planned : plan.memories) {
    const auto found = std::find_if(backends.begin(), backends.end(), [&](const Backend* backend) {
      return backend->memory() && backend->memory()->name() == planned.name;
    });
    if (found == backends.end())
      failInput(
          fmt::format("the engine needs the memory '{}', which this build lacks", escaped(planned.name)), {},
          "build the engine again on this machine");
    memories.push_back((*found)->memory());
  }
  return memories;
}

void requireOwnMemory(const Plan& plan, const KernelSpec& spec, const Backend& backend) {
  const auto index = static_cast<size_t>(spec.memory);
  requireSpec(spec.memory >= 0 && index <= plan.memories.size(), spec,
              "it runs in a memory that is not there");
  const std::string_view wanted = backend.memory() ? backend.memory()->name() : std::string_view();
  requireSpec(wanted == (index == 0 ? std::string_view() : plan.memories[index - 1].name), spec,
              "it runs in a memory that is not its backend's");
  const auto isOwn = [&](const ArraySpec& array) {
    switch (array.at.space) {
      case Space::none:
      case Space::weights:
        return true;
      case Space::arena:
        return array.at.index == spec.memory;
      default:
        return spec.memory == 0;
    }
  };
  if (isTransfer(spec)) {
    requireSpec(spec.in.size() == 1 && spec.out.size() == 1, spec,
                "a transfer has one source and one target");
    const ArraySpec &in = spec.in.front(), &out = spec.out.front();
    const auto isHere = [&](const Location& at) {
      return at.space == Space::arena && at.index == spec.memory;
    };
    const bool up = isHere(out.at) && (isOfHost(in.at) || in.at.space == Space::weights);
    requireSpec(up || (isHere(in.at) && isOfHost(out.at)), spec,
                "a transfer has one array of the host and one of its device");
    return;
  }
  requireSpec(std::all_of(spec.in.begin(), spec.in.end(), isOwn) &&
                  std::all_of(spec.out.begin(), spec.out.end(), isOwn),
              spec, "it reaches into another memory");
}

std::vector<bool> waitsOf(const Plan& plan) {
  std::vector<bool> waits;
  std::vector<Touch> pending;  // of transfers that nobody has waited for
  for (const Step& step : plan.steps) {
    const bool host = step.kernel.memory == 0;
    if (plan.memories.empty() || (host && pending.empty())) {
      waits.push_back(false);
      continue;
    }
    const std::vector<Touch> touches = touchesOf(step.kernel);
    const auto conflicts = [&](const Touch& touch) {
      return std::any_of(pending.begin(), pending.end(),
                         [&](const Touch& earlier) { return conflict(touch, earlier); });
    };
    const bool wait = std::any_of(touches.begin(), touches.end(), conflicts);
    if (wait) pending.clear();
    if (!host) pending.insert(pending.end(), touches.begin(), touches.end());
    waits.push_back(wait);
  }
  return waits;
}

}  // namespace ridge
