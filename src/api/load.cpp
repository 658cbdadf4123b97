#include "api/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "api/backends.h"
#include "api/build.h"
#include "api/shapes.h"
#include "base/error.h"
#include "base/mapped_file.h"
#include "base/text.h"

namespace ridge {

namespace {

bool fitsHere(const Plan& plan) {
  const auto backends = backendsFor(plan.device);
  return backends.front()->architecture() == plan.architecture;
}

}  // namespace

std::optional<ShapeRange> shapeRangeOf(const EngineData& data) {
  if (data.fact(kRangeFact).empty()) return std::nullopt;
  if (data.fact(kRangeFact) != kRangePlans || data.plans.size() < 3)
    failInput("its range of shapes is not understood", {}, "build the engine again");
  ShapeRange range{shapesOf(data.plans[1]), shapesOf(data.plans[2])};
  const auto alike = [](const BoundShape& a, const BoundShape& b) {
    return a.input == b.input && a.dims.size() == b.dims.size();
  };
  if (!std::equal(range.smallest.begin(), range.smallest.end(), range.largest.begin(), range.largest.end(),
                  alike))
    failInput("its range of shapes is of different inputs", {}, "build the engine again");
  return range;
}

VerifyReport verifyReplanned(const LoadedEngine& engine, std::shared_ptr<const Executable> executable,
                             uint64_t seed) {
  const Graph& portable = engine.replanner->portable();
  const std::vector<BoundShape> shapes = shapesOf(executable->plan());
  const NamedInputs inputs = randomInputs(portable, shapes, seed);
  const Truth truth(portable, inputs);
  return verifyPlan(portable, truth, engine.replanner->lowered(shapes), std::move(executable), inputs,
                    VerifyMode::full);
}

onnx::Model portableOf(const EngineFile& file) {
  return onnx::readModel(file.portable().bytes(), "portable graph", std::nullopt);
}

LoadedEngine loadEngine(const std::string& path) {
  LoadedEngine loaded;
  loaded.file = std::make_shared<const EngineFile>(EngineFile::open(path));
  withContext([&] { return escaped(path); },
              [&] {
                const EngineData& data = loaded.file->data();
                if (loaded.file->hasPortable())
                  loaded.replanner = std::make_shared<Replanner>(loaded.file->portable(), data);
                std::vector<std::shared_ptr<const Executable>> plans;
                for (size_t at = 0; at < data.plans.size(); ++at) {
                  if (fitsHere(data.plans[at])) {
                    plans.push_back(makeExecutable(data, at));
                    continue;
                  }
                  if (!loaded.replanner)
                    failMachine(fmt::format("the engine was planned for {}, this machine runs {}",
                                            escaped(data.plans[at].architecture),
                                            backendsFor(data.plans[at].device).front()->architecture()),
                                {}, "build it on this machine, or without --no-portable");
                  plans.push_back(loaded.replanner->plan(shapesOf(data.plans[at])));
                  loaded.replanned = true;
                }
                loaded.plans = std::make_shared<PlanSet>(std::move(plans), forOtherShapes(loaded.replanner),
                                                         shapeRangeOf(data));
              });
  return loaded;
}

FileKind kindOfFile(const std::string& path) {
  // A pipe could be read only once, and this looks at the file before it is read.
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    failInput("this is not a regular file", escaped(path), "copy it to a file first");
  return looksLikeEngine(MappedFile::open(path)->bytes()) ? FileKind::engine : FileKind::model;
}

}  // namespace ridge
