#include "analyze/machine/measured.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "analyze/machine/disturbance.h"
#include "analyze/machine/loops.h"
#include "analyze/machine/timed_loop.h"
#include "analyze/machine/tiny_plan.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"

namespace ridge::analyze {

namespace {

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

  void addPeak(const ArithmeticProbe& probe, MeasuredPeak peak);
  void addPeaks(Isa isa, int threads);
  void addMemory();
  void addBandwidth(const WorkingSet& set, Traffic traffic, int threads);
  void addForkJoin();
  void addStep();
  void add(MachineLoop loop, double seconds, Keep keep) {
    entries_.push_back({TimedLoop(std::move(loop)), seconds, std::move(keep)});
  }
  void judge(const Usage& before);

  const MeasureOptions& options_;
  PoolThreads pool_;
  int threads_;
  MeasuredMachine machine_;
  std::vector<Entry> entries_;
  std::unique_ptr<MemoryLoops> memory_;
  std::unique_ptr<TinyPlan> plan_;
};

void Measurement::addPeak(const ArithmeticProbe& probe, MeasuredPeak peak) {
  const int threads = peak.threads;
  machine_.peaks.push_back(peak);
  add(arithmeticLoop(probe, threads), 0.05,
      [at = machine_.peaks.size() - 1](MeasuredMachine& machine, Sample sample) {
        machine.peaks[at].opsPerS = sample;
      });
}

// A limit below AVX-512 switches tiles off too.
void Measurement::addPeaks(Isa isa, int threads) {
  for (const Precision precision : {Precision::fp32, Precision::bf16, Precision::int8}) {
    if (const ArithmeticProbe* probe = arithmeticProbe(isa, precision))
      addPeak(*probe, {.isa = isa, .precision = precision, .threads = threads});
    if (isa != Isa::avx512) continue;
    if (const ArithmeticProbe* probe = tileProbe(precision))
      addPeak(*probe, {.isa = isa, .precision = precision, .threads = threads, .matrixUnits = true});
  }
}

void Measurement::addMemory() {
  memory_ = std::make_unique<MemoryLoops>(machine_.isa, threads_, options_.quick);
  for (const WorkingSet& set : memory_->sets())
    for (const Traffic traffic : {Traffic::read, Traffic::write, Traffic::copy}) {
      // A roof takes what reads get, of main memory else what copies get.
      const bool ofRoof = traffic == Traffic::read || (traffic == Traffic::copy && set.level == "DRAM");
      if (options_.quick && !ofRoof) continue;
      if (!options_.quick && threads_ > 1) addBandwidth(set, traffic, 1);
      addBandwidth(set, traffic, threads_);
    }
}

void Measurement::addBandwidth(const WorkingSet& set, Traffic traffic, int threads) {
  machine_.bandwidths.push_back({set.level, traffic, threads, {}});
  const double seconds = set.level != "DRAM" ? 0.04 : options_.quick ? 0.06 : 0.15;
  add(memory_->loop(set, traffic, threads), seconds,
      [at = machine_.bandwidths.size() - 1](MeasuredMachine& machine, Sample sample) {
        machine.bandwidths[at].bytesPerS = sample;
      });
}

void Measurement::addForkJoin() {
  const auto sections = [this](int64_t repeats) {
    for (int64_t at = 0; at < repeats; ++at) ThreadPool::instance().parallel(threads_, [](int) {});
  };
  add({sections, 1}, 0.03,
      [](MeasuredMachine& machine, Sample sample) { machine.forkJoinSeconds = 1 / sample.best; });
}

void Measurement::addStep() {
  plan_ = std::make_unique<TinyPlan>();
  const auto runs = [this](int64_t repeats) {
    for (int64_t at = 0; at < repeats; ++at) plan_->run();
  };
  add({runs, static_cast<double>(plan_->steps())}, 0.03,
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
  add(clockLoop(), 0.01, [](MeasuredMachine& machine, Sample sample) { machine.clockHz = sample.best; });
  for (const Isa isa : {Isa::generic, Isa::avx2, Isa::avx512}) {
    if (isa > machine_.isa || (options_.quick && isa != machine_.isa)) continue;
    if (!options_.quick && threads_ > 1) addPeaks(isa, 1);
    addPeaks(isa, threads_);
  }
  addMemory();
  addStep();
  if (!options_.quick) addForkJoin();
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
    if (!known.matrixUnits && known.isa == wanted && known.precision == precision && known.threads == count)
      return &known;
  return nullptr;
}

const MeasuredPeak* MeasuredMachine::matrixPeak(Precision precision, int count) const {
  for (const MeasuredPeak& known : peaks)
    if (known.matrixUnits && known.precision == precision && known.threads == count) return &known;
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
