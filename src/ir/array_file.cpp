#include "ir/array_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "base/atomic_file.h"
#include "base/mapped_file.h"
#include "base/npy.h"
#include "base/text.h"
#include "base/zip.h"

namespace ridge {
namespace {

struct NpyName {
  DType type;
  std::string_view descr;
};
constexpr NpyName kNpyNames[] = {
    {DType::boolean, "|b1"},   {DType::u8, "|u1"},          {DType::i8, "|i1"},  {DType::u16, "<u2"},
    {DType::i16, "<i2"},       {DType::u32, "<u4"},         {DType::i32, "<i4"}, {DType::u64, "<u8"},
    {DType::i64, "<i8"},       {DType::f16, "<f2"},         {DType::f32, "<f4"}, {DType::f64, "<f8"},
    {DType::complex64, "<c8"}, {DType::complex128, "<c16"},
};

std::string_view descrOf(DType type) {
  for (const NpyName& entry : kNpyNames)
    if (entry.type == type) return entry.descr;
  return {};
}

DType typeOf(const NpyType& wanted, const std::string& descr) {
  for (const NpyName& entry : kNpyNames) {
    const NpyType known = parseNpyType(entry.descr);
    if (known.kind == wanted.kind && known.bytes == wanted.bytes) return entry.type;
  }
  failInput(fmt::format("arrays of type {} are not read", inQuotes(descr)), {},
            "store booleans, integers, float16, float32 or float64");
}

// Bytes of every number (half of a complex one) in reverse.
void swapBytes(std::span<std::byte> bytes, DType type) {
  const bool isComplex = type == DType::complex64 || type == DType::complex128;
  const size_t unit = static_cast<size_t>(bitsOf(type)) / (isComplex ? 16 : 8);
  for (auto at = bytes.begin(); at != bytes.end(); at += static_cast<std::ptrdiff_t>(unit))
    std::reverse(at, at + static_cast<std::ptrdiff_t>(unit));
}

// Row-major copy of column-major elements.
Tensor transposedFromFortran(const Tensor& tensor) {
  Tensor result = Tensor::allocate(tensor.type(), tensor.dims());
  const Dims& dims = tensor.dims();
  const size_t rank = dims.size(), width = bytesOf(tensor.type(), 1);
  std::vector<size_t> index(rank, 0), strides(rank, width);
  for (size_t axis = 1; axis < rank; ++axis)
    strides[axis] = strides[axis - 1] * static_cast<size_t>(dims[axis - 1]);
  const std::byte* from = tensor.bytes().data();
  std::byte* to = result.mutableBytes().data();
  for (int64_t element = 0; element < tensor.count(); ++element, to += width) {
    std::memcpy(to, from, width);
    for (size_t axis = rank; axis-- > 0;) {
      from += strides[axis];
      if (++index[axis] < static_cast<size_t>(dims[axis])) break;
      from -= strides[axis] * index[axis];
      index[axis] = 0;
    }
  }
  return result;
}

Tensor ownCopy(const Tensor& tensor) {
  Tensor copy = Tensor::allocate(tensor.type(), tensor.dims());
  if (tensor.byteSize() > 0)
    std::memcpy(copy.mutableBytes().data(), tensor.bytes().data(), tensor.byteSize());
  return copy;
}

// Booleans other than 0 and 1 would confuse kernels.
Tensor normalizedBooleans(const Tensor& tensor) {
  const auto isPlain = [](std::byte value) { return value <= std::byte{1}; };
  if (std::all_of(tensor.bytes().begin(), tensor.bytes().end(), isPlain)) return tensor;
  Tensor copy = ownCopy(tensor);
  for (std::byte& value : copy.mutableBytes()) value = value == std::byte{0} ? value : std::byte{1};
  return copy;
}

struct NpyParts {
  std::string header;
  Tensor tensor;
};

NpyParts npyParts(const Tensor& tensor) {
  Tensor storable = widenedForNpy(tensor);
  return {makeNpyHeader(descrOf(storable.type()), storable.dims()), std::move(storable)};
}

}  // namespace

Tensor parseNpy(std::span<const std::byte> file, std::shared_ptr<const void> owner) {
  const NpyHeader header = parseNpyHeader(file);
  const NpyType stored = parseNpyType(header.descr);
  const DType type = typeOf(stored, header.descr);
  const auto data = file.subspan(header.dataOffset);
  Tensor tensor = Tensor::view(type, header.dims, data, std::move(owner));
  if (stored.bigEndian && bitsOf(type) > 8) {
    tensor = ownCopy(tensor);
    swapBytes(tensor.mutableBytes(), type);
  }
  if (header.fortranOrder && tensor.rank() > 1 && tensor.count() > 0) tensor = transposedFromFortran(tensor);
  return type == DType::boolean ? normalizedBooleans(tensor) : tensor;
}

Tensor loadNpy(const std::string& path) {
  const auto file = MappedFile::open(path);
  return withContext([&] { return escaped(path); }, [&] { return parseNpy(file->bytes(), file); });
}

void saveNpy(const std::string& path, const Tensor& tensor) {
  const NpyParts parts = withContext([&] { return escaped(path); }, [&] { return npyParts(tensor); });
  AtomicFile file(path);
  file.write(parts.header);
  file.write(parts.tensor.bytes());
  file.commit();
}

NamedTensors loadNpz(const std::string& path, int64_t expansionLimit) {
  constexpr std::string_view kSuffix = ".npy";
  const auto file = MappedFile::open(path);
  return withContext([&] { return escaped(path); },
                     [&] {
                       const ZipReader archive(file, expansionLimit);
                       NamedTensors tensors;
                       for (const ZipEntry& entry : archive.entries()) {
                         if (!entry.name.ends_with(kSuffix))
                           failInput("the archive holds something that is no array", inQuotes(entry.name));
                         const ZipReader::Content content = archive.read(entry);
                         Tensor tensor = withContext([&] { return inQuotes(entry.name); },
                                                     [&] { return parseNpy(content.bytes, content.owner); });
                         tensors.emplace_back(entry.name.substr(0, entry.name.size() - kSuffix.size()),
                                              std::move(tensor));
                       }
                       return tensors;
                     });
}

void saveNpz(const std::string& path, const NamedTensors& tensors) {
  std::set<std::string_view> names;
  ZipWriter archive(path);
  for (const auto& [name, tensor] : tensors) {
    check(names.insert(name).second, "the arrays of an archive have different names");
    const NpyParts parts = withContext([&] { return escaped(path); }, [&] { return npyParts(tensor); });
    archive.add(name + ".npy", parts.header, parts.tensor.bytes());
  }
  archive.commit();
}

Tensor loadRaw(const std::string& path, DType type, Dims dims) {
  const auto file = MappedFile::open(path);
  return withContext([&] { return escaped(path); },
                     [&] { return Tensor::view(type, std::move(dims), file->bytes(), file); });
}

Tensor widenedForNpy(const Tensor& tensor) {
  if (!descrOf(tensor.type()).empty()) return tensor;
  if (!isFloat(tensor.type()) && !isInteger(tensor.type()))
    failInput(fmt::format("{} arrays cannot be stored as .npy", name(tensor.type())), {},
              "store them as .pb");
  return fromDoubles(DType::f32, tensor.dims(), toDoubles(tensor));
}

}  // namespace ridge
