// The whole application: what decoding, preprocessing, inference and post-processing of a sample take.
#pragma once

#include <string>
#include <vector>

#include "common/data.h"
#include "common/output.h"
#include "runtime/context.h"

namespace ridge::tool {

struct StageTime {
  std::string name;
  double ms = 0;  ///< median over the samples
  double share = 0;
};

/// Runs the first samples (20 unless --limit says otherwise) through the pipeline and the network, one after
/// another. Error{input} for a sample that the plan does not fit.
std::vector<StageTime> measureStages(const DataFlags& flags, const std::string& path,
                                     ExecutionContext& context, const Output& out);

/// A sentence when something else than the network takes most of the time, else "".
std::string bottleneckOf(const std::vector<StageTime>& stages);

}  // namespace ridge::tool
