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

void planInto(Sketch& sketch, const Graph& portable, const std::vector<BoundShape>& shapes,
              const SketchOptions& options) {
  try {
    sketch.lowered = lower(portable, shapes, options.passes, sketch.passes);
    PlanOptions plan;
    plan.backends = backendsFor(options.device);
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
  sketch.model = onnx::readModel(path, options.read);
  sketch.notes = sketch.model.notes;
  withContext([&] { return escaped(path); },
              [&] {
                const Graph& imported = sketch.model.graph;
                const auto shapes = resolveShapes(imported, options.shapes, sketch.notes);
                sketch.bound =
                    withAdvice(kShapeAdvice, [&] { return withLearnedShapes(bindShapes(imported, shapes)); });
                Graph portable = imported;
                runPasses(portable, portablePasses(), options.passes, sketch.passes);
                planInto(sketch, portable, shapes, options);
              });
  return sketch;
}

}  // namespace ridge
