#include <engine_generated.h>

#include <cstring>
#include <set>

#include "base/error.h"
#include "engine/file_format.h"
#include "engine/plan_codec.h"
#include "ir/verifier.h"
#include "ops/infer.h"
#include "ops/list.h"

namespace ridge::engine {

namespace {

namespace fb = flatbuffers;

// Tables within tables: a body takes three (graph, node, list), a model has at most some hundred around each
// other.
constexpr fb::uoffset_t kDeepest = 512;

[[noreturn]] void damaged(const char* what) {
  failInput("the engine is damaged: " + std::string(what), {}, "build it again");
}

/// No part of a file that we have written is used twice, so what is decoded is never larger than the file: a
/// small one cannot blow up in memory.
class Decoder {
  void take(size_t bytes) {
    if (bytes > left_) damaged("parts of it are used more than once");
    left_ -= bytes;
  }

  std::string text(const fb::String* stored) {
    if (!stored) return {};
    take(stored->size());
    return stored->str();
  }

  template <class T>
  std::vector<T> numbers(const fb::Vector<T>* stored) {
    if (!stored) return {};
    const size_t bytes = stored->size() * sizeof(T);
    take(bytes);
    // The verifier vouches for no alignment above four bytes.
    std::vector<T> made(stored->size());
    if (bytes > 0) std::memcpy(made.data(), stored->Data(), bytes);
    return made;
  }

  std::vector<std::string> texts(const fb::Vector<fb::Offset<fb::String>>* stored) {
    std::vector<std::string> made;
    if (!stored) return made;
    take(stored->size() * sizeof(fb::uoffset_t));
    for (const fb::String* item : *stored) made.push_back(text(item));
    return made;
  }

  /// One element of a list each; missing lists are empty.
  template <class Vector, class Make>
  auto list(const Vector* stored, const Make& make) {
    std::vector<decltype(make(stored->Get(0)))> made;
    if (!stored) return made;
    take(stored->size() * sizeof(fb::uoffset_t));
    made.reserve(stored->size());
    for (fb::uoffset_t at = 0; at < stored->size(); ++at) {
      if (!stored->Get(at)) damaged("an entry of a list is missing");
      made.push_back(make(stored->Get(at)));
    }
    return made;
  }

  /// Calls `use` with every entry of a list that may be missing.
  template <class Vector, class Use>
  void each(const Vector* stored, const Use& use) {
    if (!stored) return;
    take(stored->size() * sizeof(fb::uoffset_t));
    for (const auto* item : *stored) {
      if (!item) damaged("an entry of a list is missing");
      use(item);
    }
  }

  DType decodeType(uint8_t number) {
    const auto type = static_cast<DType>(number);
    if (number != 0 && !isKnown(type)) damaged("an element type is not known");
    return type;
  }

  ArraySpec decodeArray(const stored::Array* stored) {
    if (!stored) damaged("an array is missing");
    if (stored->space() > static_cast<uint8_t>(Space::weights)) damaged("a memory space is not known");
    return {decodeType(stored->type()),
            numbers(stored->dims()),
            numbers(stored->strides()),
            {static_cast<Space>(stored->space()), stored->index(), stored->offset()}};
  }

  Expr decodeExpression(const stored::Expression* stored) {
    Expr expr;
    if (!stored) return expr;
    if (stored->code()) take(stored->code()->size() * sizeof(stored::Instruction));
    if (stored->in()) take(stored->in()->size() * sizeof(stored::Operand));
    if (stored->out()) take(stored->out()->size() * sizeof(stored::Result));
    if (stored->code())
      for (const stored::Instruction* i : *stored->code())
        expr.code.push_back({static_cast<ExprOp>(i->op()), i->a(), i->b(), i->c()});
    expr.constants = numbers(stored->constants());
    if (stored->in())
      for (const stored::Operand* o : *stored->in())
        expr.in.push_back({o->value(), o->axes(), decodeType(o->type())});
    if (stored->out())
      for (const stored::Result* r : *stored->out())
        expr.out.push_back({r->instruction(), r->value(), decodeType(r->type())});
    if (std::string problem = problemOf(expr); !problem.empty()) damaged(problem.c_str());
    return expr;
  }

