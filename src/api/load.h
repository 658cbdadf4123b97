// From an engine file to something that runs, on this machine.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/replan.h"
#include "engine/engine_file.h"
#include "onnx/reader.h"
#include "runtime/plan_set.h"
#include "verify/verifier.h"

namespace ridge {

struct LoadedEngine {
  std::shared_ptr<const EngineFile> file;
  std::shared_ptr<PlanSet> plans;
  std::shared_ptr<Replanner> replanner;  ///< null when the engine carries no portable graph
  bool replanned = false;  ///< built for another instruction set: planned again from the portable graph
};

/// Maps, checks and compiles. An engine planned for an instruction set that is not the active one is planned
/// again (not tuned), if it carries its portable graph; else Error{machine}.
LoadedEngine loadEngine(const std::string& path);

/// The shapes that it was built for, if it was built for a range. Error{input} when that makes no sense.
std::optional<ShapeRange> shapeRangeOf(const EngineData& data);

/// Proves a plan that was made again from the portable graph, against the reference kernels on that graph.
VerifyReport verifyReplanned(const LoadedEngine& engine, std::shared_ptr<const Executable> executable,
                             uint64_t seed);

/// The portable graph of an engine.
onnx::Model portableOf(const EngineFile& file);

enum class FileKind { model, engine };
/// Told apart by content. Error{input} when the file cannot be read.
FileKind kindOfFile(const std::string& path);

}  // namespace ridge
