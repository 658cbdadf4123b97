// ONNX files: read, infer, clean, write again, read what was written.
#include "fuzz.h"
#include "onnx/reader.h"
#include "onnx/writer.h"
#include "passes/driver.h"
#include "passes/pass_list.h"
#include "random_graph.h"
#include "support/networks.h"

namespace ridge::fuzz {

std::vector<std::string> seeds() {
  std::vector<std::string> made;
  const auto add = [&](Graph graph) {
    onnx::Model model;
    model.graph = std::move(graph);
    made.push_back(onnx::serializeModel(model));
  };
  add(test::tourNetwork());
  test::OpCounts counts;
  for (uint64_t seed = 1; seed <= 80; ++seed) add(test::randomSample(seed, counts).graph);
  return made;
}

void repair(std::string&) {}

}  // namespace ridge::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ridge;
  const onnx::ReadOptions limits{.maxNodes = 2000, .maxDepth = 8, .maxTensorElements = 1 << 20};
  return fuzz::accepts([&] {
    onnx::Model model = onnx::readModel(fuzz::bytesOf(data, size), "input", std::nullopt, limits);
    PassReport report;
    runPasses(model.graph, portablePasses(), {.foldLimitBytes = 1 << 20}, report);
    for (const auto& patch : report.patches) fuzz::noteOutcome(patch.sentence);
    const std::string written = onnx::serializeModel(model);
    onnx::readModel(std::as_bytes(std::span(written)), "written", std::nullopt, limits);
  });
}
