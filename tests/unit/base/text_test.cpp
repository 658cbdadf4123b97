#include "base/text.h"

#include <gtest/gtest.h>

#include <clocale>
#include <vector>

#include "support/expect_error.h"

namespace ridge {
namespace {

using test::expectError;

TEST(Escaped, makesNamesSafe) {
  EXPECT_EQ(escaped("conv/1:0"), "conv/1:0");
  EXPECT_EQ(escaped("gr\xc3\xb6\xc3\x9f"), "gr\xc3\xb6\xc3\x9f");
  EXPECT_EQ(escaped("a\nb\tc\x1b[31m"), "a\\nb\\tc\\x1b[31m");
  EXPECT_EQ(escaped("\"'\\"), "\\\"\\'\\\\");
  EXPECT_EQ(escaped(std::string_view("\0\x7f", 2)), "\\x00\\x7f");
  EXPECT_EQ(escaped("\xff\xc3("), "\\xff\\xc3(");
  EXPECT_EQ(escaped("\xc0\xaf"), "\\xc0\\xaf");                    // overlong
  EXPECT_EQ(escaped("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // surrogate
  EXPECT_EQ(escaped("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond the last character
  EXPECT_EQ(escaped("\xe2\x80\xae"), "\\xe2\\x80\\xae");           // right-to-left override
  EXPECT_EQ(escaped("\xc2\x9b"), "\\xc2\\x9b");                    // a terminal's control sequence
  EXPECT_EQ(escaped("\xe2\x82"), "\\xe2\\x82");                    // cut off
}

TEST(ShownText, keepsQuotesOfEscapedNames) {
  EXPECT_EQ(shownText("no value 'a\\nb' in \"c\""), "no value 'a\\nb' in \"c\"");
  EXPECT_EQ(shownText("x\n\x1b[31m\xff"), "x\\n\\x1b[31m\\xff");
  EXPECT_EQ(shownText(std::string(500, 'a')).size(), 500U);
}

TEST(Escaped, cutsAfter200Characters) {
  EXPECT_EQ(escaped(std::string(200, 'a')), std::string(200, 'a'));
  EXPECT_EQ(escaped(std::string(201, 'a')), std::string(200, 'a') + "...");
  std::string umlauts;
  for (int count = 0; count < 200; ++count) umlauts += "\xc3\xa4";
  EXPECT_EQ(escaped(umlauts), umlauts);
}

TEST(Glob, matches) {
  EXPECT_TRUE(matchesGlob("*", ""));
  EXPECT_TRUE(matchesGlob("conv*", "conv_12"));
  EXPECT_FALSE(matchesGlob("conv", "conv_12"));
  EXPECT_TRUE(matchesGlob("*/conv?/*[0-9]", "a/b/conv3/x_7"));
  EXPECT_FALSE(matchesGlob("*/conv?/*[0-9]", "a/b/conv33/x_7"));
  EXPECT_TRUE(matchesGlob("[!ab]x", "cx"));
  EXPECT_FALSE(matchesGlob("[!ab]x", "ax"));
  EXPECT_TRUE(matchesGlob("[]]", "]"));
  EXPECT_TRUE(matchesGlob("a[b", "a[b"));
  EXPECT_TRUE(matchesGlob("x[a-]", "x-"));
  EXPECT_FALSE(matchesGlob("?", ""));
  EXPECT_TRUE(matchesGlob("a*b*c", "a_b_b_c"));
}

TEST(Glob, manyStarsTakeNoLongTime) {
  std::string pattern;
  for (int count = 0; count < 50; ++count) pattern += "a*";
  EXPECT_FALSE(matchesGlob(pattern + "b", std::string(5'000, 'a')));
}

TEST(Numbers, onlyWholeTextsCount) {
  EXPECT_EQ(parseInt("-12"), -12);
  for (const char* text : {"", " 1", "1 ", "+1", "1x", "0x10", "9223372036854775808", "1.0"})
    EXPECT_EQ(parseInt(text), std::nullopt) << text;
  EXPECT_EQ(parseDouble("1.5e3"), 1500);
  for (const char* text : {"", "1,5", "nan", "inf", "1e999", "1.5x"})
    EXPECT_EQ(parseDouble(text), std::nullopt) << text;
}

TEST(Numbers, sizes) {
  EXPECT_EQ(parseSize("1000"), 1000);
  EXPECT_EQ(parseSize("64MiB"), int64_t{64} << 20);
  EXPECT_EQ(parseSize("1.5GiB"), int64_t{3} << 29);
  EXPECT_EQ(parseSize("2 kB"), 2000);
  EXPECT_EQ(parseSize("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(parseSizes("1x3x224"), (std::vector<int64_t>{1, 3, 224}));
  for (const char* text : {"", "x", "1x", "x3", "1x-3", "1X3", "1x9223372036854775808"})
    EXPECT_EQ(parseSizes(text), std::nullopt) << text;
  for (const char* text : {"", "MiB", "-1", "-1MiB", "1mib", "8388608TiB", "1e30", "12 34"})
    EXPECT_EQ(parseSize(text), std::nullopt) << text;
}

TEST(Numbers, flagsAreNamedInErrors) {
  EXPECT_EQ(intOfFlag("--top", "5"), 5);
  expectError(ErrorCode::usage, "--top", [] { intOfFlag("--top", "five"); });
  expectError(ErrorCode::usage, "--duration", [] { doubleOfFlag("--duration", ""); });
  expectError(ErrorCode::usage, "64MiB", [] { sizeOfFlag("--fold-limit", "many"); });
}

TEST(Numbers, doNotDependOnTheLocale) {
  const char* const changed = std::setlocale(LC_ALL, "de_DE.UTF-8");  // may be missing: then this tests less
  EXPECT_EQ(parseDouble("0.5"), 0.5);
  EXPECT_EQ(formatCount(1500), "1.50 k");
  if (changed) std::setlocale(LC_ALL, "C");
}

TEST(FileNames, collisionsGetNumbers) {
  FileNames names;
  EXPECT_EQ(names.unique("a/b:0"), "a_b_0");
  EXPECT_EQ(names.unique("a_b_0"), "a_b_0.2");
  EXPECT_EQ(names.unique("a b 0"), "a_b_0.3");
  EXPECT_EQ(names.unique("A_B_0"), "A_B_0.4");  // some file systems ignore case
  EXPECT_EQ(names.unique("a_b_0.2"), "a_b_0.2.2");
  EXPECT_EQ(names.unique(""), "_");
  EXPECT_EQ(names.unique(".."), ".._");
  EXPECT_EQ(names.unique("\xc3\xa4"), "__");
  EXPECT_LE(names.unique(std::string(5'000, 'x')).size(), 200u);
}

TEST(Suggestion, namesWhatWasProbablyMeant) {
  const std::vector<std::string> names = {"input", "output", "data"};
  EXPECT_EQ(nearestName("inptu", names), "input");
  EXPECT_EQ(nearestName("OUTPUT", names), "output");
  EXPECT_EQ(nearestName("weights", names), std::nullopt);
  EXPECT_EQ(nearestName("", names), std::nullopt);
  EXPECT_EQ(suggestion("inpt", names), "did you mean input?");
  EXPECT_EQ(suggestion("zzz", names), "");
}

TEST(Format, bytesAndCounts) {
  EXPECT_EQ(formatBytes(0), "0 B");
  EXPECT_EQ(formatBytes(1023), "1023 B");
  EXPECT_EQ(formatBytes(1536), "1.50 KiB");
  EXPECT_EQ(formatBytes(int64_t{102'231'000}), "97.5 MiB");
  EXPECT_EQ(formatBytes(1023 * 1024), "1023 KiB");
  EXPECT_EQ(formatBytes(INT64_MAX), "8.00 EiB");
  EXPECT_EQ(counted(1, "layer"), "1 layer");
  EXPECT_EQ(counted(0, "layer"), "0 layers");
  EXPECT_EQ(counted(68, "SM"), "68 SM");
  EXPECT_EQ(counted(2, "join in place", "joins in place"), "2 joins in place");
  EXPECT_EQ(formatCount(950), "950");
  EXPECT_EQ(formatCount(25'557'032), "25.6 M");
  EXPECT_EQ(formatCount(999'999), "1.00 M");
  EXPECT_EQ(formatCount(4.089e9), "4.09 G");
  EXPECT_EQ(formatCount(-1500), "-1.50 k");
}

}  // namespace
}  // namespace ridge
