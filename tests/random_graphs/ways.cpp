#include "ways.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "api/build.h"
#include "api/load.h"
#include "engine/engine_file.h"
#include "ir/dump.h"
#include "ops/evaluate.h"
#include "passes/pass_list.h"
#include "runtime/context.h"
#include "support/networks.h"
#include "support/remote_devices.h"
#include "support/temporary_folder.h"

namespace ridge::test {

namespace {

BuildOptions optionsFor(const Sample& sample, const std::string& device,
                        std::vector<std::string> disabled = {}) {
  BuildOptions options;
  options.device = device;
  options.tune = Tune::off;
  options.verify = VerifyMode::off;
  options.keepPortable = false;
  options.passes.disabled = std::move(disabled);
  ShapeRequest request;
  for (const auto& [name, tensor] : sample.inputs) request.shapes.push_back({name, tensor.dims()});
  options.shapes = {request};
  return options;
}

BuildResult built(const Sample& sample, const BuildOptions& options) {
  onnx::Model model;
  model.graph = sample.graph;
  return buildModel(std::move(model), "graph", options);
}

/// Twice in one context: the second execution finds what the first has left in memory.
std::vector<Tensor> run(const std::shared_ptr<const Executable>& executable, const Sample& sample) {
  ExecutionContext context(executable);
  for (size_t port = 0; port < context.plan().inputs.size(); ++port)
    context.setInput(port, sample.inputs.at(context.plan().inputs[port].name));
  const auto outputs = [&] {
    context.execute();
    std::vector<Tensor> tensors;
    for (size_t port = 0; port < context.plan().outputs.size(); ++port)
      tensors.push_back(context.output(port));
    return tensors;
  };
  const std::vector<Tensor> first = outputs(), second = outputs();
  for (size_t at = 0; at < first.size(); ++at)
    if (!first[at].sameAs(second[at])) throw Finding("the second execution answers otherwise than the first");
  return first;
}

Way planned(const std::string& device, const std::vector<std::string>& disabled = {}) {
  return {fmt::format("{}{}{}", device, disabled.empty() ? "" : " without ", fmt::join(disabled, ", ")),
          [=](const Sample& sample) {
            return run(makeExecutable(built(sample, optionsFor(sample, device, disabled)).data, 0), sample);
          }};
}

std::vector<Tensor> exported(const Sample& sample) {
  return evaluate(modelOf(sample.graph).graph, sample.inputs);
}

std::vector<Tensor> exportedClean(const Sample& sample) {
  Graph graph = sample.graph;
  PassReport report;
  runPasses(graph, portablePasses(), {}, report);
  return evaluate(modelOf(std::move(graph)).graph, sample.inputs);
}

std::vector<Tensor> stored(const Sample& sample) {
  static const TemporaryFolder folder;
  BuildOptions options = optionsFor(sample, "cpu");
  options.keepPortable = true;
  writeEngine(built(sample, options).data, folder.file("graph.ridge"));
  return run(loadEngine(folder.file("graph.ridge")).plans->first(), sample);
}

/// No output is what cancellation has left of larger numbers: such networks are refused or unchecked.
bool isWellConditioned(const Sample& sample, const std::vector<Tensor>& outputs) {
  for (size_t at = 0; at < outputs.size(); ++at) {
    if (!isFloat(outputs[at].type()) || outputs[at].count() == 0) continue;
    double squares = 0;
    for (const double value : toDoubles(outputs[at])) squares += value * value;
    const double rms = std::sqrt(squares / static_cast<double>(outputs[at].count()));
    if (sample.noise[at] > 1000 * epsilonOf(outputs[at].type()) * rms) return false;
  }
  return true;
}

/// A build that proves itself, as users get it, finds nothing wrong.
std::vector<Tensor> verified(const Sample& sample) {
  std::vector<Tensor> truth = evaluate(sample.graph, sample.inputs);
  if (!isWellConditioned(sample, truth)) return truth;
  BuildOptions options = optionsFor(sample, "cpu");
  options.verify = VerifyMode::full;
  options.inputs = sample.inputs;
  const BuildResult result = built(sample, options);
  if (!result.verification.passed) throw Finding("verification: " + result.verification.failure());
  return run(makeExecutable(result.data, 0), sample);
}

/// Passes that may be switched off, and that do something to this graph.
std::vector<std::string> activePasses(const Sample& sample) {
  std::set<std::string> names;
  for (const auto& patch : built(sample, optionsFor(sample, "reference")).passes.patches) {
    const Pass* pass = findPass(patch.pass);
    if (pass && !pass->required) names.insert(patch.pass);
  }
  return {names.begin(), names.end()};
}

std::vector<std::string> portableNames() {
  std::vector<std::string> names;
  for (const Pass& pass : portablePasses())
    if (!pass.required) names.emplace_back(pass.name);
  return names;
}

/// The part of the graph that makes these outputs, where cut values are inputs.
class Part {
 public:
  Part(const Sample& whole, const std::map<ValueId, Tensor>& truth, std::set<ValueId> cut)
      : whole_(whole), truth_(truth), cut_(std::move(cut)) {}

  Sample of(const std::vector<size_t>& outputs) {
    std::vector<ValueId> values;
    for (const size_t at : outputs) values.push_back(take(whole_.graph.outputs()[at].value));
    for (size_t at = 0; at < outputs.size(); ++at) {
      part_.graph.addOutput(whole_.graph.outputs()[outputs[at]].name, values[at]);
      part_.noise.push_back(whole_.noise[outputs[at]]);
    }
    inferShapes(part_.graph);
    return std::move(part_);
  }

