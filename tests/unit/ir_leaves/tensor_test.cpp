#include "ir/tensor.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "support/expect_error.h"

namespace ridge {
namespace {

using test::expectError;

constexpr int64_t kHuge = int64_t{1} << 40;

TEST(DType, namesAndSizes) {
  for (int number = 1; number <= 26; ++number) {
    const auto type = static_cast<DType>(number);
    EXPECT_TRUE(isKnown(type));
    EXPECT_EQ(dtypeFromName(name(type)), type);
    EXPECT_FALSE(isFloat(type) && isInteger(type));
  }
  EXPECT_FALSE(isKnown(static_cast<DType>(27)));
  EXPECT_EQ(name(static_cast<DType>(200)), "undefined");
  EXPECT_EQ(dtypeFromName("undefined"), std::nullopt);
  EXPECT_EQ(name(DType::boolean), "bool");
  EXPECT_EQ(bytesOf(DType::i4, 3), 2u);
  EXPECT_EQ(bytesOf(DType::u2, 5), 2u);
  EXPECT_EQ(bytesOf(DType::complex128, 3), 48u);
  EXPECT_EQ(bytesOf(DType::string, 3), 0u);
  EXPECT_EQ(bytesOf(DType::i4, INT64_MAX), size_t{1} << 62);
  expectError(ErrorCode::input, "bytes", [] { bytesOf(DType::f32, INT64_MAX / 2); });
}

TEST(Dims, countsAreChecked) {
  EXPECT_EQ(elementCount(Dims{}), 1);
  EXPECT_EQ(elementCount(Dims{2, 0, 3}), 0);
  EXPECT_EQ(elementCount(Dims{2, 3, 4}), 24);
  expectError(ErrorCode::input, "negative", [] { elementCount(Dims{0, -1}); });
  expectError(ErrorCode::input, "more elements", [] { elementCount(Dims{kHuge, kHuge}); });
  expectError(ErrorCode::input, "more elements", [] { elementCount(Dims{kHuge, 0, kHuge}); });
  EXPECT_EQ(rowMajorStrides(Dims{2, 3, 4}), (Dims{12, 4, 1}));
  EXPECT_EQ(toString(Dims{1, 3, 224}), "1x3x224");
  EXPECT_EQ(toString(Dims{}), "scalar");
}

TEST(Tensor, isZeroedAndAligned) {
  for (const int64_t count : {0, 1, 100, 1'000'000}) {
    const Tensor tensor = Tensor::allocate(DType::u8, {count});
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.bytes().data()) % 64, 0u);
    for (const std::byte value : tensor.bytes()) ASSERT_EQ(value, std::byte{0});
  }
  expectError(ErrorCode::machine, "memory", [] { Tensor::allocate(DType::u8, {INT64_MAX}); });
  expectError(ErrorCode::machine, "memory", [] { Tensor::allocate(DType::u8, {int64_t{1} << 50}); });
}

TEST(Tensor, copiesShareTheirBytes) {
  Tensor tensor = Tensor::allocate(DType::f32, {2});
  const Tensor copy = tensor;
  tensor.mutableAs<float>()[1] = 5;
  EXPECT_EQ(copy.as<float>()[1], 5);
  Tensor other = copy.reshaped({1, 2});
  other.mutableAs<float>()[0] = 7;
  EXPECT_EQ(tensor.as<float>()[0], 7);
  expectError(ErrorCode::input, "3", [&] { (void)tensor.reshaped({3}); });
  expectError(ErrorCode::internal, "size of its element type", [&] { (void)tensor.as<double>(); });
}

TEST(Tensor, viewsNeedExactlyTheirBytes) {
  alignas(8) std::array<std::byte, 16> bytes{};
  const Tensor view = Tensor::view(DType::f32, {4}, bytes, nullptr);
  EXPECT_EQ(static_cast<const void*>(view.bytes().data()), bytes.data());
  expectError(ErrorCode::input, "needs 12 bytes, there are 16",
              [&] { Tensor::view(DType::f32, {3}, bytes, nullptr); });
  expectError(ErrorCode::internal, "not written", [&] { Tensor(view).mutableBytes(); });
}

TEST(Tensor, misalignedBytesAreCopied) {
  alignas(8) std::array<std::byte, 9> bytes{};
  bytes[1] = std::byte{7};
  const Tensor copy = Tensor::view(DType::i32, {2}, std::span(bytes).subspan(1), nullptr);
  EXPECT_EQ(copy.as<int32_t>()[0], 7);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(copy.bytes().data()) % 4, 0u);
}

TEST(Tensor, viewsKeepTheirOwner) {
  auto owner = std::make_shared<std::vector<std::byte>>(4);
  const std::weak_ptr<const void> watch = owner;
  {
    const Tensor view = Tensor::view(DType::u8, {4}, *owner, owner).reshaped({2, 2});
    owner.reset();
    EXPECT_FALSE(watch.expired());
  }
  EXPECT_TRUE(watch.expired());
}

TEST(Tensor, strings) {
  const Tensor tensor = Tensor::ofStrings({2}, {"a", "b"});
  EXPECT_EQ(tensor.reshaped({2, 1}).strings()[1], "b");
  EXPECT_EQ(Tensor::allocate(DType::string, {3}).strings().size(), 3u);
  EXPECT_TRUE(tensor.sameAs(Tensor::ofStrings({2}, {"a", "b"})));
  EXPECT_FALSE(tensor.sameAs(Tensor::ofStrings({2}, {"a", "c"})));
  EXPECT_NE(tensor.hash(), Tensor::ofStrings({2}, {"ab", ""}).hash());
  expectError(ErrorCode::input, "values", [] { Tensor::ofStrings({3}, {"a"}); });
}

TEST(Tensor, hashCoversTypeShapeAndBytes) {
  const std::vector<float> values = {1, 2, 3, 4};
  const Tensor tensor = Tensor::of({4}, std::span<const float>(values));
  EXPECT_EQ(tensor.hash(), Tensor::of({4}, std::span<const float>(values)).hash());
  EXPECT_NE(tensor.hash(), tensor.reshaped({2, 2}).hash());
  EXPECT_NE(tensor.hash(), Tensor::view(DType::i32, {4}, tensor.bytes(), nullptr).hash());
  EXPECT_NE(tensor.hash(), Tensor::of({4}, std::span<const float>(std::vector<float>{1, 2, 3, 5})).hash());
  EXPECT_FALSE(tensor.sameAs(tensor.reshaped({2, 2})));
  EXPECT_TRUE(tensor.sameAs(tensor));
  expectError(ErrorCode::internal, "hashed", [&] { Tensor(tensor).mutableBytes(); });
}

TEST(Tensor, hashFromSeveralThreads) {
  const Tensor tensor = Tensor::allocate(DType::u8, {1'000'000});
  std::vector<std::thread> threads;
  std::array<Hash128, 4> hashes;
  for (Hash128& hash : hashes) threads.emplace_back([&tensor, &hash] { hash = tensor.hash(); });
  for (std::thread& thread : threads) thread.join();
  for (const Hash128& hash : hashes) EXPECT_EQ(hash, hashes[0]);
}

TEST(Tensor, undefinedIsHarmless) {
  const Tensor none;
  EXPECT_FALSE(none.defined());
  EXPECT_EQ(none.count(), 0);
  EXPECT_TRUE(none.strings().empty());
  EXPECT_EQ(none.hash(), Hash128());
  EXPECT_TRUE(none.sameAs(Tensor()));
  EXPECT_FALSE(none.sameAs(Tensor::scalar(1.0f)));
}

}  // namespace
}  // namespace ridge
