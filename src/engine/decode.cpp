#include <engine_generated.h>

#include <cstring>

#include "base/error.h"
#include "engine/file_format.h"
#include "engine/plan_codec.h"

namespace ridge::engine {

namespace {

namespace fb = flatbuffers;

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
    }
    damaged("an attribute has no value");
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
    return kernel;
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
    return step;
  }

  Decision decodeDecision(const stored::Decision* stored) {
    return {text(stored->subject()), text(stored->sentence())};
  }
  Port decodePort(const stored::Port* stored) { return {text(stored->name()), stored->array()}; }

  Plan decodePlan(const stored::Plan* stored) {
    Plan plan;
    plan.values = list(stored->values(), [this](const stored::Value* value) {
      return PlannedValue{text(value->name()), text(value->source()), decodeType(value->type()),
                          numbers(value->dims())};
    });
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
    data.plans = list(stored->plans(), [this](const stored::Plan* item) { return decodePlan(item); });
    if (data.plans.empty()) damaged("it has no plan");
    if (stored->blobs()) take(stored->blobs()->size() * sizeof(fb::uoffset_t));
    if (stored->blobs())
      for (const stored::Blob* blob : *stored->blobs()) {
        if (blob->offset() > weights.size() || blob->bytes() > weights.size() - blob->offset())
          damaged("a constant lies outside of the file");
        if (blob->offset() % kBlobAlignment != 0) damaged("a constant is not aligned");
        if (bitsOf(decodeType(blob->type())) == 0) damaged("a constant has elements without a size");
        Tensor tensor = Tensor::view(decodeType(blob->type()), numbers(blob->dims()),
                                     weights.subspan(blob->offset(), blob->bytes()), owner);
        data.weights.push_back({text(blob->key()), std::move(tensor)});
      }
    if (stored->facts()) take(stored->facts()->size() * sizeof(fb::uoffset_t));
    if (stored->facts())
      for (const stored::Text* fact : *stored->facts())
        data.facts.emplace_back(text(fact->name()), text(fact->value()));
    data.decisions =
        list(stored->decisions(), [this](const stored::Decision* item) { return decodeDecision(item); });
    data.pipeline = text(stored->pipeline());
    return data;
  }

 private:
  size_t left_;
};

}  // namespace

EngineData decodeMetadata(std::span<const std::byte> metadata, std::span<const std::byte> weights,
                          const std::shared_ptr<const void>& owner) {
  fb::Verifier verifier(reinterpret_cast<const uint8_t*>(metadata.data()), metadata.size(), 64, 100'000'000);
  if (!stored::VerifyEngineBuffer(verifier)) damaged("its metadata is not readable");
  const stored::Engine* stored = stored::GetEngine(metadata.data());
  return Decoder(metadata.size()).decodeEngine(stored, weights, owner);
}

}  // namespace ridge::engine
