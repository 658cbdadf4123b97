#include "analyze/machine/loops.h"

#include <algorithm>

#include "base/thread_pool.h"

namespace ridge::analyze {

namespace {

/// Of main memory, of one thread: about a millisecond.
constexpr int64_t kWindow = int64_t{8} << 20;

}  // namespace

void onThreads(int threads, const std::function<void(int)>& part) {
  if (threads == 1)
    part(0);
  else
    ThreadPool::instance().parallel(threads, part);
}

MachineLoop clockLoop() {
  constexpr int64_t kAdditions = 16'000;
  return {[](int64_t repeats) {
            for (int64_t at = 0; at < repeats; ++at) addChain(0, kAdditions, 1);
          },
          kAdditions};
}

MachineLoop arithmeticLoop(const ArithmeticProbe& probe, int threads) {
  constexpr int64_t kRounds = 100;
  return {[&probe, threads](int64_t repeats) {
            onThreads(threads, [&](int) { probe.run(repeats * kRounds, 1); });
          },
          kRounds * probe.operationsPerRound() * threads};
}

// Threads touch first what they will read: pages lie near them.
MemoryLoops::MemoryLoops(Isa isa, int threads, bool quick)
    : isa_(isa), threads_(threads), sets_(workingSets(cpuInfo(), threads, availableMemory(), quick)) {
  if (sets_.empty()) return;
  const int64_t each = sets_.back().bytesPerThread;
  memory_ = std::make_unique<MemoryBlock>(each * threads);
  onThreads(threads,
            [&](int part) { memoryProbes(isa_).write(memory_->words() + part * each / 4, each / 4, 1); });
}

void MemoryLoops::pass(Traffic traffic, uint32_t* words, int64_t count, int64_t passes) const {
  const MemoryProbes& loops = memoryProbes(isa_);
  if (traffic == Traffic::read)
    loops.read(words, count, passes);
  else if (traffic == Traffic::write)
    loops.write(words, count, passes);
  else
    loops.copy(words + count / 2, words, count / 2, passes);
}

MachineLoop MemoryLoops::loop(const WorkingSet& set, Traffic traffic, int threads) const {
  const bool shared = set.level == "L3" || set.level == "DRAM";
  const int64_t bytes = shared ? set.bytesPerThread * threads_ / threads / 4096 * 4096 : set.bytesPerThread;
  const bool mainMemory = set.level == "DRAM";
  // A pass over main memory takes tens of milliseconds, in which somebody always interrupts. So a repeat goes
  // over one window of the set, the next one over the next: each was left a whole pass ago.
  const int64_t windows = mainMemory ? std::max<int64_t>(1, bytes / kWindow) : 1;
  const int64_t words = bytes / windows / 4096 * 1024;
  const auto next = std::make_shared<int64_t>(0);
  MachineLoop loop;
  loop.work = static_cast<double>(words) * 4 * threads;
  loop.body = [=, this](int64_t repeats) {
    const int64_t first = *next;
    *next = (first + repeats) % windows;
    onThreads(threads, [&](int part) {
      uint32_t* const own = memory_->words() + part * (bytes / 4);
      if (windows == 1) return pass(traffic, own, words, repeats);
      for (int64_t done = 0; done < repeats; ++done)
        pass(traffic, own + (first + done) % windows * words, words, 1);
    });
  };
  // What was measured before this has left some of the set in the caches; a pass brings the usual order back.
  if (windows > 1) loop.before = [body = loop.body, windows] { body(windows); };
  return loop;
}

}  // namespace ridge::analyze
