#include "onnx/tensor_io.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/text.h"

namespace ridge::onnx {

namespace {

constexpr size_t kWorthMoving = 4096;  // smaller tensors are copied, which aligns them to cache lines

[[noreturn]] void failSize(size_t found, size_t needed, const char* unit, DType type, const Dims& dims) {
  failInput(fmt::format("a {} tensor of shape {} needs {} {}, the file has {}", name(type), toString(dims),
                        needed, unit, found));
}

// Bits that are stored in a wider integer: signed and unsigned spellings are both accepted.
template <class Stored, class Wide>
Stored narrow(Wide value) {
  if constexpr (sizeof(Stored) < sizeof(Wide)) {
    constexpr int kBits = 8 * sizeof(Stored);
    const bool tooLow =
        std::is_signed_v<Wide> && value < static_cast<Wide>(static_cast<Wide>(-1) * (Wide{1} << (kBits - 1)));
    if (tooLow || value >= static_cast<Wide>(Wide{1} << kBits))
      failInput(fmt::format("the value {} does not fit an element of {} bits", value, kBits));
  }
  return static_cast<Stored>(value);
}

// One list entry becomes one `Stored`; complex numbers are two entries, sub-byte types several elements an
// entry.
template <class Stored, class List>
Tensor fromList(DType type, const Dims& dims, const List& list) {
  Tensor tensor = Tensor::allocate(type, dims);
  const size_t needed = tensor.byteSize() / sizeof(Stored);
  if (static_cast<size_t>(list.size()) != needed)
    failSize(static_cast<size_t>(list.size()), needed, "values", type, dims);
  std::byte* out = tensor.mutableBytes().data();
  for (const auto value : list) {
    const Stored stored = narrow<Stored>(value);
    std::memcpy(out, &stored, sizeof stored);
    out += sizeof stored;
  }
  return tensor;
}

int64_t entriesOf(const wire::TensorProto& message) {
  return std::max<int64_t>({message.float_data_size(), message.int32_data_size(), message.int64_data_size(),
                            message.double_data_size(), message.uint64_data_size(),
                            message.string_data_size()});
}

// Zeros, which cost no memory until they are written, but for the first elements: constants that are equal
// would be merged, and sums with nothing but zeros dropped. 1 to 2 in every type, so that nothing overflows.
Tensor standIn(DType type, const Dims& dims, int64_t number) {
  Tensor tensor = Tensor::allocate(type, dims);
  std::vector<double> digits;
  for (int digit = 0; digit < 4 && digit < tensor.count(); ++digit)
    digits.push_back(1 + static_cast<double>(number >> (6 * digit) & 0x3F) / 64);
  const Tensor head = fromDoubles(type, {static_cast<int64_t>(digits.size())}, digits);
  std::memcpy(tensor.mutableBytes().data(), head.bytes().data(), head.byteSize());
  return tensor;
}

// Checked before memory is allocated for what a few bytes of dimensions claim.
void expectEntries(const wire::TensorProto& message, DType type, const Dims& dims) {
  const int64_t entries = entriesOf(message);
  if (entries == 0 && elementCount(dims) > 0)
    failInput(fmt::format("a {} tensor of shape {} has no data", name(type), toString(dims)), {},
              "use a complete model; its weights were removed or are kept in another file");
  if (elementCount(dims) / 4 > entries)
    failSize(static_cast<size_t>(entries), static_cast<size_t>(elementCount(dims)), "values", type, dims);
}

Tensor fromTypedData(const wire::TensorProto& message, DType type, const Dims& dims) {
  expectEntries(message, type, dims);
  switch (type) {
    case DType::f32:
    case DType::complex64:
      return fromList<float>(type, dims, message.float_data());
    case DType::f64:
    case DType::complex128:
      return fromList<double>(type, dims, message.double_data());
    case DType::i32:
      return fromList<int32_t>(type, dims, message.int32_data());
    case DType::i64:
      return fromList<int64_t>(type, dims, message.int64_data());
    case DType::u32:
      return fromList<uint32_t>(type, dims, message.uint64_data());
    case DType::u64:
      return fromList<uint64_t>(type, dims, message.uint64_data());
    case DType::i16:
    case DType::u16:
    case DType::f16:
    case DType::bf16:
      return fromList<uint16_t>(type, dims, message.int32_data());
    default:  // all types of 8 bits and fewer
      return fromList<uint8_t>(type, dims, message.int32_data());
  }
}

Tensor fromStrings(wire::TensorProto& message, const Dims& dims) {
  const auto count = static_cast<size_t>(elementCount(dims));
  if (static_cast<size_t>(message.string_data_size()) != count)
    failSize(static_cast<size_t>(message.string_data_size()), count, "strings", DType::string, dims);
  std::vector<std::string> values(count);
  for (size_t at = 0; at < count; ++at)
    values[at] = std::move(*message.mutable_string_data(static_cast<int>(at)));
  return Tensor::ofStrings(dims, std::move(values));
}

Tensor fromBytes(DType type, const Dims& dims, FileSlice slice) {
  const size_t needed = bytesOf(type, elementCount(dims));
  if (slice.bytes.size() != needed) failSize(slice.bytes.size(), needed, "bytes", type, dims);
  if (needed >= kWorthMoving) return Tensor::view(type, dims, slice.bytes, std::move(slice.owner));
  Tensor tensor = Tensor::allocate(type, dims);
  if (needed > 0) std::memcpy(tensor.mutableBytes().data(), slice.bytes.data(), needed);
  return tensor;
}

Tensor fromRaw(wire::TensorProto& message, DType type, const Dims& dims) {
  const std::shared_ptr<const std::string> raw(message.release_raw_data());
  return fromBytes(type, dims, {std::as_bytes(std::span(*raw)), raw});
}

uint64_t externalNumber(const std::string& key, const std::string& text) {
  const auto value = parseInt(text);
  if (!value || *value < 0)
    failInput(fmt::format("the {} {} of external data is not a number of bytes", key, ridge::inQuotes(text)));
  return static_cast<uint64_t>(*value);
}

Tensor fromExternal(const wire::TensorProto& message, DType type, const Dims& dims,
                    const TensorSource& source) {
  if (type == DType::string) failInput("strings cannot be external data");
  const uint64_t needed = bytesOf(type, elementCount(dims));
  std::string location;
  uint64_t offset = 0, length = needed;
  for (const auto& entry : message.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") offset = externalNumber("offset", entry.value());
    if (entry.key() == "length") length = externalNumber("length", entry.value());
  }
  if (length != needed) failSize(length, needed, "bytes", type, dims);
  return fromBytes(type, dims, source.external->slice(location, offset, length));
}

// A boolean is the byte 0 or 1 for everybody who reads it later, whatever the file holds.
Tensor withCleanBooleans(Tensor tensor) {
  const auto bytes = tensor.bytes();
  if (std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b <= std::byte{1}; })) return tensor;
  Tensor clean = Tensor::allocate(DType::boolean, tensor.dims());
  std::transform(bytes.begin(), bytes.end(), clean.mutableBytes().begin(),
                 [](std::byte b) { return b == std::byte{0} ? b : std::byte{1}; });
  return clean;
}

