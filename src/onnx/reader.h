// Import: an ONNX file becomes a portable graph.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace ridge::onnx {

/// Limits against hostile files; over one of them: Error{input} that names it.
struct ReadOptions {
  int64_t maxNodes = 1'000'000;
  int64_t maxDepth = 64;  ///< of bodies in bodies, and of functions that call functions
  int64_t maxTensorElements = int64_t{1} << 33;
  bool standIns = false;  ///< floating-point tensors without data (weights that were removed) get values that
                          ///< stand for them: enough to count what a network costs
};

/// A model as files know it: the graph and what surrounds it.
struct Model {
  Graph graph;                            ///< every op in its newest form; types and shapes inferred
  int64_t irVersion = 0;                  ///< of the file read; the writer chooses its own
  std::map<std::string, int64_t> opsets;  ///< as imported, by domain; "" is the standard domain
  std::string producerName, producerVersion, domain, docString;
  int64_t modelVersion = 0;
  std::string carried;  ///< what the graph has no room for (training info, annotations, fields newer than we
                        ///< know), in wire form; the writer puts it back
  std::vector<std::string> notes;  ///< sentences for people: what was read otherwise than the file says
};

/// Reads, checks and upgrades a model. Throws only Error: input for anything wrong with the file (unreadable,
/// not ONNX, unsupported, over a limit), naming file, node, op and reason. External data is mapped from the
/// file's directory.
Model readModel(const std::filesystem::path& path, const ReadOptions& options = {});

/// The same from memory. `name` stands for the file in messages; without a directory external data is
/// refused. `bytes` need not outlive the call.
Model readModel(std::span<const std::byte> bytes, const std::string& name,
                const std::optional<std::filesystem::path>& directory, const ReadOptions& options = {});

}  // namespace ridge::onnx
