// Tensors in every type and every way of storing them; external data; `.pb` files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "model_maker.h"
#include "onnx/tensor_io.h"
#include "onnx/tensor_pb.h"

namespace ridge::onnx::test {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kNoLimit = int64_t{1} << 40;

Tensor readTensor(wire::TensorProto message, int64_t maxElements = kNoLimit) {
  ExternalData external(std::nullopt);
  return tensorFrom(message, {.external = &external, .maxElements = maxElements});
}

wire::TensorProto message(DType type, std::vector<int64_t> dims) {
  wire::TensorProto made;
  made.set_data_type(static_cast<int32_t>(type));
  for (int64_t dim : dims) made.add_dims(dim);
  return made;
}

std::vector<DType> typesWithBytes() {
  std::vector<DType> types;
  for (int number = 1; number <= 26; ++number)
    if (static_cast<DType>(number) != DType::string) types.push_back(static_cast<DType>(number));
  return types;
}

class EveryType : public ::testing::TestWithParam<DType> {};
INSTANTIATE_TEST_SUITE_P(Types, EveryType, ::testing::ValuesIn(typesWithBytes()),
                         [](const auto& each) { return std::string(name(each.param)); });

// Bytes 0, 1, 0, 1, ... are valid in every type, booleans too.
TEST_P(EveryType, GoesThroughFileUnchanged) {
  for (int64_t count : {0, 3, 5000}) {
    Tensor tensor = Tensor::allocate(GetParam(), {count});
    auto bytes = tensor.mutableBytes();
    for (size_t at = 0; at < bytes.size(); ++at) bytes[at] = static_cast<std::byte>(at & 1);
    const std::string file = serializeTensor({"t", tensor});
    const NamedTensor read = parseTensor(std::as_bytes(std::span(file)));
    EXPECT_EQ(read.name, "t");
    EXPECT_TRUE(read.tensor.sameAs(tensor));
  }
}

// The typed lists hold the same elements as raw bytes do.
TEST_P(EveryType, TypedDataEqualsRawData) {
  auto typed = message(GetParam(), {4});
  const size_t size = bytesOf(GetParam(), 4);
  std::string raw(size, '\0');
  const auto fill = [&]<class Stored>(Stored, size_t entries, auto add) {
    for (size_t at = 0; at < entries; ++at) {
      const auto value = static_cast<Stored>(at % 2);
      std::memcpy(raw.data() + at * sizeof(Stored), &value, sizeof value);
      add(value);
    }
  };
  switch (GetParam()) {
    case DType::f32:
    case DType::complex64:
      fill(float{}, size / 4, [&](float v) { typed.add_float_data(v); });
      break;
    case DType::f64:
    case DType::complex128:
      fill(double{}, size / 8, [&](double v) { typed.add_double_data(v); });
      break;
    case DType::i64:
      fill(int64_t{}, size / 8, [&](int64_t v) { typed.add_int64_data(v); });
      break;
    case DType::u64:
      fill(uint64_t{}, size / 8, [&](uint64_t v) { typed.add_uint64_data(v); });
      break;
    case DType::u32:
      fill(uint32_t{}, size / 4, [&](uint32_t v) { typed.add_uint64_data(v); });
      break;
    case DType::i32:
      fill(int32_t{}, size / 4, [&](int32_t v) { typed.add_int32_data(v); });
      break;
    case DType::i16:
    case DType::u16:
    case DType::f16:
    case DType::bf16:
      fill(uint16_t{}, size / 2, [&](uint16_t v) { typed.add_int32_data(v); });
      break;
    default:
      fill(uint8_t{}, size, [&](uint8_t v) { typed.add_int32_data(v); });
  }
  auto inBytes = message(GetParam(), {4});
  inBytes.set_raw_data(raw);
  EXPECT_TRUE(readTensor(typed).sameAs(readTensor(inBytes)));
}

TEST(TensorFrom, TypedValuesMustFitTheirType) {
  const auto errorFor = [](DType type, int32_t value) {
    auto made = message(type, {1});
    made.add_int32_data(value);
    return errorOf([&] { readTensor(made); });
  };
  EXPECT_EQ(errorFor(DType::u8, 255), "");
  EXPECT_EQ(errorFor(DType::i8, -128), "");
  EXPECT_THAT(errorFor(DType::u8, 256), HasSubstr("256 does not fit"));
  EXPECT_THAT(errorFor(DType::i8, -129), HasSubstr("-129 does not fit"));
  EXPECT_THAT(errorFor(DType::f16, 65536), HasSubstr("16 bits"));
  auto wide = message(DType::u32, {1});
  wide.add_uint64_data(uint64_t{1} << 63);
  EXPECT_THAT(errorOf([&] { readTensor(wide); }), HasSubstr("32 bits"));
}

TEST(TensorFrom, CountsMustAgree) {
  auto made = message(DType::f32, {3});
  made.add_float_data(1);
  EXPECT_THAT(errorOf([&] { readTensor(made); }), HasSubstr("needs 3 values, the file has 1"));
  auto claims = message(DType::i64, {int64_t{1} << 32});  // must fail before memory is asked for
  claims.add_int64_data(1);
  EXPECT_THAT(errorOf([&] { readTensor(claims); }), HasSubstr("the file has 1"));
  auto texts = message(DType::string, {2});
  texts.add_string_data("one");
  EXPECT_THAT(errorOf([&] { readTensor(texts); }), HasSubstr("2 strings"));
  EXPECT_THAT(errorOf([&] { readTensor(message(DType::undefined, {})); }), HasSubstr("element type 0"));
  EXPECT_THAT(errorOf([&] { readTensor(message(static_cast<DType>(27), {})); }),
              HasSubstr("element type 27"));
  EXPECT_THAT(errorOf([&] { readTensor(message(DType::f32, {100}), 99); }), HasSubstr("limit is 99"));
}

TEST(TensorFrom, BooleansBecomeZeroOrOne) {
  auto made = message(DType::boolean, {3});
  made.set_raw_data(std::string("\x00\x02\xff", 3));
  const Tensor tensor = readTensor(made);
  EXPECT_EQ(tensor.as<uint8_t>()[1], 1);
  EXPECT_EQ(tensor.as<uint8_t>()[2], 1);
}

TEST(TensorFile, StringsAndScalars) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "t.pb";
  writeTensorFile(path, {"", Tensor::ofStrings({2}, {"a", std::string("b\0c", 3)})});
  EXPECT_EQ(readTensorFile(path).tensor.strings().at(1), std::string("b\0c", 3));
  writeTensorFile(path, {"s", Tensor::scalar(2.5f)});
  EXPECT_EQ(readTensorFile(path).tensor.as<float>()[0], 2.5f);
  EXPECT_THAT(errorOf([&] { readTensorFile(directory.write("bad.pb", "no tensor")); }), HasSubstr("bad.pb"));
  EXPECT_NE(errorOf([&] { readTensorFile(directory.write("empty.pb", "")); }), "");
}

