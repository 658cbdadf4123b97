// Tensors in files: .npy, .npz and raw bytes. What numpy's formats lack is widened to float32 when stored.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ir/tensor.h"

namespace ridge {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

/// Booleans, integers, float16/32/64 and complex numbers in any byte order and either axis order; anything
/// else (records, text, Python objects) is Error{input}, as is data of another size than the header says.
/// Little-endian row-major data is not copied.
Tensor loadNpy(const std::string& path);
Tensor parseNpy(std::span<const std::byte> file, std::shared_ptr<const void> owner);

/// Strings cannot be stored: Error{input}.
void saveNpy(const std::string& path, const Tensor& tensor);

/// The arrays in the order of the archive, names without ".npy". `expansionLimit` bounds the bytes of all
/// together.
NamedTensors loadNpz(const std::string& path, int64_t expansionLimit = int64_t{16} << 30);
void saveNpz(const std::string& path, const NamedTensors& tensors);

/// Little-endian elements and nothing else, exactly as many as `dims` say.
Tensor loadRaw(const std::string& path, DType type, Dims dims);

/// The same numbers in a type that .npy has.
Tensor widenedForNpy(const Tensor& tensor);

}  // namespace ridge
