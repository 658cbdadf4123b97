#include "engine/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "plan/check_spec.h"

namespace ridge {

namespace {

constexpr uint64_t kLargestArena = uint64_t{1} << 40;
constexpr size_t kLargestRank = 64;
constexpr size_t kMostMemories = 16;
constexpr uint64_t kAlignment = 64;

[[noreturn]] void reject(const char* sentence) {
  failInput(fmt::format("the engine's plan is not valid: {}", sentence), {}, "build the engine again");
}
void require(bool holds, const char* sentence) {
  if (!holds) reject(sentence);
}

bool isTime(double ns) {
  return std::isfinite(ns) && ns >= 0;
}

/// Nothing runs by them, but people and scripts read them. `steps` are those of their plan.
void checkDecisions(const std::vector<Decision>& decisions, size_t steps) {
  for (const Decision& decision : decisions) {
    require(static_cast<uint8_t>(decision.kind) < kDecisionKinds, "a decision is of no known kind");
    require(decision.step >= -1 && (decision.step < 0 || static_cast<size_t>(decision.step) < steps),
            "a decision names no step");
    require(isTime(decision.estimateNs) && isTime(decision.measuredNs), "a decision has no possible time");
  }
}

class PlanValidator {
 public:
  PlanValidator(const EngineData& data, const Plan& plan) : data_(data), plan_(plan) {}

  void run() const {
    checkMemories();
    for (const PlannedArray& array : plan_.arrays) {
      require(array.array.at.space != Space::none, "an array has no place");
      require(isIndex(array.value, plan_.values.size()), "an array has no value");
      checkArray(array.array, false);
      require(array.array.dims == plan_.values[static_cast<size_t>(array.value)].dims,
              "an array is not like its value");
    }
    for (size_t at = 0; at <= plan_.memories.size(); ++at) checkNeed(static_cast<int32_t>(at));
    checkPorts(plan_.inputs, Space::input);
    checkPorts(plan_.outputs, Space::output);
    for (const Step& step : plan_.steps)
      withContext([&] { return fmt::format("step {}", escaped(step.name)); }, [&] { checkStep(step); });
    checkDecisions(plan_.decisions, plan_.steps.size());
  }

 private:
  static bool isIndex(int32_t index, size_t size) { return index >= 0 && static_cast<size_t>(index) < size; }

  void checkMemories() const {
    require(plan_.memories.size() <= kMostMemories, "it has too many memories");
    std::set<std::string_view> names;
    for (const PlannedMemory& memory : plan_.memories)
      require(!memory.name.empty() && memory.name != "host" && names.insert(memory.name).second,
              "two of its memories have one name, or one has none");
    for (int32_t at = 0; at <= static_cast<int32_t>(plan_.memories.size()); ++at)
      require(arenaBytesOf(at) <= kLargestArena && workspaceBytesOf(at) <= kLargestArena,
              "its memory is out of range");
  }

  uint64_t arenaBytesOf(int32_t memory) const {
    return memory == 0 ? plan_.arenaBytes : plan_.memories[static_cast<size_t>(memory) - 1].arenaBytes;
  }
  uint64_t workspaceBytesOf(int32_t memory) const {
    return memory == 0 ? plan_.workspaceBytes
                       : plan_.memories[static_cast<size_t>(memory) - 1].workspaceBytes;
  }

  /// No more than its arrays and steps can need: a context allocates what the plan says.
  void checkNeed(int32_t memory) const {
    uint64_t arrays = 0, workspace = 0;
    for (const PlannedArray& array : plan_.arrays)
      if (array.array.at.space == Space::arena && array.array.at.index == memory) {
        const uint64_t bytes = bytesOf(array.array.type, extentOf(array.array));
        arrays += (bytes + kAlignment - 1) / kAlignment * kAlignment;
      }
    for (const Step& step : plan_.steps)
      if (step.kernel.memory == memory) workspace = std::max(workspace, step.kernel.workspace);
    require(arenaBytesOf(memory) <= arrays && workspaceBytesOf(memory) <= workspace,
            "its memory is out of range");
  }

  /// The caller's buffers are dense: a port's array is all of its buffer.
  void checkPorts(const std::vector<Port>& ports, Space space) const {
    for (size_t at = 0; at < ports.size(); ++at) {
      if (ports[at].array == -1 && space == Space::output) {
        require(isIndex(ports[at].slot, plan_.slots.size()), "a port has no slot");
        continue;
      }
      require(isIndex(ports[at].array, plan_.arrays.size()), "a port has no array");
      const ArraySpec& array = plan_.arrays[static_cast<size_t>(ports[at].array)].array;
      require(array.at.space == space && array.at.index == static_cast<int32_t>(at) && array.at.offset == 0 &&
                  isDensePlain(array),
              "a port is not its own dense array");
      require(
          ports[at].fixed.empty() || ports[at].fixed.size() == bytesOf(array.type, elementCount(array.dims)),
          "a port has a value of another size");
    }
  }

