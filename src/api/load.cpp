#include "api/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "api/backends.h"
#include "api/build.h"
#include "base/error.h"
#include "base/mapped_file.h"
#include "base/text.h"

namespace ridge {

namespace {

std::vector<BoundShape> shapesOf(const Plan& plan) {
  std::vector<BoundShape> shapes;
  for (const Port& port : plan.inputs)
    shapes.push_back({port.name, plan.arrays[static_cast<size_t>(port.array)].array.dims});
  return shapes;
}

bool fitsHere(const Plan& plan) {
  const auto backends = backendsFor(plan.device);
  return backends.front()->architecture() == plan.architecture;
}

}  // namespace

Replanning replanningOf(const EngineData& data) {
  Replanning like{data.fact("device"), {}};
  if (like.device.empty()) like.device = "cpu";
  std::istringstream names(data.fact("disabled_passes"));
  for (std::string name; std::getline(names, name, ',');) like.disabledPasses.push_back(name);
  return like;
}

std::shared_ptr<const Executable> planPortable(const Tensor& portable, const Replanning& like,
                                               const std::vector<BoundShape>& shapes) {
  BuildOptions options;
  options.device = like.device;
  options.passes.disabled = like.disabledPasses;
  options.shapes = {{.shapes = shapes, .dims = {}, .batch = {}}};
  options.tune = Tune::off;
  options.verify = VerifyMode::off;
  options.keepPortable = false;
  const BuildResult built = buildModel(onnx::readModel(portable.bytes(), "portable graph", std::nullopt),
                                       "portable graph", options);
  return makeExecutable(built.data, 0);
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
                std::vector<std::shared_ptr<const Executable>> plans;
                for (size_t at = 0; at < data.plans.size(); ++at) {
                  if (fitsHere(data.plans[at])) {
                    plans.push_back(makeExecutable(data, at));
                    continue;
                  }
                  if (!loaded.file->hasPortable())
                    failMachine(fmt::format("the engine was planned for {}, this machine runs {}",
                                            escaped(data.plans[at].architecture),
                                            backendsFor(data.plans[at].device).front()->architecture()),
                                {}, "build it on this machine, or without --no-portable");
                  plans.push_back(
                      planPortable(loaded.file->portable(), replanningOf(data), shapesOf(data.plans[at])));
                  loaded.replanned = true;
                }
                PlanSet::Replan forShapes;
                if (loaded.file->hasPortable())
                  forShapes = [file = loaded.file](const std::vector<BoundShape>& shapes) {
                    return planPortable(file->portable(), replanningOf(file->data()), shapes);
                  };
                loaded.plans = std::make_shared<PlanSet>(std::move(plans), std::move(forShapes));
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
