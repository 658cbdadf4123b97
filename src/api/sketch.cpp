#include "api/sketch.h"

#include "api/backends.h"
#include "base/error.h"
#include "base/text.h"
#include "passes/learn_shapes.h"
#include "passes/lower.h"
#include "passes/pass_list.h"
#include "plan/planner.h"

namespace ridge {

namespace {

void planInto(Sketch& sketch, Graph portable, const std::vector<BoundShape>& shapes,
              const PassOptions& options) {
  PassReport passes;
  runPasses(portable, portablePasses(), options, passes);
  try {
    sketch.lowered = lower(portable, shapes, options, passes);
    PlanOptions plan;
    plan.backends = backendsFor("cpu");
    WeightStore nothing(WeightStore::Keeps::nothing);
    sketch.plan = makePlan(*sketch.lowered, plan, nothing);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::input) throw;
    sketch.whyNoPlan = error.what();
  }
}

}  // namespace

Sketch sketchModel(const std::string& path, const SketchOptions& options) {
  Sketch sketch;
  onnx::Model model = onnx::readModel(path, options.read);
  sketch.notes = std::move(model.notes);
  withContext([&] { return escaped(path); },
              [&] {
                const auto shapes = resolveShapes(model.graph, options.shapes, sketch.notes);
                sketch.bound = withAdvice(kShapeAdvice,
                                          [&] { return withLearnedShapes(bindShapes(model.graph, shapes)); });
                planInto(sketch, std::move(model.graph), shapes, options.passes);
              });
  return sketch;
}

}  // namespace ridge
