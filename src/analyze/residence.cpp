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

using Memory = std::pair<Space, int32_t>;

struct Extent {
  Memory memory;
  uint64_t offset = 0, bytes = 0;
  bool operator==(const Extent&) const = default;
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
  std::erase_if(extents, [](const Extent& extent) { return extent.bytes == 0; });
}

/// An array that is two operands is read once.
void addOnce(std::vector<Extent>& extents, const Extent& extent) {
  if (std::find(extents.begin(), extents.end(), extent) == extents.end()) extents.push_back(extent);
}

StepExtents extentsOf(const Step& step, const LayerCost& cost) {
  StepExtents extents;
  for (const auto* arrays : {&step.kernel.in, &step.kernel.packed})
    for (const ArraySpec& array : *arrays)
      if (const auto extent = extentIn(array)) addOnce(extents.reads, *extent);
  for (const ArraySpec& array : step.kernel.out)
    if (const auto extent = extentIn(array)) extents.writes.push_back(*extent);
  shorten(extents.reads, saturatingSum(cost.weightBytes, cost.inputBytes));
  return extents;
}

/// What is touched of all memories, one piece after another, in chunks.
class Chunks {
 public:
  explicit Chunks(const std::vector<StepExtents>& steps) {
    uint64_t touched = 0;
    forEachExtent(steps, [&](const Extent& extent) { touched += extent.bytes; });
    bytes_ = std::max(kLine, (touched / kMostChunks + kLine - 1) / kLine * kLine);
    std::map<Memory, std::vector<Range>> ranges;
    forEachExtent(steps, [&](const Extent& extent) {
      ranges[extent.memory].push_back(rangeOf(extent));
      touches_ += ranges[extent.memory].back().size();
    });
    for (auto& [memory, pieces] : ranges) number(memory, pieces);
  }

  uint64_t bytes() const { return bytes_; }
  uint64_t count() const { return count_; }
  uint64_t touches() const { return touches_; }  ///< in one execution
  /// First chunk and one past the last.
  std::pair<uint64_t, uint64_t> of(const Extent& extent) const {
    const Range range = rangeOf(extent);
    const auto after = pieces_.at(extent.memory).upper_bound(range.first);
    const auto& [start, chunk] = *std::prev(after);
    return {chunk + range.first - start, chunk + range.last - start};
  }

 private:
  struct Range {
    uint64_t first = 0, last = 0;  // of the memory's own chunks, `last` is one past the end
    uint64_t size() const { return last - first; }
  };

  template <class Use>
  static void forEachExtent(const std::vector<StepExtents>& steps, const Use& use) {
    for (const StepExtents& step : steps)
      for (const auto* extents : {&step.reads, &step.writes})
        for (const Extent& extent : *extents) use(extent);
  }

  Range rangeOf(const Extent& extent) const {
    return {extent.offset / bytes_, (extent.offset + extent.bytes - 1) / bytes_ + 1};
  }

  /// Ranges that overlap become one piece; what lies between pieces has no numbers.
  void number(const Memory& memory, std::vector<Range>& ranges) {
    std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
    for (size_t at = 0; at < ranges.size();) {
      Range piece = ranges[at];
      for (; at < ranges.size() && ranges[at].first <= piece.last; ++at)
        piece.last = std::max(piece.last, ranges[at].last);
      pieces_[memory].emplace(piece.first, count_);
      count_ += piece.size();
    }
  }

  uint64_t bytes_ = 0, count_ = 0, touches_ = 0;
  std::map<Memory, std::map<uint64_t, uint64_t>> pieces_;  // first chunk there to first number
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
    for (const Execution execution : {Execution::first, Execution::second})
      for (size_t step = 0; step < steps_.size(); ++step) {
        for (const Extent& extent : steps_[step].reads) read(extent, step, execution);
        for (const Extent& extent : steps_[step].writes) write(extent, step, execution);
      }
  }

  /// Chunks by memory, of every step.
  const std::vector<BytesByMemory>& reads() const { return reads_; }
  const std::vector<BytesByMemory>& writes() const { return writes_; }

 private:
  static constexpr int32_t kNobody = -1;
  enum class Execution : uint8_t { first, second };

  size_t memoryAt(int64_t distance) const {
    const double bytes = static_cast<double>(distance) * static_cast<double>(chunks_.bytes());
    size_t at = 0;
    while (at < caches_.size() && bytes > caches_[at].capacityBytes) ++at;
    return at;
  }

  /// Where a chunk is, which is then touched; what was written there has been found.
  size_t find(uint64_t chunk) {
    const size_t memory = memoryAt(distances_.touch(chunk));
    if (writer_[chunk] != kNobody) ++writes_[static_cast<size_t>(writer_[chunk])][memory];
    writer_[chunk] = kNobody;
    return memory;
  }

  void read(const Extent& extent, size_t step, Execution execution) {
    const auto [first, last] = chunks_.of(extent);
    for (uint64_t chunk = first; chunk < last; ++chunk) {
      const size_t memory = find(chunk);
      if (execution == Execution::second) ++reads_[step][memory];
    }
  }

  /// What the first execution writes is found again, at the latest in the second one.
  void write(const Extent& extent, size_t step, Execution execution) {
    const auto [first, last] = chunks_.of(extent);
    for (uint64_t chunk = first; chunk < last; ++chunk) {
      find(chunk);
      if (execution == Execution::first) writer_[chunk] = static_cast<int32_t>(step);
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
