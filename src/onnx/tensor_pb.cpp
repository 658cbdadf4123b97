#include "onnx/tensor_pb.h"

#include "base/atomic_file.h"
#include "base/mapped_file.h"
#include "base/text.h"
#include "onnx/reader.h"
#include "onnx/tensor_io.h"

namespace ridge::onnx {

namespace {

constexpr size_t kMostBytes =
    (size_t{1} << 31) - (size_t{1} << 20);  // of a message, with room for its other fields

NamedTensor parse(std::span<const std::byte> bytes, std::optional<std::filesystem::path> directory) {
  wire::TensorProto message;
  if (bytes.empty() || bytes.size() > kMostBytes ||
      !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !message.has_data_type())
    failInput("the file is not an ONNX tensor, or it is damaged");
  ExternalData external(std::move(directory));
  std::string name = message.name();
  Tensor tensor =
      tensorFrom(message, {.external = &external, .maxElements = ReadOptions{}.maxTensorElements});
  return {std::move(name), std::move(tensor)};
}

}  // namespace

NamedTensor parseTensor(std::span<const std::byte> bytes) {
  return parse(bytes, std::nullopt);
}

NamedTensor readTensorFile(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path.string());
  return withContext([&] { return "file " + escaped(path.string()); },
                     [&] { return parse(file->bytes(), path.has_parent_path() ? path.parent_path() : "."); });
}

std::string serializeTensor(const NamedTensor& named) {
  if (named.tensor.byteSize() > kMostBytes)
    failInput("a tensor of 2 GiB or more does not fit a .pb file", ridge::inQuotes(named.name));
  wire::TensorProto message;
  fillTensor(message, named.name, named.tensor);
  return message.SerializeAsString();
}

void writeTensorFile(const std::filesystem::path& path, const NamedTensor& named) {
  writeFileAtomically(path.string(), std::string_view(serializeTensor(named)));
}

}  // namespace ridge::onnx
