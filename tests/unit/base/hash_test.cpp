#include "base/hash.h"

#include <gtest/gtest.h>

#include <array>

namespace ridge {
namespace {

std::span<const std::byte> bytesOf(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

TEST(Hash, valuesStayAsTheyAre) {  // files store them
  EXPECT_EQ(hash64(std::string_view()), 0x2d06800538d394c2u);
  const Hash128 hash = hash128(bytesOf(""));
  EXPECT_EQ(hash.high, 0x99aa06d3014798d8u);
  EXPECT_EQ(hash.low, 0x6001c324468d497fu);
}

TEST(Hash, streamingEqualsOneShot) {
  std::string text(100'000, 'x');
  for (size_t at = 0; at < text.size(); ++at) text[at] = static_cast<char>(at * 31);
  for (const size_t cut : {size_t{0}, size_t{1}, size_t{255}, size_t{65'536}}) {
    Hasher hasher;
    hasher.add(bytesOf(std::string_view(text).substr(0, cut)))
        .add(bytesOf(std::string_view(text).substr(cut)));
    EXPECT_EQ(hasher.digest128(), hash128(bytesOf(text)));
  }
}

TEST(Hash, textsDoNotRunIntoEachOther) {
  const uint64_t one = Hasher().addText("ab").addText("c").digest64();
  const uint64_t other = Hasher().addText("a").addText("bc").digest64();
  EXPECT_NE(one, other);
  EXPECT_NE(combineHashes(1, 2), combineHashes(2, 1));
}

}  // namespace
}  // namespace ridge