// --- external data

class External : public ::testing::Test {
 protected:
  External() {
    std::vector<float> values(2048);
    for (size_t at = 0; at < values.size(); ++at) values[at] = static_cast<float>(at);
    content_ = std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    directory_.write("weights.bin", content_);
  }

  // A model whose weights are `count` floats at `location`.
  Model read(const std::string& location, const std::string& offset = "", const std::string& length = "",
             int64_t count = 1100) {
    ModelMaker maker;
    maker.input("x", {count});
    auto& tensor = maker.initializer("w", {count}, {});
    tensor.clear_raw_data();
    tensor.set_data_location(1);
    const auto add = [&](const char* key, const std::string& value) {
      if (value.empty()) return;
      auto& entry = *tensor.add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    };
    add("location", location);
    add("offset", offset);
    add("length", length);
    maker.node("Add", {"x", "w"}, {"y"});
    maker.output("y");
    return maker.readIn(directory_.path());
  }
  std::string error(const std::string& location, const std::string& offset = "",
                    const std::string& length = "") {
    return errorOf([&] { read(location, offset, length); });
  }

  TemporaryDirectory directory_;
  std::string content_;
};

TEST_F(External, IsMappedFromAnyOffset) {
  for (const int offset : {0, 64, 3}) {  // the last is not aligned for floats
    const Model model = read("weights.bin", std::to_string(offset), "4400");
    const Tensor& tensor = *model.graph.constant(*model.graph.find("w"));
    EXPECT_EQ(std::memcmp(tensor.bytes().data(), content_.data() + offset, 4400), 0);
  }
  EXPECT_EQ(error("./weights.bin"), "");
}

TEST_F(External, SurvivesRemovalOfTheFile) {
  const Model model = read("weights.bin");
  std::filesystem::remove(directory_.path() / "weights.bin");
  EXPECT_EQ(model.graph.constant(*model.graph.find("w"))->as<float>()[1000], 1000.f);
}

TEST_F(External, MustLieInsideTheModelsDirectory) {
  const TemporaryDirectory outside;
  const auto secret = outside.write("secret.bin", content_);
  std::filesystem::create_symlink(secret, directory_.path() / "link.bin");
  std::filesystem::create_directory_symlink(outside.path(), directory_.path() / "folder");
  std::filesystem::create_directory(directory_.path() / "inner");
  std::filesystem::create_symlink("../weights.bin", directory_.path() / "inner" / "good.bin");
  EXPECT_THAT(error(secret.string()), HasSubstr("absolute"));
  EXPECT_THAT(error("../" + outside.path().filename().string() + "/secret.bin"), HasSubstr("\"..\""));
  EXPECT_THAT(error("inner/../weights.bin"), HasSubstr("\"..\""));
  EXPECT_THAT(error("link.bin"), HasSubstr("leads out"));
  EXPECT_THAT(error("folder/secret.bin"), HasSubstr("leads out"));
  EXPECT_EQ(error("inner/good.bin"), "");
}

TEST_F(External, MustBeThereAndLargeEnough) {
  EXPECT_THAT(error("none.bin"), HasSubstr("not there"));
  EXPECT_THAT(error(""), HasSubstr("no usable name"));
  EXPECT_THAT(error("."), HasSubstr("regular file"));
  EXPECT_THAT(error(std::string("weights.bin\0x", 13)), HasSubstr("no usable name"));
  EXPECT_THAT(error("weights.bin", "4096"), HasSubstr("has 8192 bytes"));
  EXPECT_THAT(error("weights.bin", "9223372036854775807"), HasSubstr("has 8192 bytes"));
  EXPECT_THAT(error("weights.bin", "-1"), HasSubstr("offset \"-1\""));
  EXPECT_THAT(error("weights.bin", "18446744073709551615"), HasSubstr("offset"));
  EXPECT_THAT(error("weights.bin", "0", "4399"), HasSubstr("4400 bytes, the file has 4399"));
}

}  // namespace
}  // namespace ridge::onnx::test
