// One ONNX backend test: a folder with model.onnx and test_data_set_*/{input,output}_*.pb.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/build.h"
#include "common/json.h"

namespace ridge::tool {

struct ConformanceCase {
  std::string name;  ///< of the folder
  std::string path;  ///< of the folder
};

/// The folders below `root` (itself included) that hold a model.onnx and a data set, in order of path.
/// Error{input} when there is none.
std::vector<ConformanceCase> findConformanceCases(const std::string& root);

/// What counts as the expected output: exact for integers, booleans and strings; else
/// |got - want| <= absolute + relative * |want|. NaN equals NaN; types and shapes must be the same.
struct Tolerance {
  double relative = 1e-3, absolute = 1e-7;
};

enum class CaseStatus { passed, failed, unsupported };
std::string_view name(CaseStatus status);

struct CaseResult {
  CaseStatus status = CaseStatus::passed;
  std::string reason;  ///< "" when passed
};

/// Takes what is known before the case ends: {"ops": [names, those of bodies too]} once the model is read,
/// {"kernels": {op: [names]}} once it is built.
using Tell = std::function<void(const Json&)>;

/// Builds the model for the shapes of every data set's inputs, runs it, compares. Throws nothing but
/// Error{interrupted}.
CaseResult runConformanceCase(const ConformanceCase& one, const BuildOptions& options,
                              const Tolerance& tolerance, const Tell& tell);

}  // namespace ridge::tool
