#include "onnx/wire_output.h"

#include "base/error.h"

namespace ridge::onnx {

namespace {

// Field numbers that are written by hand; all are length-delimited.
constexpr uint32_t kModelGraph = 7, kGraphInitializer = 5, kTensorRawData = 9;

std::string header(uint32_t field, uint64_t length) {
  std::string bytes(1, static_cast<char>(field << 3 | 2));
  for (; length >= 0x80; length >>= 7) bytes += static_cast<char>((length & 0x7f) | 0x80);
  return bytes + static_cast<char>(length);
}

uint64_t fieldSize(uint32_t field, uint64_t length) {
  return header(field, length).size() + length;
}

bool holdsRaw(const Initializer& initializer) {
  return initializer.tensor.type() != DType::string && initializer.head.data_location() == 0;
}

uint64_t tensorSize(const Initializer& initializer) {
  const uint64_t raw =
      holdsRaw(initializer) ? fieldSize(kTensorRawData, initializer.tensor.bytes().size()) : 0;
  return initializer.head.ByteSizeLong() + raw;
}

uint64_t graphSize(const WireModel& model) {
  uint64_t size = model.graph.ByteSizeLong();
  for (const Initializer& initializer : model.initializers)
    size += fieldSize(kGraphInitializer, tensorSize(initializer));
  return size;
}

void emitText(const Sink& sink, const std::string& text) {
  sink(std::as_bytes(std::span(text)));
}

template <class Message>
void emitMessage(const Sink& sink, const Message& message) {
  std::string text;
  check(message.SerializeToString(&text), "a message below 2 GiB can be serialized");
  emitText(sink, text);
}

}  // namespace

uint64_t byteSize(const WireModel& model) {
  return model.model.ByteSizeLong() + fieldSize(kModelGraph, graphSize(model));
}

void emit(const WireModel& model, const Sink& sink) {
  emitMessage(sink, model.model);
  emitText(sink, header(kModelGraph, graphSize(model)));
  emitMessage(sink, model.graph);
  for (const Initializer& initializer : model.initializers) {
    emitText(sink, header(kGraphInitializer, tensorSize(initializer)));
    emitMessage(sink, initializer.head);
    if (!holdsRaw(initializer)) continue;
    emitText(sink, header(kTensorRawData, initializer.tensor.bytes().size()));
    sink(initializer.tensor.bytes());
  }
}

}  // namespace ridge::onnx
