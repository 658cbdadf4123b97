// Pipeline specifications.
#include <filesystem>

#include "fuzz.h"
#include "pipeline/spec.h"

namespace ridge::fuzz {

std::vector<std::string> seeds() {
  std::vector<std::string> made{"{}"};
  for (const auto& entry : std::filesystem::directory_iterator(RIDGE_EXAMPLES "/pipelines"))
    made.push_back(contentOf(entry.path()));
  const size_t written = made.size();
  // The canonical text spells every default out.
  for (size_t at = 1; at < written; ++at)
    made.push_back(pipeline::toJson(pipeline::parseSpec(made[at], "seed")));
  return made;
}

void repair(std::string&) {}

}  // namespace ridge::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ridge;
  return fuzz::accepts([&] {
    const pipeline::Spec spec = pipeline::parseSpec({reinterpret_cast<const char*>(data), size}, "input");
    const std::string canonical = pipeline::toJson(spec);
    fuzz::require(pipeline::parseSpec(canonical, "canonical") == spec, "canonical text means something else");
    for (const auto& input : spec.inputs)
      for (const pipeline::Step& step : input.steps) fuzz::noteOutcome(pipeline::stepName(step));
  });
}
