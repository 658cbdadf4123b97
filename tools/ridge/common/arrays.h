// Arrays that the user gives and gets: --input, --input-range, --save-inputs, --output-dir.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "common/source.h"
#include "ir/array_file.h"

namespace ridge::tool {

struct InputFlags {
  std::vector<std::string> inputs, ranges;
  std::string save, maxExpansion;
  bool random = false;

  void add(CLI::App& app);

  /// The arrays of --input by name, of the inputs' types. Raw `.bin` files take the shape that --shapes
  /// gives. `isConstant` tells of names that are no inputs because the model has them as constants.
  NamedInputs load(const std::vector<InputInfo>& known, const ShapeRequest& request,
                   const std::function<bool(const std::string&)>& isConstant = {}) const;

  /// --input-range by input. Error{usage} for what is not `known`, or is among those `given`.
  InputRanges rangesOf(const std::vector<std::string>& known, const NamedInputs& given) const;

  /// The file of the sample at this place where --save-inputs is a folder of them, which is made; "" without
  /// the flag.
  std::string numberedPlace(size_t at) const;

  /// What is missing, drawn at random within --input-range for an executable's shapes; saved if asked for, as
  /// `saveAs` where one file cannot hold all.
  void complete(NamedInputs& inputs, const Executable& executable, uint64_t seed,
                const std::string& saveAs = {}) const;
};

/// Shapes of given arrays, added to a request: an array binds its own shape.
ShapeRequest withShapesOf(const NamedInputs& inputs, ShapeRequest request);

/// Writes arrays as NAME.npy (or .pb) with manifest.json into a folder, which is made.
void writeArrays(const NamedTensors& arrays, const std::string& folder, bool asPb);

NamedTensors loadArrays(const std::string& file);

}  // namespace ridge::tool
