#include "ops/evaluate.h"

#include "base/error.h"
#include "base/text.h"
#include "ops/evaluate_context.h"
#include "ops/infer.h"
#include "ops/kernel_context.h"

namespace ridge {
namespace {

constexpr int64_t kMostBytes =
    2LL << 30;  // of one tensor: a damaged model must not take the machine's memory

// Kernels tell absent inputs by a null pointer, so an empty tensor needs another one.
alignas(64) std::byte emptyPlace[64];

TensorView viewOf(const Tensor& tensor, std::byte* data) {
  return {tensor.type(), tensor.dims(), tensor.byteSize() == 0 ? emptyPlace : data};
}

// The node alone, its inputs as constants: inference then sees their shapes and contents.
struct Alone {
  Graph graph;
  NodeId id = kNoNode;

  Alone(const Node& node, const std::vector<Tensor>& inputs, const std::vector<std::string>& outputNames) {
    Node copy{.op = node.op, .attrs = node.attrs, .in = {}, .out = {}, .name = node.name, .origins = {}};
    for (size_t at = 0; at < inputs.size(); ++at)
      copy.in.push_back(inputs[at].defined() ? graph.addConstant("input." + std::to_string(at), inputs[at])
                                             : kNoValue);
    for (size_t at = 0; at < node.out.size(); ++at)
      copy.out.push_back(node.out[at] == kNoValue ? kNoValue : graph.addValue(outputNames[at]));
    id = graph.addNode(std::move(copy));
  }
};

Tensor allocateOutput(const Value& value) {
  if (value.type == DType::undefined || !value.shape.isStatic())
    failInput("the shape of the output " + value.name + " cannot be told");
  const int64_t count = *value.shape.count();
  const auto bytes = static_cast<int64_t>(bytesOf(value.type, count));
  if (count > kMostBytes || bytes > kMostBytes)
    failInput("the output " + value.name + " of shape " + value.shape.toString() +
              " would take more than 2 GiB");
  return Tensor::allocate(value.type, value.shape.staticDims());
}

std::vector<Tensor> execute(Alone& alone, const std::vector<Tensor>& inputs) {
  const Node& node = alone.graph.node(alone.id);
  if (!node.op->reference) failInput("there is no kernel for " + displayName(*node.op));

  std::vector<TensorView> in, out;
  for (const Tensor& tensor : inputs) {
    if (tensor.type() == DType::string) failInput("there are no kernels for strings");
    in.push_back(tensor.defined() ? viewOf(tensor, const_cast<std::byte*>(tensor.bytes().data()))
                                  : TensorView{});
  }
  std::vector<Tensor> results;
  for (ValueId id : node.out) {
    results.push_back(id == kNoValue ? Tensor() : allocateOutput(alone.graph.value(id)));
    Tensor& result = results.back();
    out.push_back(result.defined() ? viewOf(result, result.mutableBytes().data()) : TensorView{});
  }
  // The views hold spans of the results' dimensions, which moved while `results` grew.
  for (size_t at = 0; at < out.size(); ++at) out[at].dims = results[at].dims();

  Tensor scratch;
  if (node.op->scratch)
    scratch = Tensor::allocate(DType::u8, {static_cast<int64_t>(node.op->scratch(node, alone.graph))});
  KernelContext context(node, in, out, scratch.defined() ? scratch.mutableBytes() : std::span<std::byte>());
  node.op->reference(context);
  return results;
}

std::vector<Tensor> runAlone(Alone& alone, const std::vector<Tensor>& inputs) {
  inferNode(alone.graph, alone.id);
  return withContext([&] { return placeOf(alone.graph, alone.graph.node(alone.id)); },
                     [&] { return execute(alone, inputs); });
}

std::vector<Datum> evaluated(const Node& node, const std::vector<Datum>& inputs) {
  EvaluateContext context(node, inputs);
  node.op->evaluate(context);
  return context.takeOutputs();
}

// An op with both has `reference` for tensors and `evaluate` for everything else.
bool isEvaluated(const Node& node, const std::vector<Datum>& inputs) {
  if (!node.op->evaluate) return false;
  if (!node.op->reference) return true;
  for (size_t at = 0; at < inputs.size(); ++at)
    if (inputs[at].sequence || (!inputs[at].present() && node.in[at] != kNoValue)) return true;
  return false;
}

std::vector<std::string> outputNames(const Graph& graph, const Node& node) {
  std::vector<std::string> names;
  for (ValueId id : node.out) names.push_back(id == kNoValue ? "" : graph.value(id).name);
  return names;
}

// Values on their way through a graph, freed when their last user has run.
class Evaluation {
 public:
  Evaluation(const Graph& graph, const ValueObserver& observe)
      : graph_(graph),
        observe_(observe),
        data_(static_cast<size_t>(graph.valueCount())),
        waiting_(static_cast<size_t>(graph.valueCount())) {
    for (ValueId id = 0; id < graph.valueCount(); ++id) waiting_[at(id)] = graph.useCount(id);
  }