  void checkStep(const Step& step) const {
    for (const Plan& body : step.bodies) PlanValidator(data_, body).run();
    require(!step.ops.empty(), "a step has no op");
    require(isTime(step.estimateNs) && isTime(step.measuredNs), "a step has no possible time");
    const KernelSpec& kernel = step.kernel;
    require(step.reads.size() == kernel.in.size() && step.writes.size() == kernel.out.size(),
            "a step does not name what it reads and writes");
    for (int32_t read : step.reads)
      require(read == -1 || isIndex(read, plan_.arrays.size()), "a step reads no array");
    for (int32_t write : step.writes) require(isIndex(write, plan_.arrays.size()), "a step writes no array");
    for (const ArraySpec& array : kernel.in) checkArray(array, false);
    for (const ArraySpec& array : kernel.packed) {
      checkArray(array, false);
      require(array.at.space == Space::weights, "packed weights are constants");
    }
    for (const ArraySpec& array : kernel.out) checkArray(array, true);
    require(isIndex(kernel.memory, plan_.memories.size() + 1), "a step runs in a memory that is not there");
    require(kernel.workspace <= workspaceBytesOf(kernel.memory), "a step has more scratch than the plan");
    for (const auto* slots : {&kernel.slotsIn, &kernel.slotsOut})
      for (int32_t slot : *slots) require(isIndex(slot, plan_.slots.size()), "an island names no slot");
    require(!kernel.out.empty() || !kernel.slotsOut.empty(), "a step writes nothing");
  }

  void checkArray(const ArraySpec& array, bool written) const {
    require(array.dims.size() == array.strides.size() && array.dims.size() <= kLargestRank,
            "an array has strides for another rank");
    if (array.at.space == Space::none) {
      require(!written, "a result has no place");
      elementCount(array.dims);
      return;
    }
    require(bitsOf(array.type) > 0, "an array has elements without a size");
    require(!written || array.at.space == Space::arena || array.at.space == Space::output,
            "a step writes to a constant");
    const bool wholeBytes = bitsOf(array.type) % 8 == 0;
    require(wholeBytes || isDensePlain(array), "elements that are no whole bytes are not dense");
    const uint64_t size = bytesOf(array.type, 1);
    const auto extent = static_cast<uint64_t>(extentOf(array));
    uint64_t end = 0;
    // For smaller elements this asks for more than enough, so it cannot overflow either.
    require(!__builtin_mul_overflow(extent, size, &end), "an array lies outside of its memory");
    if (!wholeBytes) end = bytesOf(array.type, extentOf(array));
    require(!__builtin_add_overflow(end, array.at.offset, &end) && end <= capacityOf(array.at) &&
                array.at.offset % size == 0,
            "an array lies outside of its memory");
    require(isOneToOne(array), "elements of an array share a place");
  }

  uint64_t capacityOf(const Location& at) const {
    const auto index = static_cast<size_t>(at.index);
    switch (at.space) {
      case Space::arena:
        require(isIndex(at.index, plan_.memories.size() + 1), "an array is in a memory that is not there");
        return arenaBytesOf(at.index);
      case Space::input:
        return capacityOfPort(plan_.inputs, at.index);
      case Space::output:
        return capacityOfPort(plan_.outputs, at.index);
      case Space::weights:
        require(isIndex(at.index, data_.weights.size()), "a constant is missing");
        return data_.weights[index].bytes.byteSize();
      case Space::none:
        break;
    }
    return 0;
  }

  uint64_t capacityOfPort(const std::vector<Port>& ports, int32_t index) const {
    require(isIndex(index, ports.size()), "an array belongs to no port");
    const Port& port = ports[static_cast<size_t>(index)];
    require(isIndex(port.array, plan_.arrays.size()), "a port has no array");
    const ArraySpec& array = plan_.arrays[static_cast<size_t>(port.array)].array;
    return bytesOf(array.type, elementCount(array.dims));
  }

  const EngineData& data_;
  const Plan& plan_;
};

}  // namespace

void validate(const EngineData& data) {
  require(!data.plans.empty(), "there is none");
  for (const Plan& plan : data.plans) PlanValidator(data, plan).run();
  checkDecisions(data.decisions, 0);
}

}  // namespace ridge