  AttributeValue decodeAttribute(const stored::Attribute* stored) {
    const auto integers = numbers(stored->integers());
    const auto floats = numbers(stored->numbers());
    const auto words = texts(stored->texts());
    switch (stored->kind()) {
      case stored::AttributeKind::integer:
        if (integers.size() == 1) return integers.front();
        break;
      case stored::AttributeKind::number:
        if (floats.size() == 1) return floats.front();
        break;
      case stored::AttributeKind::text:
        if (words.size() == 1) return words.front();
        break;
      case stored::AttributeKind::integers:
        return integers;
      case stored::AttributeKind::numbers:
        return floats;
      case stored::AttributeKind::texts:
        return words;
      case stored::AttributeKind::tensor:
        return decodeTensor(stored);
    }
    damaged("an attribute has no value");
  }

  Tensor decodeTensor(const stored::Attribute* stored) {
    const auto bytes = numbers(stored->bytes());
    const DType type = decodeType(stored->type());
    if (bitsOf(type) == 0) damaged("a tensor has elements without a size");
    const Tensor seen =
        Tensor::view(type, numbers(stored->integers()), std::as_bytes(std::span(bytes)), nullptr);
    Tensor tensor = Tensor::allocate(type, seen.dims());
    if (!bytes.empty()) std::memcpy(tensor.mutableBytes().data(), bytes.data(), bytes.size());
    return tensor;
  }

  /// Nodes of islands, in topological order; what the graph relies on is checked before it is made.
  void decodeGraphNode(const stored::GraphNode* stored, Graph& graph) {
    if (!stored->node()) damaged("a node is missing");
    NodeSpec spec = decodeNode(stored->node());
    const Op* op = findOp(spec.domain, spec.op);
    if (!op) damaged("an op is not known");
    AttributeReader reader(spec.attributes);
    Node node{.op = op, .attrs = op->attributes ? op->attributes(reader) : nullptr};
    node.name = text(stored->name());
    for (const auto* list : {&spec.in, &spec.out})
      for (int32_t value : *list)
        if (value < -1 || value >= graph.valueCount()) damaged("a node names no value");
    std::set<int32_t> made;
    for (int32_t value : spec.out)
      if (value >= 0 && (graph.producer(value) != kNoNode || graph.value(value).isConstant() ||
                         graph.isInput(value) || !made.insert(value).second))
        damaged("a value is made twice");
    node.in.assign(spec.in.begin(), spec.in.end());
    node.out.assign(spec.out.begin(), spec.out.end());
    each(stored->bodies(), [&](const stored::Graph* body) {
      node.bodies.push_back(std::make_shared<const Graph>(decodeGraph(body)));
    });
    node.captures = stored->captures();
    if (node.captures < 0 || static_cast<size_t>(node.captures) > node.in.size() ||
        node.bodies.size() != op->bodies.size())
      damaged("a node has another number of bodies or captures");
    graph.addNode(std::move(node));
  }

  Graph decodeGraph(const stored::Graph* stored) {
    Graph graph;
    if (!stored) damaged("a graph is missing");
    const std::vector<int32_t> inputs = numbers(stored->inputs());
    const std::set<int32_t> isInput(inputs.begin(), inputs.end());
    if (isInput.size() != inputs.size()) damaged("an input of a graph is listed twice");
    each(stored->values(), [&](const stored::GraphValue* value) { decodeGraphValue(value, graph, isInput); });
    if (!std::equal(inputs.begin(), inputs.end(), graph.inputs().begin(), graph.inputs().end()))
      damaged("the inputs of a graph are not in order");
    each(stored->nodes(), [&](const stored::GraphNode* node) { decodeGraphNode(node, graph); });
    const auto names = texts(stored->output_names());
    const auto outputs = numbers(stored->outputs());
    if (names.size() != outputs.size()) damaged("an output of a graph has no name");
    for (size_t at = 0; at < outputs.size(); ++at) {
      if (outputs[at] < 0 || outputs[at] >= graph.valueCount()) damaged("an output of a graph is no value");
      graph.addOutput(names[at], outputs[at]);
    }
    if (std::string problem = problemOf(graph); !problem.empty()) damaged(problem.c_str());
    return graph;
  }

