// Engine files whose checksums fit: decoded, validated, compiled, run once.
#include "engine/engine_file.h"
#include "api/load.h"
#include "base/thread_pool.h"
#include "engines/seal.h"
#include "fuzz.h"
#include "random_graph.h"
#include "support/temporary_folder.h"
#include "support/tour_engine.h"

namespace ridge::fuzz {

namespace {

/// How often a loop runs is a number in the file: a changed one may well run for ever, as it says.
bool hasLoop(const Graph& graph) {
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    if (node.op == &ops::loop) return true;
    for (const auto& body : node.bodies)
      if (hasLoop(*body)) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> seeds() {
  ThreadPool::instance().setThreads(1);  // much the fastest for so little work
  const test::TemporaryFolder folder;
  std::vector<std::string> made;
  const auto add = [&](const BuildResult& built) {
    writeEngine(built.data, folder.file("seed.ridge"));
    made.push_back(folder.read("seed.ridge"));
  };
  add(test::buildTour("cpu"));
  add(test::buildTour("reference", false));
  test::OpCounts counts;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    BuildOptions options = test::plainOptions(seed % 2 == 0 ? "reference" : "cpu");
    const test::Sample sample = test::randomSample(seed, counts);
    if (hasLoop(sample.graph)) continue;
    for (const auto& [name, tensor] : sample.inputs)
      options.shapes.front().shapes.push_back({name, tensor.dims()});
    options.keepPortable = seed % 3 == 0;
    onnx::Model model;
    model.graph = sample.graph;
    add(buildModel(std::move(model), "seed", options));
  }
  return made;
}

void repair(std::string& input) {
  test::reseal(input);
}

}  // namespace ridge::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ridge;
  return fuzz::accepts([&] {
    const LoadedEngine engine = loadEngine(fuzz::asFile(data, size));
    ExecutionContext context(engine.plans->first());
    context.execute();
    fuzz::noteOutcome("it ran");
  });
}
