#include "analyze/residence.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "base/error.h"
#include "ops/cost_support.h"
#include "plan/check_spec.h"

namespace ridge::analyze {

namespace {

constexpr uint64_t kLine = 64;
constexpr uint64_t kMostChunks = 1 << 18;  // touched in one execution: some 50 ms

struct Extent {
  std::pair<Space, int32_t> memory;
  uint64_t offset = 0, bytes = 0;
};

std::optional<Extent> extentIn(const ArraySpec& array) {
  if (array.at.space == Space::none) return std::nullopt;
  const uint64_t bytes = bytesOf(array.type, extentOf(array));
  if (bytes == 0) return std::nullopt;
  return Extent{{array.at.space, array.at.index}, array.at.offset, bytes};
}

struct StepExtents {
  std::vector<Extent> reads, writes;
};

uint64_t sumOf(const std::vector<Extent>& extents) {
  uint64_t sum = 0;
  for (const Extent& extent : extents) sum += extent.bytes;
  return sum;
}

/// What only picks rows of a table touches no more than it costs.
void shorten(std::vector<Extent>& extents, int64_t bytes) {
  const auto sum = static_cast<double>(sumOf(extents));
  if (sum <= static_cast<double>(bytes)) return;
  for (Extent& extent : extents)
    extent.bytes = static_cast<uint64_t>(
        std::ceil(static_cast<double>(extent.bytes) * static_cast<double>(bytes) / sum));
}

StepExtents extentsOf(const Step& step, const LayerCost& cost) {
  StepExtents extents;
  for (const auto* arrays : {&step.kernel.in, &step.kernel.packed})
    for (const ArraySpec& array : *arrays)
      if (const auto extent = extentIn(array)) extents.reads.push_back(*extent);
  for (const ArraySpec& array : step.kernel.out)
    if (const auto extent = extentIn(array)) extents.writes.push_back(*extent);
  shorten(extents.reads, saturatingSum(cost.weightBytes, cost.inputBytes));
  return extents;
}

/// All memories one after another, in chunks.
class Chunks {
 public:
  explicit Chunks(const std::vector<StepExtents>& steps) {
    std::map<std::pair<Space, int32_t>, uint64_t> sizes;
    uint64_t touched = 0;
    for (const StepExtents& step : steps)
      for (const auto* extents : {&step.reads, &step.writes})
        for (const Extent& extent : *extents) {
          uint64_t& size = sizes[extent.memory];
          size = std::max(size, extent.offset + extent.bytes);
          touched += extent.bytes;
        }
    bytes_ = std::max(kLine, (touched / kMostChunks + kLine - 1) / kLine * kLine);
    for (const auto& [memory, size] : sizes) {
      starts_[memory] = count_;
      count_ += (size + bytes_ - 1) / bytes_;
    }
    for (const StepExtents& step : steps)
      for (const auto* extents : {&step.reads, &step.writes})
        for (const Extent& extent : *extents) {
          const auto [first, last] = of(extent);
          touches_ += last - first;
        }
  }

  uint64_t bytes() const { return bytes_; }
  uint64_t count() const { return count_; }
  uint64_t touches() const { return touches_; }  ///< in one execution
  /// First chunk and one past the last.
  std::pair<uint64_t, uint64_t> of(const Extent& extent) const {
    const uint64_t start = starts_.at(extent.memory);
    return {start + extent.offset / bytes_, start + (extent.offset + extent.bytes - 1) / bytes_ + 1};
  }

 private:
  uint64_t bytes_ = 0, count_ = 0, touches_ = 0;
  std::map<std::pair<Space, int32_t>, uint64_t> starts_;
};

/// Counts the different chunks since a chunk was touched last, itself included. Each stands at the time of
/// its latest touch; sums over times are kept in a tree (P. Fenwick, 1994).
class ReuseDistances {
 public:
  ReuseDistances(uint64_t chunks, uint64_t touches) : latest_(chunks, 0), sums_(touches + 1, 0) {}

  /// 0 for a chunk that was never touched.
  int64_t touch(uint64_t chunk) {
    const uint64_t before = latest_[chunk];
    const int64_t distance = before == 0 ? 0 : standing_ - sumUpTo(before - 1);
    if (before == 0)
      ++standing_;
    else
      add(before, -1);
    latest_[chunk] = ++now_;
    add(now_, 1);
    return distance;
  }

 private:
  void add(uint64_t time, int32_t amount) {
    for (; time < sums_.size(); time += time & (~time + 1)) sums_[time] += amount;
  }
  int64_t sumUpTo(uint64_t time) const {
    int64_t sum = 0;
    for (; time > 0; time -= time & (~time + 1)) sum += sums_[time];
    return sum;
  }

