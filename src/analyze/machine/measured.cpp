#include "analyze/machine/measured.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "analyze/machine/disturbance.h"
#include "analyze/machine/memory_block.h"
#include "analyze/machine/probes/probes.h"
#include "analyze/machine/timed_loop.h"
#include "analyze/machine/tiny_plan.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"

namespace ridge::analyze {

namespace {

/// Of main memory, of one thread: about a millisecond.
constexpr int64_t kWindow = int64_t{8} << 20;

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

/// The pool has this many threads while it lives.
class PoolThreads {
 public:
  explicit PoolThreads(int threads) : before_(ThreadPool::instance().threads()) {
    ThreadPool::instance().setThreads(threads);
  }
  ~PoolThreads() { ThreadPool::instance().setThreads(before_); }
  PoolThreads(const PoolThreads&) = delete;
  PoolThreads& operator=(const PoolThreads&) = delete;

 private:
  int before_;
};

/// `part(p)` for p in [0, threads), each in a thread of its own.
template <class Part>
void onThreads(int threads, const Part& part) {
  if (threads == 1)
    part(0);
  else
    ThreadPool::instance().parallel(threads, part);
}

/// All loops of one measurement. They run in turns, several rounds: what disturbs the machine for a second
/// disturbs each of them a little, and none altogether.
class Measurement {
 public:
  explicit Measurement(const MeasureOptions& options)
      : options_(options), pool_(options.threads), threads_(ThreadPool::instance().threads()) {
    machine_.cpu = cpuInfo().model;
    machine_.date = today();
    machine_.isa = activeIsa();
    machine_.threads = threads_;
    machine_.quick = options.quick;
  }

  MeasuredMachine run();

 private:
  /// Where a sample belongs: an index, as the vectors still grow.
  using Keep = std::function<void(MeasuredMachine&, Sample)>;
  struct Entry {
    TimedLoop loop;
    double seconds;  ///< of one round
    Keep keep;
  };

  void addClock();
  void addPeaks(Isa isa, int threads);
  void prepareMemory();
  void addBandwidth(const WorkingSet& set, Traffic traffic, int threads);
  void addOverheads();
  void add(std::function<void(int64_t)> body, double work, double seconds, Keep keep) {
    entries_.push_back({TimedLoop(std::move(body), work), seconds, std::move(keep)});
  }
  void judge(const Usage& before);

