#include "analyze/memory_use.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "plan/check_spec.h"

namespace ridge::analyze {

namespace {

/// Bytes [begin, end) of one memory; `held` of them are elements.
struct Place {
  int32_t memory = 0;
  uint64_t begin = 0, end = 0, held = 0;
  bool overlaps(const Place& other) const {
    return memory == other.memory && begin < other.end && other.begin < end;
  }
  bool same(const Place& other) const {
    return memory == other.memory && begin == other.begin && end == other.end && held == other.held;
  }
};

std::optional<Place> placeOf(const ArraySpec& array) {
  const int64_t extent = array.at.space == Space::arena ? extentOf(array) : 0;
  if (extent == 0) return std::nullopt;
  return Place{array.at.index, array.at.offset, array.at.offset + bytesOf(array.type, extent),
               bytesOf(array.type, elementCount(array.dims))};
}

struct Write {
  size_t step = 0;
  Place place;
};

/// Somebody needs these bytes during steps [first, last].
struct Need {
  Place place;
  size_t first = 0, last = 0;
};

class Lifetimes {
 public:
  explicit Lifetimes(const Plan& plan) {
    for (size_t step = 0; step < plan.steps.size(); ++step) {
      const KernelSpec& kernel = plan.steps[step].kernel;
      for (size_t at = 0; at < kernel.in.size(); ++at)
        if (const auto place = placeOf(kernel.in[at]))
          read(step, arrayAt(plan.steps[step].reads, at), *place);
      for (size_t at = 0; at < kernel.out.size(); ++at)
        if (const auto place = placeOf(kernel.out[at])) {
          writes_.push_back({step, *place});
          written_.insert_or_assign(arrayAt(plan.steps[step].writes, at), writes_.back());
          needs_.push_back({*place, step, step});
        }
    }
    for (const Port& port : plan.outputs)  // one that lies in an arena is read when everything has run
      if (port.array >= 0 && !plan.steps.empty())
        if (const auto place = placeOf(plan.arrays[static_cast<size_t>(port.array)].array))
          read(plan.steps.size() - 1, port.array, *place);
  }

  const std::vector<Need>& needs() const { return needs_; }

 private:
  static int32_t arrayAt(const std::vector<int32_t>& arrays, size_t at) {
    return at < arrays.size() ? arrays[at] : -1;
  }

  /// What is read has been there since the latest write of the same array, else since the latest writes of
  /// parts that fill it, each since its own.
  void read(size_t step, int32_t array, const Place& place) {
    if (const auto own = written_.find(array); own != written_.end() && own->second.place.same(place)) {
      needs_.push_back({place, own->second.step, step});
      return;
    }
    needs_.push_back({place, step, step});
    uint64_t missing = place.held;
    for (size_t at = writes_.size(); at-- > 0 && missing > 0;) {
      Place part = writes_[at].place;
      if (!part.overlaps(place)) continue;
      missing -= std::min(missing, part.held);
      part.begin = std::max(part.begin, place.begin);
      part.end = std::min(part.end, place.end);
      needs_.push_back({part, writes_[at].step, step});
    }
  }

  std::vector<Write> writes_;
  std::unordered_map<int32_t, Write> written_;  // the latest of each array
  std::vector<Need> needs_;
};

/// Bytes that at least one of the places covers; sorts them.
uint64_t covered(std::vector<Place>& places) {
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::tie(a.memory, a.begin) < std::tie(b.memory, b.begin);
  });
  uint64_t sum = 0, end = 0;
  int32_t memory = -1;
  for (const Place& place : places) {
    if (place.memory != memory) end = 0, memory = place.memory;
    const uint64_t begin = std::max(place.begin, end);
    if (place.end > begin) sum += place.end - begin;
    end = std::max(end, place.end);
  }
  return sum;
}

}  // namespace

MemoryUse memoryOverTime(const Plan& plan) {
  MemoryUse use;
  use.workspace = plan.workspaceBytes;
  const Lifetimes lifetimes(plan);
  std::vector<std::vector<const Need*>> starting(plan.steps.size());
  for (const Need& need : lifetimes.needs()) starting[need.first].push_back(&need);
  std::vector<const Need*> alive;
  std::vector<Place> places;
  for (size_t step = 0; step < plan.steps.size(); ++step) {
    std::erase_if(alive, [&](const Need* need) { return need->last < step; });
    alive.insert(alive.end(), starting[step].begin(), starting[step].end());
    places.clear();
    for (const Need* need : alive) places.push_back(need->place);
    uint64_t inside = 0;
    for (const Plan& body : plan.steps[step].bodies) inside = std::max(inside, memoryOverTime(body).peak);
    use.alive.push_back(covered(places) + inside);
    use.peak = std::max(use.peak, use.alive.back());
  }
  return use;
}

}  // namespace ridge::analyze
