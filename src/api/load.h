// From an engine file to something that runs, on this machine.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/engine_file.h"
#include "onnx/reader.h"
#include "runtime/plan_set.h"

namespace ridge {

struct LoadedEngine {
  std::shared_ptr<const EngineFile> file;
  std::shared_ptr<PlanSet> plans;
  bool replanned = false;  ///< built for another instruction set: planned again from the portable graph
};

/// Maps, checks and compiles. An engine planned for an instruction set that is not the active one is planned
/// again (not tuned), if it carries its portable graph; else Error{machine}.
LoadedEngine loadEngine(const std::string& path);

/// What a new plan of an engine keeps of its first build.
struct Replanning {
  std::string device;
  std::vector<std::string> disabledPasses;
};
Replanning replanningOf(const EngineData& data);

/// Plans a portable graph (ONNX bytes) for these shapes by the cost model; nothing is timed, nothing
/// verified.
std::shared_ptr<const Executable> planPortable(const Tensor& portable, const Replanning& like,
                                               const std::vector<BoundShape>& shapes);

/// The portable graph of an engine.
onnx::Model portableOf(const EngineFile& file);

enum class FileKind { model, engine };
/// Told apart by content. Error{input} when the file cannot be read.
FileKind kindOfFile(const std::string& path);

}  // namespace ridge
