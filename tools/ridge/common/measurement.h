// What the commands that measure (bench, profile) share: their flags, and a network ready with its inputs.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "common/json.h"
#include "common/network_flags.h"
#include "common/source.h"
#include "common/statistics.h"

namespace ridge::tool {

struct MeasureFlags : NetworkFlags {
  std::string path;
  double duration = 3, warmup = 0.3;  ///< seconds

  /// The network, --duration (which means `duration`) and --warmup.
  void addMeasured(CLI::App& app, const std::string& duration);
  /// Error{usage} for times and data that cannot be.
  void check() const;
};

struct Measured {
  Source source;
  NamedInputs inputs;  ///< all that the plan takes
};

/// Opens the network for the shapes of the given inputs (of --data the first sample, else --input) and
/// completes them. With `standIns` a model may lack its weights.
Measured openMeasured(const MeasureFlags& flags, bool standIns, const Output& out);

/// Most memory that this process has had at once.
int64_t peakMemoryBytes();

/// "min", "median", ...: each times `factor`.
Json distributionJson(const Distribution& distribution, double factor = 1);

}  // namespace ridge::tool
