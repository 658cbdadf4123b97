// Tensors in files: .npy, .npz, .pb, told apart by how they begin.
#include "fuzz.h"
#include "ir/array_file.h"
#include "onnx/tensor_pb.h"
#include "support/temporary_folder.h"

namespace ridge::fuzz {

std::vector<std::string> seeds() {
  const test::TemporaryFolder folder;
  std::vector<std::string> made;
  const std::vector<double> numbers{0, 1, 2, 3, 4, 5};
  NamedTensors all;
  for (const DType type : {DType::f32, DType::f16, DType::f64, DType::i64, DType::u8, DType::boolean,
                           DType::bf16, DType::i4, DType::f8e4m3fn}) {
    const Tensor tensor = fromDoubles(type, {2, 3}, numbers);
    all.emplace_back("t" + std::to_string(all.size()), tensor);
    made.push_back(onnx::serializeTensor({"t", tensor}));
    saveNpy(folder.file("t.npy"), tensor);
    made.push_back(folder.read("t.npy"));
  }
  made.push_back(onnx::serializeTensor({"s", Tensor::ofStrings({2}, {"one", "two"})}));
  saveNpz(folder.file("t.npz"), all);
  made.push_back(folder.read("t.npz"));
  all.resize(1);
  saveNpz(folder.file("t.npz"), all);
  made.push_back(folder.read("t.npz"));
  return made;
}

void repair(std::string&) {}

}  // namespace ridge::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ridge;
  return fuzz::accepts([&] {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (text.starts_with("\x93NUMPY")) {
      const Tensor tensor = parseNpy(fuzz::bytesOf(data, size), nullptr);
      toDoubles(tensor);
    } else if (text.starts_with("PK")) {
      for (const auto& [name, tensor] : loadNpz(fuzz::asFile(data, size), int64_t{1} << 24))
        toDoubles(tensor);
    } else {
      const onnx::NamedTensor named = onnx::parseTensor(fuzz::bytesOf(data, size));
      const std::string written = onnx::serializeTensor(named);
      const onnx::NamedTensor again = onnx::parseTensor(std::as_bytes(std::span(written)));
      fuzz::require(again.tensor.sameAs(named.tensor), "a tensor comes back changed");
    }
    fuzz::noteOutcome("it is a tensor");
  });
}
