// --data and --pipeline: samples of a data folder as inputs of a network.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "pipeline/data_set.h"
#include "pipeline/spec.h"
#include "verify/truth.h"

namespace ridge::tool {

struct DataFlags {
  std::string data, pipeline, split, maxPixels;
  int64_t skip = 0;
  std::optional<int64_t> limit;
  bool skipBad = false;

  void add(CLI::App& app);
  bool given() const { return !data.empty(); }

  /// The specification of --pipeline, else the one that the engine at `path` stores. Error{usage} when there
  /// is none.
  pipeline::Spec spec(const std::string& path) const;
  pipeline::DataSet open(const pipeline::Spec& spec) const;
};

/// The inputs that the first samples give, at most `most` unless --limit says otherwise.
struct NamedSample {
  std::string name;
  NamedInputs inputs;
};
std::vector<NamedSample> loadSamples(const DataFlags& flags, const std::string& path,
                                     std::optional<int64_t> most);

}  // namespace ridge::tool
