#include "ir/array_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/npy.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace ridge {
namespace {

using test::expectError;
using test::TemporaryFolder;
using testing::ElementsAre;

Tensor loaded(const std::string& content) {
  const TemporaryFolder folder;
  return loadNpy(folder.write("x.npy", content));
}

std::string npy(std::string_view descr, std::string_view order, std::string_view shape,
                const std::string& data) {
  const std::string dictionary = "{'descr': '" + std::string(descr) +
                                 "', 'fortran_order': " + std::string(order) +
                                 ", 'shape': " + std::string(shape) + ", }";
  std::string file("\x93NUMPY\1\0", 8);
  file += static_cast<char>(dictionary.size() & 0xff);
  file += static_cast<char>(dictionary.size() >> 8);
  return file + dictionary + data;
}

constexpr DType kStorable[] = {DType::boolean, DType::u8,  DType::i8,  DType::u16, DType::i16, DType::u32,
                               DType::i32,     DType::u64, DType::i64, DType::f16, DType::f32, DType::f64};

TEST(ArrayFile, typesOfNumpySurvive) {
  const TemporaryFolder folder;
  const std::vector<double> values = {0, 1, 1, 0, 1, 0};
  for (const DType type : kStorable)
    for (const Dims& dims : {Dims{2, 3}, Dims{6}, Dims{1, 1, 6}}) {
      const Tensor tensor = fromDoubles(type, dims, values);
      saveNpy(folder.file("x.npy"), tensor);
      EXPECT_TRUE(loadNpy(folder.file("x.npy")).sameAs(tensor)) << name(type);
    }
  for (const Tensor& tensor : {Tensor::scalar(2.5f), Tensor::allocate(DType::f32, {0, 3}),
                               Tensor::allocate(DType::complex64, {2})}) {
    saveNpy(folder.file("x.npy"), tensor);
    EXPECT_TRUE(loadNpy(folder.file("x.npy")).sameAs(tensor));
  }
}

TEST(ArrayFile, otherTypesAreWidened) {
  const TemporaryFolder folder;
  const std::vector<double> values = {0, 1, -2};
  for (const DType type :
       {DType::bf16, DType::f8e4m3fn, DType::f8e5m2fnuz, DType::f4e2m1, DType::i4, DType::i2}) {
    saveNpy(folder.file("x.npy"), fromDoubles(type, {3}, values));
    const Tensor back = loadNpy(folder.file("x.npy"));
    EXPECT_EQ(back.type(), DType::f32);
    EXPECT_EQ(toDoubles(back), values) << name(type);
  }
  expectError(ErrorCode::input, "string",
              [&] { saveNpy(folder.file("y.npy"), Tensor::ofStrings({1}, {"a"})); });
  EXPECT_EQ(folder.entries(), 1);
}

TEST(ArrayFile, fortranOrderAndForeignBytesAreTurned) {
  const std::string bytes("\0\1\0\2\0\3\0\4\0\5\0\6", 12);
  EXPECT_THAT(toInts(loaded(npy(">i2", "False", "(2, 3)", bytes))), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(toInts(loaded(npy(">u2", "True", "(2, 3)", bytes))), ElementsAre(1, 3, 5, 2, 4, 6));
  std::string cube;
  for (char value = 0; value < 24; ++value) cube += value;
  const std::vector<int64_t> turned = toInts(loaded(npy("|u1", "True", "(2, 3, 4)", cube)));
  for (int64_t first = 0; first < 2; ++first)
    for (int64_t second = 0; second < 3; ++second)
      for (int64_t third = 0; third < 4; ++third)
        EXPECT_EQ(turned[static_cast<size_t>((first * 3 + second) * 4 + third)],
                  first + 2 * second + 6 * third);
  EXPECT_EQ(loaded(npy("<f4", "True", "(0, 3)", "")).count(), 0);
  const Tensor big = loaded(npy(">c8", "False", "(1,)", std::string("\x3f\x80\0\0\x40\0\0\0", 8)));
  EXPECT_EQ(reinterpret_cast<const float*>(big.bytes().data())[1], 2.0f);
}

TEST(ArrayFile, booleansBecomeZeroAndOne) {
  const Tensor tensor = loaded(npy("|b1", "False", "(3,)", std::string("\0\x01\x80", 3)));
  EXPECT_EQ(tensor.bytes()[2], std::byte{1});
}

TEST(ArrayFile, sizesMustAgree) {
  expectError(ErrorCode::input, "needs 8 bytes, there are 7",
              [] { loaded(npy("<f4", "False", "(2,)", "1234567")); });
  expectError(ErrorCode::input, "x.npy", [] { loaded(npy("<f4", "False", "(2,)", "123456789")); });
  expectError(ErrorCode::input, "elements",
              [] { loaded(npy("<f4", "True", "(9999999999, 9999999999)", "")); });
  expectError(ErrorCode::input, "bytes", [] { loaded(npy("<f8", "True", "(3999999999999999999,)", "")); });
  expectError(ErrorCode::input, "pickles", [] { loaded(npy("|O", "False", "(1,)", "12345678")); });
  expectError(ErrorCode::input, "<U3", [] { loaded(npy("<U3", "False", "(1,)", "123456789012")); });
  expectError(ErrorCode::input, "no .npy", [] { loaded("hello"); });
  expectError(ErrorCode::input, "no .npy", [] { loaded(""); });
}

TEST(ArrayFile, archives) {
  const TemporaryFolder folder;
  const Tensor first = Tensor::scalar(int64_t{3}),
               second = fromDoubles(DType::bf16, {2}, std::vector<double>{1, 2});
  const std::string path = folder.file("x.npz");
  saveNpz(path, {{"b", first}, {"a/x", second}});
  const NamedTensors tensors = loadNpz(path);
  ASSERT_EQ(tensors.size(), 2u);
  EXPECT_EQ(tensors[0].first, "b");
  EXPECT_TRUE(tensors[0].second.sameAs(first));
  EXPECT_EQ(tensors[1].first, "a/x");
  EXPECT_EQ(toDoubles(tensors[1].second), (std::vector<double>{1, 2}));
  expectError(ErrorCode::input, "x.npz", [&] { loadNpz(path, 100); });
  saveNpz(path, {});
  EXPECT_TRUE(loadNpz(path).empty());
  expectError(ErrorCode::input, "no archive", [&] { loadNpz(folder.write("y.npz", "PK")); });
}

TEST(ArrayFile, rawBytes) {
  const TemporaryFolder folder;
  const std::string path = folder.write("x.bin", std::string("\1\0\2\0", 4));
  EXPECT_THAT(toInts(loadRaw(path, DType::i16, {2, 1})), ElementsAre(1, 2));
  expectError(ErrorCode::input, "x.bin", [&] { loadRaw(path, DType::i16, {3}); });
}

}  // namespace
}  // namespace ridge
