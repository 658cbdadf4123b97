#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "api/load.h"
#include "base/text.h"
#include "base/time_text.h"
#include "commands.h"
#include "common/output.h"
#include "ir/dump.h"
#include "onnx/opaque.h"
#include "ops/cost_support.h"

namespace ridge::tool {

namespace {

struct Flags {
  CommonFlags common;
  LimitFlags limits;
  ShapeFlags shapes;
  std::string path;
  bool layers = false;
};

/// Of a graph and the bodies in it, each counted once, however often it runs.
struct Totals {
  std::map<std::string, int64_t> ops;
  int64_t nodes = 0, bodyNodes = 0, macs = 0, parameters = 0, activationBytes = 0;
  bool macsKnown = true;
  std::set<const void*> constants;  // those of outer graphs are in bodies too
};

void addTotals(Totals& totals, const Graph& graph, bool inBody) {
  for (NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    ++totals.nodes;
    totals.bodyNodes += inBody;
    ++totals.ops[onnx::opName(node)];
    const bool known = hasStaticShapes(graph, node);
    totals.macsKnown = totals.macsKnown && known;
    if (known && node.op->cost) totals.macs += node.op->cost(node, graph).macs;
    for (ValueId output : node.out)
      if (output != kNoValue)
        totals.activationBytes += static_cast<int64_t>(
            bytesOf(graph.value(output).type, graph.value(output).shape.count().value_or(0)));
    for (const auto& body : node.bodies) addTotals(totals, *body, true);
  }
  for (ValueId id = 0; id < graph.valueCount(); ++id)
    if (const Tensor* constant = graph.constant(id); constant && graph.useCount(id) > 0)
      if (totals.constants.insert(constant->bytes().data()).second || constant->byteSize() == 0)
        totals.parameters += constant->count();
}

Json portJson(const std::string& name, DType type, const std::string& shape) {
  return {{"name", name}, {"dtype", ridge::name(type)}, {"shape", shape}};
}

void addLayers(const Graph& graph, size_t depth, std::vector<std::vector<std::string>>& rows, Json& layers) {
  for (NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    const ValueId first = node.out.front();
    const std::string output = first == kNoValue ? "-" : graph.value(first).name;
    const std::string shape = first == kNoValue ? "-" : graph.value(first).shape.toString();
    rows.push_back({std::string(2 * depth, ' ') + escaped(displayName(graph, id)),
                    escaped(onnx::opName(node)), escaped(output), shape});
    layers.push_back({{"name", node.name},
                      {"op", onnx::opName(node)},
                      {"output", output},
                      {"shape", shape},
                      {"depth", depth}});
    for (const auto& body : node.bodies) addLayers(*body, depth + 1, rows, layers);
  }
}

/// Nodes of bodies stand indented below the node that runs them.
void printLayers(const Graph& graph, const Output& out, Json& json) {
  std::vector<std::vector<std::string>> rows{{"node", "op", "first output", "shape"}};
  json["layers"] = Json::array();
  addLayers(graph, 0, rows, json["layers"]);
  out.table(rows);
}

/// Bound where the flags (or a leading axis of 1) bind everything, else as the model has it.
Graph withShapes(const onnx::Model& model, const ShapeRequest& request, const Output& out) {
  std::vector<std::string> notes;
  try {
    Graph bound = withAdvice(
        kShapeAdvice, [&] { return bindShapes(model.graph, resolveShapes(model.graph, request, notes)); });
    for (const std::string& note : notes) out.note(note);
    return bound;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::usage || !request.shapes.empty()) throw;
    out.note(fmt::format("shapes stay open: {}", error.what()));
    return model.graph;
  }
}

int inspectModel(const Flags& flags, const Output& out) {
  onnx::ReadOptions read = flags.limits.read();
  read.standIns = true;  // nothing that is shown depends on their values
  const onnx::Model model = onnx::readModel(flags.path, read);
  for (const std::string& note : model.notes) out.note(note);
  const Graph graph = withShapes(model, flags.shapes.requests().front(), out);
  Totals totals;
  addTotals(totals, graph, false);
  Json json{{"model", flags.path},
            {"kind", "model"},
            {"ir_version", model.irVersion},
            {"producer", model.producerName}};
  json["opsets"] = Json::object();
  for (const auto& [domain, opset] : model.opsets) {
    json["opsets"][domain.empty() ? "ai.onnx" : domain] = opset;
    out.line(fmt::format("opset {} of {}", opset, domain.empty() ? "ai.onnx" : escaped(domain)));
  }
  json["inputs"] = json["outputs"] = Json::array();
  for (ValueId id : model.graph.inputs()) {
    const Value& value = model.graph.value(id);
    json["inputs"].push_back(portJson(value.name, value.type, value.shape.toString()));
    out.line(fmt::format("input  {}: {}{}", escaped(value.name), name(value.type), value.shape.toString()));
  }
  for (const Graph::Output& output : model.graph.outputs()) {
    const Value& value = model.graph.value(output.value);
    json["outputs"].push_back(portJson(output.name, value.type, value.shape.toString()));
    out.line(fmt::format("output {}: {}{}", escaped(output.name), name(value.type), value.shape.toString()));
  }
  out.line(fmt::format(
      "{}{}, {} {}, {} multiply-adds{}, {} of activations", counted(totals.nodes, "node"),
      totals.bodyNodes > 0 ? fmt::format(" ({} of them in bodies, counted once)", totals.bodyNodes) : "",
      formatCount(static_cast<double>(totals.parameters)),
      totals.parameters == 1 ? "parameter" : "parameters", formatCount(static_cast<double>(totals.macs)),
      totals.macsKnown ? "" : " (some shapes are open)", formatBytes(totals.activationBytes)));
  json["nodes"] = totals.nodes;
  json["body_nodes"] = totals.bodyNodes;
  json["parameters"] = totals.parameters;
  json["macs"] = totals.macs;
  json["activation_bytes"] = totals.activationBytes;
  json["ops"] = Json::object();
  std::vector<std::vector<std::string>> rows{{"op", "nodes"}};
  for (const auto& [op, count] : totals.ops) {
    json["ops"][op] = count;
    rows.push_back({escaped(op), std::to_string(count)});
  }
  out.table(rows);
  if (flags.layers) printLayers(graph, out, json);
  out.json(std::move(json));
  return 0;
}

double longestStepSeconds(const Plan& plan) {
  double longest = 0;
  forEachStep(plan, [&](const Step& step, int) {
    longest = std::max({longest, step.estimateNs / 1e9, step.measuredNs / 1e9});
  });
  return longest;
}

Json planJson(const Plan& plan, bool layers, const Output& out) {
  Json json{{"device", plan.device},
            {"isa", plan.architecture},
            {"activation_bytes", plan.arenaBytes},
            {"steps", plan.steps.size()}};
  const auto ports = [&](const char* key, const std::vector<Port>& all) {
    json[key] = Json::array();
    for (const Port& port : all) {
      const PortType known = plan.typeOf(port);
      json[key].push_back(portJson(port.name, known.type, toString(known.dims)));
      out.line(fmt::format("{} {}: {} {}", std::string_view(key) == "inputs" ? "input " : "output",
                           escaped(port.name), name(known.type), toString(known.dims)));
    }
  };
  ports("inputs", plan.inputs);
  ports("outputs", plan.outputs);
  out.line(fmt::format("planned for {} ({}): {}, {} of activations", escaped(plan.device),
                       escaped(plan.architecture), counted(std::ssize(plan.steps), "step"),
                       formatBytes(static_cast<int64_t>(plan.arenaBytes))));
  if (!layers) return json;
  const TimeUnit unit(longestStepSeconds(plan));
  std::vector<std::vector<std::string>> rows{{"layer", "ops", "kernel",
                                              fmt::format("estimate {}", unit.name()),
                                              fmt::format("measured {}", unit.name())}};
  json["layers"] = Json::array();
  forEachStep(plan, [&](const Step& step, int depth) {
    const std::string kernel = step.kernel.backend + "." + step.kernel.tactic;
    rows.push_back({std::string(static_cast<size_t>(2 * depth), ' ') + escaped(step.name),
                    escaped(fmt::format("{}", fmt::join(step.ops, "+"))), escaped(kernel),
                    unit.of(step.estimateNs / 1e9), unit.of(step.measuredNs / 1e9)});
    json["layers"].push_back({{"name", step.name},
                              {"ops", step.ops},
                              {"members", step.members},
                              {"origins", step.origins},
                              {"kernel", kernel},
                              {"macs", step.macs},
                              {"depth", depth},
                              {"fallback", step.fallback}});
  });
  out.table(rows);
  return json;
}

int inspectEngine(const Flags& flags, const Output& out) {
  const EngineFile file = EngineFile::open(flags.path);
  const EngineData& data = file.data();
  Json json{{"engine", flags.path}, {"kind", "engine"}, {"portable", file.hasPortable()}};
  for (const auto& [name, value] : data.facts) {
    json[name == "ridge" ? "built_by" : name] = value;
    out.line(fmt::format("{}: {}", escaped(name), escaped(value)));
  }
  uint64_t constants = 0;
  for (const WeightBlob& blob : data.weights) constants += blob.bytes.byteSize();
  out.line(fmt::format("{} of constants, portable graph {}", formatBytes(static_cast<int64_t>(constants)),
                       file.hasPortable() ? "inside" : "left out"));
  json["weight_bytes"] = constants;
  json["plans"] = Json::array();
  for (const Plan& plan : data.plans) json["plans"].push_back(planJson(plan, flags.layers, out));
  out.json(std::move(json));
  return 0;
}

int run(const Flags& flags) {
  flags.common.apply();
  const Output out(flags.common);
  return kindOfFile(flags.path) == FileKind::engine ? inspectEngine(flags, out) : inspectModel(flags, out);
}

}  // namespace

std::function<int()> addInspect(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  app.add_option("MODEL|ENGINE", flags->path, "an .onnx file or an engine")->required();
  app.add_flag("--layers", flags->layers, "every node of a model, every step of an engine");
  flags->shapes.add(app);
  flags->limits.add(app);
  flags->common.add(app);
  return [flags] { return run(*flags); };
}

}  // namespace ridge::tool
