// What `ridge device --measure` would measure and Google Benchmark, one right after the other, in turns:
// pairs of rates that lie some milliseconds apart, so that a clock that wanders is the same for both. Prints
// them as JSON for scripts/check_peaks.py, which judges.
//
// usage: peaks_bench [ROUNDS]
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "analyze/machine/timed_loop.h"
#include "base/text.h"
#include "peaks_bench.h"

namespace {

using namespace ridge;
using namespace ridge::analyze;

struct Figure {
  std::string name;
  MachineLoop loop;
  std::vector<std::string> pairs{};
};

std::vector<Figure> figuresHere(const MemoryLoops& memory) {
  std::vector<Figure> figures;
  for (const Precision precision : {Precision::fp32, Precision::bf16, Precision::int8}) {
    const std::string precisionName(name(precision));
    if (const ArithmeticProbe* probe = arithmeticProbe(activeIsa(), precision))
      figures.push_back({precisionName, arithmeticLoop(*probe, 1)});
    if (const ArithmeticProbe* probe = activeIsa() == Isa::avx512 ? tileProbe(precision) : nullptr)
      figures.push_back({precisionName + " AMX", arithmeticLoop(*probe, 1)});
  }
  for (const WorkingSet& set : memory.sets())
    if (set.level == "L1" || set.level == "DRAM")
      figures.push_back({set.level + " read", memory.loop(set, Traffic::read, 1)});
  return figures;
}

/// By the code of `ridge device --measure`, from the choice of repeats to the best run; eight stretches of
/// one run each, as many as on the other side: the best of more is better.
double ourRate(const MachineLoop& loop) {
  TimedLoop timed(loop);
  for (int run = 0; run < 8; ++run) timed.runFor(0.0005);
  return timed.sample().best;
}

void addPair(Figure& figure, bool oursFirst) {
  double ours = oursFirst ? ourRate(figure.loop) : 0;
  const double theirs = peaks::benchmarkRate(figure.name);
  if (!oursFirst) ours = ourRate(figure.loop);
  if (theirs > 0) figure.pairs.push_back(fmt::format("[{:.6g}, {:.6g}]", ours, theirs));
}

}  // namespace

int main(int argc, char** argv) {
  const auto rounds = argc > 1 ? parseInt(argv[1]).value_or(0) : 100;
  if (argc > 2 || rounds < 1) {
    fmt::print(stderr, "usage: peaks_bench [ROUNDS]\n");
    return 2;
  }
  peaks::addBenchmarks();
  const MemoryLoops memory(activeIsa(), 1, false);
  std::vector<Figure> figures = figuresHere(memory);
  for (Figure& figure : figures) figure.loop.before = {};  // in turns, nothing is left in the caches anyway
  for (int64_t round = 0; round < rounds; ++round)
    for (Figure& figure : figures) addPair(figure, round % 2 == 0);
  std::vector<std::string> members;
  for (const Figure& figure : figures)
    members.push_back(fmt::format("\"{}\": [{}]", figure.name, fmt::join(figure.pairs, ", ")));
  fmt::print("{{{}}}\n", fmt::join(members, ", "));
}
