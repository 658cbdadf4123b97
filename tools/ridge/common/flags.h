// Flags that several subcommands share, and what they mean.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "api/build.h"

namespace ridge::tool {

/// --json, --quiet, --threads, --seed, --max-memory: every command.
struct CommonFlags {
  std::string json;  ///< file, "-" for standard output, "" for none
  bool quiet = false;
  std::string threads, maxMemory;
  uint64_t seed = 1;

  void add(CLI::App& app);
  /// Makes them so: threads of the pool, limit of memory.
  void apply() const;
};

/// --max-nodes, --max-depth, --max-elements, --fold-limit: whatever reads models.
struct LimitFlags {
  std::string maxNodes, maxDepth, maxElements, foldLimit;
  void add(CLI::App& app);
  onnx::ReadOptions read() const;
  void apply(PassOptions& options) const;
};

/// --shapes, --dim, --batch, --value.
struct ShapeFlags {
  std::vector<std::string> shapes, dims, values;
  std::string batch;
  void add(CLI::App& app);
  bool bind() const { return !shapes.empty() || !dims.empty() || !batch.empty(); }
  /// One request for each set of --shapes; at least one.
  std::vector<ShapeRequest> requests() const;
};

/// --min-shapes, --opt-shapes, --max-shapes.
struct RangeFlags {
  std::vector<std::string> smallest, usual, largest;
  void add(CLI::App& app);
  bool given() const { return !smallest.empty() || !usual.empty() || !largest.empty(); }
  /// The usual, the smallest and the largest shapes; --opt-shapes may be left out for the largest. The other
  /// flags of `shapes` (--dim, --value) hold for all three.
  std::vector<ShapeRequest> requests(const ShapeFlags& shapes) const;
};

/// --device, --tune, --build-budget, --timing-cache, --deterministic, --disable-pass.
struct PlanFlags {
  std::string device = "cpu", tune, timingCache, budget;
  bool deterministic = false;
  std::vector<std::string> disabled;
  void add(CLI::App& app, bool withDevice = true);
  /// `usual` holds when --tune is not given.
  void apply(BuildOptions& options, Tune usual) const;
};

/// For numbers of flags: whole ones of this range only, whatever they are stored in.
CLI::Validator wholeNumber(int64_t least, int64_t most);

/// Items of flags that repeat or take commas.
std::vector<std::string> splitCommas(const std::vector<std::string>& items);

/// "1x3x224x224". Error{usage} naming the flag.
Dims parseDims(std::string_view flag, std::string_view text);

}  // namespace ridge::tool