DType typeOf(const wire::TensorProto& message) {
  const int32_t number = message.data_type();
  const auto type = static_cast<DType>(number);
  if (number <= 0 || number > 255 || !isKnown(type))
    failInput(fmt::format("the element type {} of a tensor is not known", number));
  return type;
}

}  // namespace

Tensor tensorFrom(wire::TensorProto& message, const TensorSource& source) {
  const DType type = typeOf(message);
  const Dims dims(message.dims().begin(), message.dims().end());
  if (const int64_t count = elementCount(dims); count > source.maxElements)
    failInput(fmt::format("a tensor of shape {} has {} elements, the limit is {}", toString(dims), count,
                          source.maxElements),
              {}, "raise the limit on tensor elements if the model is trusted");
  if (message.has_segment()) failInput("tensors in segments are not supported");
  if (message.data_location() == 1) {
    Tensor tensor = fromExternal(message, type, dims, source);
    return type == DType::boolean ? withCleanBooleans(std::move(tensor)) : tensor;
  }
  if (message.data_location() != 0)
    failInput(fmt::format("the data location {} of a tensor is not known", message.data_location()));
  if (type == DType::string) return fromStrings(message, dims);
  const bool mayStandIn =
      type == DType::f32 || type == DType::f16 || type == DType::bf16 || type == DType::f64;
  if (source.standIns && mayStandIn && message.raw_data().empty() && entriesOf(message) == 0 &&
      elementCount(dims) > 0)
    return standIn(type, dims, ++*source.standIns);
  Tensor tensor = message.has_raw_data() && !(message.raw_data().empty() && elementCount(dims) > 0)
                      ? fromRaw(message, type, dims)
                      : fromTypedData(message, type, dims);
  return type == DType::boolean ? withCleanBooleans(std::move(tensor)) : tensor;
}

void describeTensor(wire::TensorProto& message, const std::string& name, const Tensor& tensor) {
  for (int64_t dim : tensor.dims()) message.add_dims(dim);
  message.set_data_type(static_cast<int32_t>(tensor.type()));
  if (!name.empty()) message.set_name(name);
  if (tensor.type() == DType::string)
    for (const std::string& value : tensor.strings()) message.add_string_data(value);
}

void fillTensor(wire::TensorProto& message, const std::string& name, const Tensor& tensor) {
  describeTensor(message, name, tensor);
  if (tensor.type() != DType::string)
    message.set_raw_data(reinterpret_cast<const char*>(tensor.bytes().data()), tensor.byteSize());
}

}  // namespace ridge::onnx