  void decodeGraphValue(const stored::GraphValue* stored, Graph& graph, const std::set<int32_t>& isInput) {
    const DType type = decodeType(stored->type());
    if (stored->container() > static_cast<uint8_t>(Container::optionalSequence))
      damaged("a value is of no known kind");
    const std::string valueName = text(stored->name());
    if (stored->constant() >= 0) {
      if (static_cast<size_t>(stored->constant()) >= weights_.size()) damaged("a constant is missing");
      graph.addConstant(valueName, weights_[static_cast<size_t>(stored->constant())].bytes);
      return;
    }
    std::vector<Dim> dims;
    for (int64_t dim : numbers(stored->dims())) dims.push_back(dim >= 0 ? Dim(dim) : Dim());
    Shape shape = stored->ranked() ? Shape(std::move(dims)) : Shape();
    const bool input = isInput.contains(graph.valueCount());
    const ValueId made =
        input ? graph.addInput(valueName, type, shape) : graph.addValue(valueName, type, shape);
    graph.value(made).container = static_cast<Container>(stored->container());
  }

  NodeSpec decodeNode(const stored::Node* stored) {
    NodeSpec node{
        text(stored->domain()), text(stored->op()), {}, numbers(stored->in()), numbers(stored->out())};
    if (stored->attributes()) take(stored->attributes()->size() * sizeof(fb::uoffset_t));
    if (stored->attributes())
      for (const stored::Attribute* attribute : *stored->attributes())
        node.attributes.set(text(attribute->name()), decodeAttribute(attribute));
    return node;
  }

  /// Inference checks what evaluating relies on: numbers of inputs and outputs, those of bodies, types.
  std::shared_ptr<const Graph> decodeIsland(const stored::Graph* stored) {
    Graph graph = decodeGraph(stored);
    withContext([] { return std::string("the engine is damaged"); }, [&] { inferShapes(graph); });
    return std::make_shared<const Graph>(std::move(graph));
  }

  KernelSpec decodeKernel(const stored::Kernel* stored) {
    if (!stored) damaged("a step has no kernel");
    KernelSpec kernel;
    kernel.backend = text(stored->backend());
    kernel.tactic = text(stored->tactic());
    kernel.params = numbers(stored->params());
    kernel.in = list(stored->in(), [this](const stored::Array* item) { return decodeArray(item); });
    kernel.out = list(stored->out(), [this](const stored::Array* item) { return decodeArray(item); });
    kernel.packed = list(stored->packed(), [this](const stored::Array* item) { return decodeArray(item); });
    kernel.epilogue = decodeExpression(stored->epilogue());
    kernel.prologue = decodeExpression(stored->prologue());
    kernel.nodes = list(stored->nodes(), [this](const stored::Node* item) { return decodeNode(item); });
    kernel.workspace = stored->workspace();
    if (stored->island()) kernel.island = decodeIsland(stored->island());
    kernel.slotsIn = numbers(stored->slots_in());
    kernel.slotsOut = numbers(stored->slots_out());
    kernel.memory = stored->memory();
    kernel.serial = stored->serial();
    return kernel;
  }

  std::vector<Slicing> decodeSlicings(const fb::Vector<const stored::Slicing*>* stored) {
    std::vector<Slicing> made;
    if (!stored) return made;
    take(stored->size() * sizeof(stored::Slicing));
    for (const stored::Slicing* item : *stored) made.push_back({item->axis(), item->backward()});
    return made;
  }

  Control decodeControl(const stored::Control* stored) {
    return {stored->loops(),
            stored->counts(),
            stored->states(),
            stored->iterations(),
            decodeSlicings(stored->scanned()),
            decodeSlicings(stored->collected()),
            numbers(stored->out())};
  }

  Step decodeStep(const stored::Step* stored) {
    Step step;
    step.kernel = decodeKernel(stored->kernel());
    step.name = text(stored->name());
    step.ops = texts(stored->ops());
    step.members = texts(stored->members());
    step.origins = texts(stored->origins());
    step.reads = numbers(stored->reads());
    step.writes = numbers(stored->writes());
    step.estimateNs = stored->estimate_ns();
    step.measuredNs = stored->measured_ns();
    step.macs = stored->macs();
    step.fallback = stored->fallback();
    if (stored->control()) step.control = decodeControl(stored->control());
    step.bodies = list(stored->bodies(), [this](const stored::Plan* item) { return decodePlan(item); });
    if (!step.control && !step.bodies.empty()) damaged("a step does not say how it runs its bodies");
    return step;
  }

