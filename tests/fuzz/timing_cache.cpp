// Timing caches: lines that are not understood are skipped, the others survive saving.
#include "plan/timing_cache.h"

#include <algorithm>
#include <filesystem>

#include "fuzz.h"

namespace ridge::fuzz {

std::vector<std::string> seeds() {
  const std::string path = asFile(nullptr, 0);
  TimingCache cache;
  for (int64_t time = 1; time < 1'000'000'000'000; time *= 7)
    cache.set("cpu avx2 2 threads conv 1x3x8x8 tile " + std::to_string(time % 13), time);
  require(cache.save(path).empty(), "the seed cannot be written");
  return {contentOf(path), "12\tkey\n", "1\ta\r\n\n2\tb"};
}

void repair(std::string&) {}

}  // namespace ridge::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ridge;
  return fuzz::accepts([&] {
    const std::string path = fuzz::asFile(data, size);
    TimingCache cache;
    const size_t skipped = cache.load(path);
    // Outcomes are told apart by their letters: how many lines were read, how many not.
    fuzz::noteOutcome(std::string(std::min<size_t>(cache.size(), 99), 'r') +
                      std::string(std::min<size_t>(skipped, 99), 's'));
    cache.set("one more", 5);
    fuzz::require(cache.save(path).empty(), "it cannot be saved");
    TimingCache again;
    fuzz::require(again.load(path) == 0 && again.size() == cache.size(), "what was saved does not come back");
    std::filesystem::remove(path + ".lock");
  });
}
