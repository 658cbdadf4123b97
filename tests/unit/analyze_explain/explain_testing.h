// Networks built by the analytic model, and how `explain` sees them.
#pragma once

#include <gmock/gmock.h>

#include "analyze/explain/explanation.h"
#include "support/tour_engine.h"

namespace ridge::test {

inline BuildResult buildFor(GraphMaker& maker) {
  return buildModel(modelOf(maker.finish()), "network.onnx", plainOptions());
}

/// Refers to `built`.
inline analyze::Explanation explained(const BuildResult& built) {
  return analyze::explain(built.data.plans[0], built.data.decisions, built.data.fact("precision"));
}

inline const analyze::ExplainedStep& stepNamed(const analyze::Explanation& explanation,
                                               const std::string& name) {
  for (const analyze::ExplainedStep& step : explanation.steps)
    if (step.step->name == name && !analyze::isPlannersOwn(*step.step)) return step;
  throw std::runtime_error("no step is called " + name);
}

/// Kept as a convolution of its own: 3x3, as large as before.
inline ValueId convOf(GraphMaker& m, ValueId in, const std::string& name, int64_t channels,
                      int64_t kernel = 3) {
  const int64_t pad = kernel / 2;
  return m.node(ops::conv,
                {in, m.weights(name + "_w", {channels, channels, kernel, kernel}, 0.1F),
                 m.weights(name + "_b", {channels}, 0.1F)},
                name, {{"pads", Ints{pad, pad, pad, pad}}});
}

}  // namespace ridge::test