  Decision decodeDecision(const stored::Decision* stored) {
    if (stored->kind() >= kDecisionKinds) damaged("a decision is of no known kind");
    Decision decision;
    decision.kind = static_cast<DecisionKind>(stored->kind());
    decision.subject = text(stored->subject());
    decision.what = text(stored->what());
    decision.sentence = text(stored->sentence());
    decision.step = stored->step();
    decision.estimateNs = stored->estimate_ns();
    decision.measuredNs = stored->measured_ns();
    decision.bytes = stored->bytes();
    decision.chosen = stored->chosen();
    decision.nodes = texts(stored->nodes());
    return decision;
  }
  Port decodePort(const stored::Port* stored) {
    Port port{text(stored->name()), stored->array(), stored->slot()};
    const std::vector<uint8_t> fixed = numbers(stored->fixed());
    const auto bytes = std::as_bytes(std::span(fixed));
    port.fixed.assign(bytes.begin(), bytes.end());
    return port;
  }

  Plan decodePlan(const stored::Plan* stored) {
    Plan plan;
    const auto decodeValue = [this](const stored::Value* value) {
      return PlannedValue{text(value->name()), text(value->source()), decodeType(value->type()),
                          numbers(value->dims())};
    };
    plan.values = list(stored->values(), decodeValue);
    plan.slots = list(stored->slots(), decodeValue);
    plan.arrays = list(stored->arrays(), [this](const stored::PlannedArray* array) {
      return PlannedArray{array->value(), decodeArray(array->array())};
    });
    plan.inputs = list(stored->inputs(), [this](const stored::Port* item) { return decodePort(item); });
    plan.outputs = list(stored->outputs(), [this](const stored::Port* item) { return decodePort(item); });
    plan.steps = list(stored->steps(), [this](const stored::Step* item) { return decodeStep(item); });
    plan.decisions =
        list(stored->decisions(), [this](const stored::Decision* item) { return decodeDecision(item); });
    plan.arenaBytes = stored->arena_bytes();
    plan.workspaceBytes = stored->workspace_bytes();
    plan.memories = list(stored->memories(), [this](const stored::Memory* memory) {
      return PlannedMemory{text(memory->name()), memory->arena_bytes(), memory->workspace_bytes()};
    });
    plan.device = text(stored->device());
    plan.architecture = text(stored->architecture());
    plan.tunedThreads = stored->tuned_threads();
    return plan;
  }

 public:
  explicit Decoder(size_t bytes) : left_(bytes) {}

  EngineData decodeEngine(const stored::Engine* stored, std::span<const std::byte> weights,
                          const std::shared_ptr<const void>& owner) {
    EngineData data;
    each(stored->blobs(), [&](const stored::Blob* blob) {
      if (blob->offset() > weights.size() || blob->bytes() > weights.size() - blob->offset())
        damaged("a constant lies outside of the file");
      if (blob->offset() % kBlobAlignment != 0) damaged("a constant is not aligned");
      if (bitsOf(decodeType(blob->type())) == 0) damaged("a constant has elements without a size");
      Tensor tensor = Tensor::view(decodeType(blob->type()), numbers(blob->dims()),
                                   weights.subspan(blob->offset(), blob->bytes()), owner);
      data.weights.push_back({text(blob->key()), std::move(tensor)});
    });
    weights_ = data.weights;
    data.plans = list(stored->plans(), [this](const stored::Plan* item) { return decodePlan(item); });
    if (data.plans.empty()) damaged("it has no plan");
    each(stored->facts(),
         [&](const stored::Text* fact) { data.facts.emplace_back(text(fact->name()), text(fact->value())); });
    data.decisions =
        list(stored->decisions(), [this](const stored::Decision* item) { return decodeDecision(item); });
    data.pipeline = text(stored->pipeline());
    return data;
  }

 private:
  size_t left_;
  std::span<const WeightBlob> weights_;
};

}  // namespace

EngineData decodeMetadata(std::span<const std::byte> metadata, std::span<const std::byte> weights,
                          const std::shared_ptr<const void>& owner) {
  fb::Verifier verifier(reinterpret_cast<const uint8_t*>(metadata.data()), metadata.size(), kDeepest,
                        100'000'000);
  if (!stored::VerifyEngineBuffer(verifier)) damaged("its metadata is not readable");
  const stored::Engine* stored = stored::GetEngine(metadata.data());
  return Decoder(metadata.size()).decodeEngine(stored, weights, owner);
}

}  // namespace ridge::engine
