#include <array>

#include "command.h"
#include "commands.h"

namespace ridge::tool {

std::span<const Command> commands() {
  static constexpr std::array kCommands{
      Command{"inspect", "what a model or an engine holds", "ridge inspect model.onnx --layers", addInspect},
      Command{"optimize", "clean a model; the result is standard ONNX",
              "ridge optimize model.onnx -o small.onnx", addOptimize},
      Command{"build", "optimize, plan and verify a model for this machine, store an engine",
              "ridge build model.onnx -o model.ridge", addBuild},
      Command{"run", "run a model or an engine once",
              "ridge run model.ridge --input x=picture.npy --output-dir out", addRun},
      Command{"bench", "measure latency and throughput", "ridge bench model.ridge --duration 5 --threads 1",
              addBench},
      Command{"profile", "measure every layer and hold it against the machine's limits",
              "ridge profile model.ridge --trace trace.json", addProfile},
      Command{"verify", "prove that the answers are right", "ridge verify model.onnx --engine model.ridge",
              addVerify},
      Command{"eval", "accuracy on labelled data",
              "ridge eval model.ridge --data pictures --pipeline pipeline.json", addEval},
      Command{"explain", "why every layer is what it is", "ridge explain model.ridge --layer 'Conv_1*'",
              addExplain},
      Command{"compare", "compare saved outputs, models and engines tensor by tensor",
              "ridge compare model.onnx model.ridge --layers", addCompare},
      Command{"roofline", "what every layer costs, what bounds it, and the least time it takes",
              "ridge roofline model.onnx --target 'RTX 3080' --precision fp16", addRoofline},
      Command{"lint", "what in a network's design costs time or accuracy, and what to do about it",
              "ridge lint model.onnx --target 'RTX 3080' --precision fp16", addLint},
      Command{"completion", "print a shell's completion script", "source <(ridge completion bash)",
              addCompletion},
      Command{"conformance", "run ONNX backend test folders",
              "ridge conformance build/conformance --filter 'test_conv*'", addConformance},
      Command{"device", "peaks, bandwidth and ridge points of this machine or another",
              "ridge device --name 'RTX 3080,A100'", addDevice},
      Command{"kernels", "list the kernels, and check them", "ridge kernels --check", addKernels},
  };
  return kCommands;
}

}  // namespace ridge::tool
