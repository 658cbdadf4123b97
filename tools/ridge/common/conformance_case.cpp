#include "common/conformance_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <new>
#include <set>
#include <stdexcept>

#include "base/error.h"
#include "base/text.h"
#include "common/source.h"
#include "onnx/opaque.h"
#include "onnx/tensor_pb.h"
#include "runtime/context.h"

namespace ridge::tool {

namespace fs = std::filesystem;

namespace {

/// What we do not have: the case is unsupported, not failed.
struct Unsupported : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The answer differs from the expected one.
struct Wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::vector<fs::path> dataSetsOf(const fs::path& folder) {
  std::vector<fs::path> sets;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    if (entry.path().filename().string().starts_with("test_data_set_") && entry.is_directory(error))
      sets.push_back(entry.path());
  std::sort(sets.begin(), sets.end());
  return sets;
}

/// KIND_0.pb, KIND_1.pb, ...
std::vector<fs::path> numberedFiles(const fs::path& folder, const char* kind) {
  std::vector<fs::path> files;
  for (int at = 0;; ++at) {
    fs::path file = folder / fmt::format("{}_{}.pb", kind, at);
    if (!fs::exists(file)) return files;
    files.push_back(std::move(file));
  }
}

void addOps(const Graph& graph, std::set<std::string>& names, bool& random) {
  for (NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    names.insert(onnx::isOpaque(node) ? onnx::opaqueName(node) : displayName(*node.op));
    random = random || !node.op->traits.deterministic;
    for (const auto& body : node.bodies) addOps(*body, names, random);
  }
}

void refuseContainers(const Graph& graph) {
  const auto refuse = [&](const char* kind, ValueId id) {
    const Value& value = graph.value(id);
    if (value.container != Container::tensor)
      throw Unsupported(fmt::format("an {} of the model is no tensor but a sequence or an optional", kind));
    if (value.type == DType::string) throw Unsupported(fmt::format("an {} holds strings", kind));
  };
  for (ValueId id : graph.inputs()) refuse("input", id);
  for (const Graph::Output& output : graph.outputs()) refuse("output", output.value);
}

/// ONNX 1.12 stores bfloat16 data as the same bits in uint16.
Tensor asDeclared(Tensor tensor, DType declared) {
  if (tensor.type() != DType::u16 || declared != DType::bf16) return tensor;
  return Tensor::view(DType::bf16, tensor.dims(), tensor.bytes(), std::make_shared<Tensor>(tensor));
}

NamedInputs loadInputs(const fs::path& set, const Graph& graph) {
  const std::vector<fs::path> files = numberedFiles(set, "input");
  if (files.size() != graph.inputs().size())
    throw Unsupported(
        fmt::format("the model has {} inputs, the data set {}", graph.inputs().size(), files.size()));
  NamedInputs inputs;
  for (size_t at = 0; at < files.size(); ++at) {
    const Value& value = graph.value(graph.inputs()[at]);
    inputs[value.name] = asDeclared(onnx::readTensorFile(files[at]).tensor, value.type);
  }
  return inputs;
}

std::vector<Tensor> execute(const BuildResult& built, const NamedInputs& inputs) {
  ExecutionContext context(makeExecutable(built.data, 0));
  setInputs(context, inputs);
  context.execute();
  std::vector<Tensor> outputs;
  for (size_t port = 0; port < context.plan().outputs.size(); ++port) outputs.push_back(context.output(port));
  return outputs;
}

void checkKind(const std::string& output, const Tensor& got, const Tensor& want) {
  if (got.type() != want.type())
    throw Wrong(
        fmt::format("output {} is {}, expected {}", escaped(output), name(got.type()), name(want.type())));
  if (got.dims() != want.dims())
    throw Wrong(fmt::format("output {} has shape {}, expected {}", escaped(output), toString(got.dims()),
                            toString(want.dims())));
}

[[noreturn]] void failElement(const std::string& output, size_t wrong, size_t count, double got,
                              double want) {
  throw Wrong(fmt::format("output {}: {} of {} elements are wrong, the first is {:.9g}, expected {:.9g}",
                          escaped(output), wrong, count, got, want));
}

void compare(const std::string& output, const Tensor& got, const Tensor& want, const Tolerance& tolerance) {
  checkKind(output, got, want);
  if (!isFloat(want.type())) {
    if (got.sameAs(want)) return;
    const std::vector<int64_t> gotInts = toInts(got), wantInts = toInts(want);
    size_t wrong = 0, first = 0;
    for (size_t at = 0; at < wantInts.size(); ++at)
      if (gotInts[at] != wantInts[at] && wrong++ == 0) first = at;
    if (wrong > 0)
      failElement(output, wrong, wantInts.size(), static_cast<double>(gotInts[first]),
                  static_cast<double>(wantInts[first]));
    return;
  }
  const std::vector<double> gotNumbers = toDoubles(got), wantNumbers = toDoubles(want);
  size_t wrong = 0, first = 0;
  for (size_t at = 0; at < wantNumbers.size(); ++at) {
    const double a = gotNumbers[at], b = wantNumbers[at];
    const bool same = a == b || (std::isnan(a) && std::isnan(b)) ||
                      (std::isfinite(a) && std::isfinite(b) &&
                       std::abs(a - b) <= tolerance.absolute + tolerance.relative * std::abs(b));
    if (!same && wrong++ == 0) first = at;
  }
  if (wrong > 0) failElement(output, wrong, wantNumbers.size(), gotNumbers[first], wantNumbers[first]);
}

BuildResult buildFor(const onnx::Model& model, const ConformanceCase& one, const BuildOptions& options,
                     const NamedInputs& inputs) {
  BuildOptions bound = options;
  ShapeRequest request;
  for (const auto& [name, tensor] : inputs) request.shapes.push_back({name, tensor.dims()});
  bound.shapes = {std::move(request)};
  return buildModel(model, one.name, bound);
}

/// Which kernels ran the steps that hold an op.
Json kernelsOf(const Plan& plan) {
  std::map<std::string, std::set<std::string>> kernels;
  forEachStep(plan, [&](const Step& step, int) {
    for (const std::string& op : step.ops) kernels[op].insert(step.kernel.backend + "." + step.kernel.tactic);
  });
  Json json;
  for (const auto& [op, names] : kernels)
    json["kernels"][op] = std::vector<std::string>(names.begin(), names.end());
  return json;
}

void checkFits(const NamedInputs& inputs, const Graph& graph) {
  for (const auto& [input, tensor] : inputs) {
    const Value& value = graph.value(*graph.find(input));
    bool fits = !value.shape.ranked() || value.shape.rank() == tensor.rank();
    for (int64_t axis = 0; fits && value.shape.ranked() && axis < tensor.rank(); ++axis)
      fits = !value.shape[axis].isInteger() ||
             value.shape[axis].value() == tensor.dims()[static_cast<size_t>(axis)];
    if (!fits)
      throw Unsupported(fmt::format("the data contradicts the model: input {} is {}, declared {}",
                                    escaped(input), toString(tensor.dims()), value.shape.toString()));
  }
}

void runDataSet(const onnx::Model& model, const ConformanceCase& one, const fs::path& set, bool random,
                const BuildOptions& options, const Tolerance& tolerance, const Tell& tell) {
  const NamedInputs inputs = loadInputs(set, model.graph);
  checkFits(inputs, model.graph);
  const BuildResult built = buildFor(model, one, options, inputs);
  tell(kernelsOf(built.data.plans.front()));
  const std::vector<Tensor> got = execute(built, inputs);
  std::vector<Tensor> expected;
  for (const fs::path& file : numberedFiles(set, "output"))
    expected.push_back(onnx::readTensorFile(file).tensor);
  if (got.size() != expected.size())
    throw Wrong(fmt::format("there are {} outputs, expected {}", got.size(), expected.size()));
  for (size_t at = 0; at < got.size(); ++at) {
    const std::string& output = model.graph.outputs()[at].name;
    const Tensor want = asDeclared(expected[at], got[at].type());
    if (random)
      checkKind(output, got[at], want);
    else
      compare(output, got[at], want, tolerance);
  }
}

void runAll(const ConformanceCase& one, const BuildOptions& options, const Tolerance& tolerance,
            const Tell& tell) {
  const onnx::Model model = onnx::readModel(fs::path(one.path) / "model.onnx", options.read);
  std::set<std::string> ops;
  bool random = false;
  addOps(model.graph, ops, random);
  Json said;
  said["ops"] = std::vector<std::string>(ops.begin(), ops.end());
  tell(said);
  refuseContainers(model.graph);
  for (const fs::path& set : dataSetsOf(one.path))
    runDataSet(model, one, set, random, options, tolerance, tell);
  if (random)
    throw Unsupported(
        "the expected values are another generator's random numbers: only their types and shapes are "
        "checked");
}

}  // namespace

std::string_view name(CaseStatus status) {
  if (status == CaseStatus::passed) return "passed";
  return status == CaseStatus::failed ? "failed" : "unsupported";
}

std::vector<ConformanceCase> findConformanceCases(const std::string& root) {
  std::vector<ConformanceCase> cases;
  const auto consider = [&](const fs::path& folder) {
    if (fs::exists(folder / "model.onnx") && !dataSetsOf(folder).empty())
      cases.push_back({folder.filename().string(), folder.string()});
  };
  std::error_code error;
  if (!fs::is_directory(root, error)) failInput("this is not a folder", escaped(root), "give one with cases");
  consider(fs::canonical(root, error));
  for (auto at = fs::recursive_directory_iterator(root, fs::directory_options::skip_permission_denied, error);
       !error && at != fs::recursive_directory_iterator(); at.increment(error))
    if (at->is_directory(error)) consider(at->path());
  if (cases.empty())
    failInput("no case lies below this folder", escaped(root),
              "a case is a folder with model.onnx and test_data_set_0/output_0.pb");
  std::sort(cases.begin(), cases.end(),
            [](const ConformanceCase& a, const ConformanceCase& b) { return a.path < b.path; });
  return cases;
}

CaseResult runConformanceCase(const ConformanceCase& one, const BuildOptions& options,
                              const Tolerance& tolerance, const Tell& tell) {
  try {
    runAll(one, options, tolerance, tell);
    return {};
  } catch (const Unsupported& refusal) {
    return {CaseStatus::unsupported, refusal.what()};
  } catch (const Wrong& wrong) {
    return {CaseStatus::failed, wrong.what()};
  } catch (const Error& error) {
    if (error.code() == ErrorCode::interrupted) throw;
    // A refusal says what we lack; the node and file that it names are the case's own.
    if (error.code() == ErrorCode::input) return {CaseStatus::unsupported, error.message()};
    return {CaseStatus::failed, error.what()};
  } catch (const std::bad_alloc&) {
    return {CaseStatus::failed, "out of memory"};
  } catch (const std::exception& error) {
    return {CaseStatus::failed, fmt::format("internal error: {}", error.what())};
  } catch (...) {
    return {CaseStatus::failed, "internal error of unknown kind"};
  }
}

}  // namespace ridge::tool