  void set(ValueId id, Datum datum) {
    if (observe_ && datum.tensor.defined()) observe_(id, datum.tensor);
    if (waiting_[at(id)] > 0) data_[at(id)] = std::move(datum);
  }

  Datum get(ValueId id) const {
    if (id == kNoValue) return {};
    if (const Tensor* constant = graph_.constant(id)) return *constant;
    return data_[at(id)];
  }

  void run(NodeId id) {
    const Node& node = graph_.node(id);
    std::vector<Datum> results = compute(node);
    for (ValueId input : node.in)
      if (input != kNoValue && --waiting_[at(input)] == 0) data_[at(input)] = {};
    for (size_t output = 0; output < results.size(); ++output)
      if (node.out[output] != kNoValue) set(node.out[output], std::move(results[output]));
  }

 private:
  std::vector<Datum> compute(const Node& node) const {
    std::vector<Datum> inputs;
    for (ValueId input : node.in) inputs.push_back(get(input));
    if (isEvaluated(node, inputs))
      return withContext([&] { return placeOf(graph_, node); }, [&] { return evaluated(node, inputs); });
    std::vector<Tensor> tensors;
    for (Datum& input : inputs) tensors.push_back(std::move(input.tensor));
    inputs.clear();
    Alone alone(node, tensors, outputNames(graph_, node));
    const std::vector<Tensor> results = runAlone(alone, tensors);
    return {results.begin(), results.end()};
  }

  static size_t at(ValueId id) { return static_cast<size_t>(id); }

  const Graph& graph_;
  const ValueObserver& observe_;
  std::vector<Datum> data_;
  std::vector<int> waiting_;  // uses that are still to come
};

void requireFit(const Value& declared, const Tensor& given) {
  if (declared.type != DType::undefined && given.type() != declared.type)
    failInput("it has elements of type " + std::string(name(given.type())) + ", the model wants " +
              std::string(name(declared.type)));
  merge(declared.shape, Shape::of(given.dims()));
}

}  // namespace

std::vector<Datum> evaluateNodeData(const Node& node, const std::vector<Datum>& inputs) {
  if (isEvaluated(node, inputs)) return evaluated(node, inputs);
  std::vector<std::string> names;
  for (size_t at = 0; at < node.out.size(); ++at) names.push_back("output." + std::to_string(at));
  std::vector<Tensor> tensors;
  for (const Datum& input : inputs) tensors.push_back(input.tensor);
  Alone alone(node, tensors, names);
  const std::vector<Tensor> results = runAlone(alone, tensors);
  return {results.begin(), results.end()};
}

std::vector<Tensor> evaluateNode(const Node& node, const std::vector<Tensor>& inputs) {
  std::vector<Tensor> results;
  for (Datum& result : evaluateNodeData(node, {inputs.begin(), inputs.end()}))
    results.push_back(std::move(result.tensor));
  return results;
}

std::vector<Datum> evaluateBody(const Graph& body, const std::vector<Datum>& inputs) {
  const ValueObserver nobody;
  Evaluation evaluation(body, nobody);
  check(inputs.size() == body.inputs().size(), "a body gets all of its inputs");
  for (size_t at = 0; at < inputs.size(); ++at) evaluation.set(body.inputs()[at], inputs[at]);
  for (NodeId id : body.order()) evaluation.run(id);
  std::vector<Datum> outputs;
  for (const Graph::Output& output : body.outputs()) outputs.push_back(evaluation.get(output.value));
  return outputs;
}

std::vector<Tensor> evaluate(const Graph& graph, const std::map<std::string, Tensor>& inputs,
                             const ValueObserver& observe) {
  Evaluation evaluation(graph, observe);
  for (const auto& [inputName, tensor] : inputs) {
    const auto id = graph.find(inputName);
    if (!id || !graph.isInput(*id)) failInput("the model has no input named " + escaped(inputName));
  }
  for (ValueId id : graph.inputs()) {
    const Value& declared = graph.value(id);
    const auto given = inputs.find(declared.name);
    if (given == inputs.end()) failInput("the input " + escaped(declared.name) + " is missing");
    withContext([&] { return "input " + escaped(declared.name); },
                [&] { requireFit(declared, given->second); });
    evaluation.set(id, given->second);
  }
  for (NodeId id : graph.order()) evaluation.run(id);
  std::vector<Tensor> outputs;
  for (const Graph::Output& output : graph.outputs()) outputs.push_back(evaluation.get(output.value).tensor);
  return outputs;
}

}  // namespace ridge