  const MeasureOptions& options_;
  PoolThreads pool_;
  int threads_;
  MeasuredMachine machine_;
  std::vector<Entry> entries_;
  std::unique_ptr<MemoryBlock> memory_;
  std::unique_ptr<TinyPlan> plan_;
};

void Measurement::addClock() {
  constexpr int64_t kAdditions = 16'000;
  add(
      [](int64_t repeats) {
        for (int64_t at = 0; at < repeats; ++at) addChain(0, kAdditions, 1);
      },
      kAdditions, 0.01, [](MeasuredMachine& machine, Sample sample) { machine.clockHz = sample.best; });
}

void Measurement::addPeaks(Isa isa, int threads) {
  constexpr int64_t kRounds = 100;
  for (const Precision precision : {Precision::fp32, Precision::bf16, Precision::int8}) {
    const ArithmeticProbe* probe = arithmeticProbe(isa, precision);
    if (!probe) continue;
    machine_.peaks.push_back({isa, precision, threads, {}});
    add([probe,
         threads](int64_t repeats) { onThreads(threads, [&](int) { probe->run(repeats * kRounds, 1); }); },
        kRounds * probe->operationsPerRound() * threads, 0.05,
        [at = machine_.peaks.size() - 1](MeasuredMachine& machine, Sample sample) {
          machine.peaks[at].opsPerS = sample;
        });
  }
}

// Threads touch first what they will read: pages lie near them.
void Measurement::prepareMemory() {
  std::vector<WorkingSet> sets = workingSets(cpuInfo(), threads_, availableMemory(), options_.quick);
  if (options_.quick) std::erase_if(sets, [](const WorkingSet& set) { return set.level != "DRAM"; });
  if (sets.empty()) return;
  const int64_t each = sets.back().bytesPerThread;
  memory_ = std::make_unique<MemoryBlock>(each * threads_);
  onThreads(threads_, [&](int part) {
    memoryProbes(machine_.isa).write(memory_->words() + part * each / 4, each / 4, 1);
  });
  const auto traffics = options_.quick ? std::vector{Traffic::read, Traffic::copy}
                                       : std::vector{Traffic::read, Traffic::write, Traffic::copy};
  for (const WorkingSet& set : sets)
    for (const Traffic traffic : traffics) {
      if (!options_.quick && threads_ > 1) addBandwidth(set, traffic, 1);
      addBandwidth(set, traffic, threads_);
    }
}

void Measurement::addBandwidth(const WorkingSet& set, Traffic traffic, int threads) {
  const bool shared = set.level == "L3" || set.level == "DRAM";
  const int64_t bytes = shared ? set.bytesPerThread * threads_ / threads / 4096 * 4096 : set.bytesPerThread;
  // A pass over main memory takes tens of milliseconds, in which somebody always interrupts. So a repeat goes
  // over one window of the set, the next one over the next: each was left a whole pass ago.
  const int64_t windows = set.level == "DRAM" ? std::max<int64_t>(1, bytes / kWindow) : 1;
  const int64_t words = bytes / windows / 4096 * 1024;
  machine_.bandwidths.push_back({set.level, traffic, threads, {}});
  const auto pass = [this, bytes, traffic, words](int part, int64_t window, int64_t passes) {
    const MemoryProbes& loops = memoryProbes(machine_.isa);
    uint32_t* const own = memory_->words() + part * (bytes / 4) + window * words;
    if (traffic == Traffic::read)
      loops.read(own, words, passes);
    else if (traffic == Traffic::write)
      loops.write(own, words, passes);
    else
      loops.copy(own + words / 2, own, words / 2, passes);
  };
  const auto body = [pass, threads, windows, at = int64_t{0}](int64_t repeats) mutable {
    const int64_t first = at;
    if (windows > 1) at = (at + repeats) % windows;
    onThreads(threads, [&](int part) {
      if (windows == 1) return pass(part, 0, repeats);
      for (int64_t done = 0; done < repeats; ++done) pass(part, (first + done) % windows, 1);
    });
  };
  const double seconds = set.level != "DRAM" ? 0.04 : options_.quick ? 0.06 : 0.15;
  add(body, static_cast<double>(words) * 4 * threads, seconds,
      [at = machine_.bandwidths.size() - 1](MeasuredMachine& machine, Sample sample) {
        machine.bandwidths[at].bytesPerS = sample;
      });
}

void Measurement::addOverheads() {
  add(
      [this](int64_t repeats) {
        for (int64_t at = 0; at < repeats; ++at) ThreadPool::instance().parallel(threads_, [](int) {});
      },
      1, 0.03, [](MeasuredMachine& machine, Sample sample) { machine.forkJoinSeconds = 1 / sample.best; });
  plan_ = std::make_unique<TinyPlan>();
  add(
      [this](int64_t repeats) {
        for (int64_t at = 0; at < repeats; ++at) plan_->run();
      },
      static_cast<double>(plan_->steps()), 0.03,
      [](MeasuredMachine& machine, Sample sample) { machine.stepSeconds = 1 / sample.best; });
}

void Measurement::judge(const Usage& before) {
  constexpr double kSpread = 0.1;
  machine_.whyNotQuiet = disturbance(before, currentUsage());
  const MeasuredPeak* peak = machine_.peak(machine_.isa, Precision::fp32, threads_);
  if (machine_.whyNotQuiet.empty() && peak && peak->opsPerS.spread() > kSpread)
    machine_.whyNotQuiet =
        fmt::format("half of the runs of one loop were at least {:.0f} % slower than the best",
                    100 * peak->opsPerS.spread());
  machine_.quiet = machine_.whyNotQuiet.empty();
}

MeasuredMachine Measurement::run() {
  const Usage before = currentUsage();
  addClock();
  for (const Isa isa : {Isa::generic, Isa::avx2, Isa::avx512}) {
    if (isa > machine_.isa || (options_.quick && isa != machine_.isa)) continue;
    if (!options_.quick && threads_ > 1) addPeaks(isa, 1);
    addPeaks(isa, threads_);
  }
  prepareMemory();
  if (!options_.quick) addOverheads();
  const int rounds = options_.quick ? 1 : 4;
  ProgressPhase progress(options_.progress, "measuring", rounds * static_cast<int64_t>(entries_.size()));
  for (int round = 0; round < rounds; ++round)
    for (Entry& entry : entries_) {
      throwIfInterrupted();
      entry.loop.runFor(entry.seconds);
      progress.advance();
    }
  for (const Entry& entry : entries_) entry.keep(machine_, entry.loop.sample());
  judge(before);
  return std::move(machine_);
}

}  // namespace

std::string_view name(Traffic traffic) {
  return traffic == Traffic::read ? "read" : traffic == Traffic::write ? "write" : "copy";
}

std::optional<Traffic> trafficFromName(std::string_view text) {
  for (const Traffic traffic : {Traffic::read, Traffic::write, Traffic::copy})
    if (name(traffic) == text) return traffic;
  return std::nullopt;
}

const MeasuredPeak* MeasuredMachine::peak(Isa wanted, Precision precision, int count) const {
  for (const MeasuredPeak& known : peaks)
    if (known.isa == wanted && known.precision == precision && known.threads == count) return &known;
  return nullptr;
}

const MeasuredBandwidth* MeasuredMachine::bandwidth(std::string_view level, Traffic traffic,
                                                    int count) const {
  for (const MeasuredBandwidth& known : bandwidths)
    if (known.level == level && known.traffic == traffic && known.threads == count) return &known;
  return nullptr;
}

MeasuredMachine measureMachine(const MeasureOptions& options) {
  return Measurement(options).run();
}

}  // namespace ridge::analyze