 private:
  ValueId take(ValueId id) {
    if (id == kNoValue) return id;
    if (const auto known = taken_.find(id); known != taken_.end()) return known->second;
    const Value& value = whole_.graph.value(id);
    if (value.isConstant()) return taken_[id] = part_.graph.addConstant(value.name, value.constant);
    if (whole_.graph.isInput(id) || cut_.contains(id)) {
      const Tensor& tensor = truth_.at(id);
      part_.inputs.emplace(value.name, tensor);
      const Shape shape = whole_.graph.isInput(id) ? value.shape : Shape::of(tensor.dims());
      const ValueId input = part_.graph.addInput(value.name, tensor.type(), shape);
      part_.graph.value(input).source = value.name;
      return taken_[id] = input;
    }
    takeNode(whole_.graph.node(whole_.graph.producer(id)));
    return taken_.at(id);
  }

  void takeNode(Node node) {
    for (ValueId& in : node.in) in = take(in);
    for (ValueId& out : node.out) {
      const ValueId before = out;
      if (before == kNoValue) continue;
      out = part_.graph.addValue(whole_.graph.value(before).name);
      part_.graph.value(out).source = part_.graph.value(out).name;
      taken_[before] = out;
    }
    part_.graph.addNode(std::move(node));
  }

  const Sample& whole_;
  const std::map<ValueId, Tensor>& truth_;
  std::set<ValueId> cut_;
  Sample part_;
  std::map<ValueId, ValueId> taken_;
};

std::optional<Sample> part(const Way& way, const Sample& sample, const std::vector<size_t>& outputs,
                           const std::set<ValueId>& cut) {
  try {
    std::map<ValueId, Tensor> truth;
    evaluate(sample.graph, sample.inputs, [&](ValueId id, const Tensor& tensor) { truth[id] = tensor; });
    Sample smaller = Part(sample, truth, cut).of(outputs);
    if (problemOf(way, smaller)) return smaller;
  } catch (const std::exception&) {  // what cannot be cut stays whole
  }
  return std::nullopt;
}

std::vector<size_t> allOutputs(const Sample& sample) {
  std::vector<size_t> all(sample.graph.outputs().size());
  for (size_t at = 0; at < all.size(); ++at) all[at] = at;
  return all;
}

}  // namespace

std::vector<Way> waysOf(const Sample& sample) {
  std::vector<Way> ways{planned("reference"),
                        planned("cpu"),
                        planned("cpu", portableNames()),
                        {"exported", exported},
                        {"cleaned and exported", exportedClean},
                        {"stored", stored},
                        {"verified", verified}};
  for (const std::string& device : remoteDevices()) ways.push_back(planned(device));
  for (const std::string& pass : activePasses(sample)) ways.push_back(planned("cpu", {pass}));
  return ways;
}

std::optional<std::string> difference(const std::vector<Tensor>& got, const std::vector<Tensor>& want,
                                      const std::vector<double>& noise) {
  for (size_t at = 0; at < want.size(); ++at) {
    if (got[at].type() != want[at].type() || got[at].dims() != want[at].dims())
      return fmt::format("output {} is {} {}, not {} {}", at, name(got[at].type()), toString(got[at].dims()),
                         name(want[at].type()), toString(want[at].dims()));
    const std::vector<double> a = toDoubles(got[at]), b = toDoubles(want[at]);
    for (size_t element = 0; element < b.size(); ++element) {
      const bool same = a[element] == b[element] || (std::isnan(a[element]) && std::isnan(b[element]));
      if (same || std::abs(a[element] - b[element]) <= noise[at]) continue;
      return fmt::format("output {} element {} is {}, not {}; allowed error {}", at, element, a[element],
                         b[element], noise[at]);
    }
  }
  return std::nullopt;
}

std::optional<std::string> problemOf(const Way& way, const Sample& sample) {
  try {
    return difference(way.outputs(sample), evaluate(sample.graph, sample.inputs), sample.noise);
  } catch (const std::exception& error) {
    return std::string(error.what());
  }
}

Sample shrunk(const Way& way, Sample sample) {
  for (size_t at = sample.graph.outputs().size(); at-- > 0;) {
    std::vector<size_t> others = allOutputs(sample);
    others.erase(others.begin() + static_cast<ptrdiff_t>(at));
    if (others.empty()) break;
    if (auto smaller = part(way, sample, others, {})) sample = std::move(*smaller);
  }
  bool changed = true;
  while (changed) {
    changed = false;
    std::vector<NodeId> nodes = sample.graph.order();
    std::reverse(nodes.begin(), nodes.end());
    for (const NodeId node : nodes) {
      const Node& cut = sample.graph.node(node);
      auto smaller = part(way, sample, allOutputs(sample), {cut.out.begin(), cut.out.end()});
      if (!smaller || smaller->graph.order().size() >= nodes.size()) continue;
      sample = std::move(*smaller);
      changed = true;
      break;
    }
  }
  return sample;
}

std::string describe(const Sample& sample) {
  std::string text = dump(sample.graph);
  for (const auto& [name, tensor] : sample.inputs) {
    const std::vector<double> values = toDoubles(tensor);
    text += fmt::format("{} = {}\n", name,
                        fmt::join(values.begin(), values.begin() + std::min<long>(24, tensor.count()), " "));
  }
  return text;
}

}  // namespace ridge::test