  uint64_t now_ = 0;
  int64_t standing_ = 0;
  std::vector<uint64_t> latest_;  // times from 1 on
  std::vector<int32_t> sums_;
};

/// Two executions, the second of which finds in the caches what the first one left there.
class Simulation {
 public:
  Simulation(const std::vector<StepExtents>& steps, std::span<const MemoryLevel> caches)
      : steps_(steps),
        caches_(caches),
        chunks_(steps),
        distances_(chunks_.count(), 2 * chunks_.touches()),
        writer_(chunks_.count(), kNobody),
        reads_(steps.size(), BytesByMemory(caches.size() + 1, 0.0)),
        writes_(reads_) {
    for (const bool second : {false, true})
      for (size_t step = 0; step < steps_.size(); ++step) {
        for (const Extent& extent : steps_[step].reads) pass(extent, step, second, false);
        for (const Extent& extent : steps_[step].writes) pass(extent, step, second, true);
      }
  }

  /// Chunks by memory, of every step.
  const std::vector<BytesByMemory>& reads() const { return reads_; }
  const std::vector<BytesByMemory>& writes() const { return writes_; }

 private:
  static constexpr int32_t kNobody = -1;

  size_t memoryAt(int64_t distance) const {
    const double bytes = static_cast<double>(distance) * static_cast<double>(chunks_.bytes());
    size_t at = 0;
    while (at < caches_.size() && bytes > caches_[at].capacityBytes) ++at;
    return at;
  }

  void pass(const Extent& extent, size_t step, bool second, bool write) {
    const auto [first, last] = chunks_.of(extent);
    for (uint64_t chunk = first; chunk < last; ++chunk) {
      const size_t memory = memoryAt(distances_.touch(chunk));
      if (writer_[chunk] != kNobody) ++writes_[static_cast<size_t>(writer_[chunk])][memory];
      // Every write of the first execution is found again, at the latest in the second one.
      writer_[chunk] = write && !second ? static_cast<int32_t>(step) : kNobody;
      if (second && !write) ++reads_[step][memory];
    }
  }

  const std::vector<StepExtents>& steps_;
  std::span<const MemoryLevel> caches_;
  Chunks chunks_;
  ReuseDistances distances_;
  std::vector<int32_t> writer_;  // of chunks whose latest touch was a write of the first execution
  std::vector<BytesByMemory> reads_, writes_;
};

/// Adds `bytes`, divided as the chunks are; to main memory where none was touched.
void addDivided(BytesByMemory& total, const BytesByMemory& chunks, int64_t bytes) {
  const double sum = std::accumulate(chunks.begin(), chunks.end(), 0.0);
  if (sum <= 0) {
    total.back() += static_cast<double>(bytes);
    return;
  }
  for (size_t at = 0; at < total.size(); ++at) total[at] += static_cast<double>(bytes) * chunks[at] / sum;
}

}  // namespace

std::vector<BytesByMemory> residencesOf(const Plan& plan, std::span<const LayerCost> costs,
                                        std::span<const MemoryLevel> caches) {
  check(costs.size() == plan.steps.size(), "every step of the plan has a cost");
  std::vector<StepExtents> steps;
  for (size_t step = 0; step < costs.size(); ++step)
    steps.push_back(extentsOf(plan.steps[step], costs[step]));
  const Simulation caching(steps, caches);
  std::vector<BytesByMemory> residences;
  for (size_t step = 0; step < costs.size(); ++step) {
    BytesByMemory& bytes = residences.emplace_back(caches.size() + 1, 0.0);
    addDivided(bytes, caching.reads()[step], saturatingSum(costs[step].weightBytes, costs[step].inputBytes));
    addDivided(bytes, caching.writes()[step], costs[step].outputBytes);
  }
  return residences;
}

Floor floorOf(const LayerCost& layer, const Roof& roof, const BytesByMemory& bytes) {
  check(bytes.size() == roof.caches.size() + 1, "bytes are divided among the roof's memories");
  double moved = 0, longest = 0;
  std::string_view slowest;
  for (size_t at = bytes.size(); at-- > 0;) {
    const bool cache = at < roof.caches.size();
    const double rate = cache ? roof.caches[at].bandwidthBytesPerS : roof.bandwidthBytesPerS;
    moved += bytes[at];
    if (rate <= 0 || moved / rate <= longest) continue;
    longest = moved / rate;
    slowest = cache ? std::string_view(roof.caches[at].name) : std::string_view();
  }
  return floorOf(layer, roof, longest, slowest);
}

}  // namespace ridge::analyze
