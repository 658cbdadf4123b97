#include "base/npy.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace ridge {
namespace {

using test::expectError;

std::span<const std::byte> bytesOf(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string version1(std::string_view dictionary) {
  std::string file("\x93NUMPY\1\0", 8);
  file += static_cast<char>(dictionary.size() & 0xff);
  file += static_cast<char>(dictionary.size() >> 8);
  file += dictionary;
  return file;
}

NpyHeader parse(std::string_view dictionary) {
  const std::string file = version1(dictionary);
  return parseNpyHeader(bytesOf(file));
}

TEST(Npy, ownHeadersAreRead) {
  for (const std::vector<int64_t>& dims : {std::vector<int64_t>{}, {7}, {2, 3}, {0, 1LL << 40}}) {
    const std::string text = makeNpyHeader("<f4", dims);
    EXPECT_EQ(text.size() % 64, 0u);
    EXPECT_EQ(text.back(), '\n');
    const NpyHeader header = parseNpyHeader(bytesOf(text));
    EXPECT_EQ(header.descr, "<f4");
    EXPECT_EQ(header.dims, dims);
    EXPECT_FALSE(header.fortranOrder);
    EXPECT_EQ(header.dataOffset, text.size());
  }
}

TEST(Npy, headersOfOtherWritersAreRead) {
  const NpyHeader header = parse("{\"shape\":(2L, 3L),'fortran_order' : True, 'descr': '>i8'}   \n");
  EXPECT_EQ(header.dims, (std::vector<int64_t>{2, 3}));
  EXPECT_TRUE(header.fortranOrder);
  EXPECT_EQ(header.descr, ">i8");
  const std::string two = std::string("\x93NUMPY\2\0\x3c\0\0\0", 12) +
                          "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }   \n";
  EXPECT_EQ(parseNpyHeader(bytesOf(two)).dims, (std::vector<int64_t>{3}));
}

TEST(Npy, brokenHeadersAreRefused) {
  const auto refused = [](std::string_view dictionary, const std::string& why) {
    expectError(ErrorCode::input, why, [&] { parse(dictionary); });
  };
  refused("", "missing");
  refused("{'descr': '<f4', 'fortran_order': False}", "is missing");
  refused("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "not a number");
  refused("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "not a number");
  refused("{'descr': '<f4', 'fortran_order': 0, 'shape': ()}", "True or False");
  refused("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}", "records");
  refused("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}", "twice");
  refused("{'descr': '<f4", "does not end");
  refused("{'descr': '<f4', 'fortran_order': False, 'shape': ()} x", "after");
  std::string axes;
  for (int axis = 0; axis < 65; ++axis) axes += "1,";
  refused("{'descr': '<f4', 'fortran_order': False, 'shape': (" + axes + ")}", "axes");
}

TEST(Npy, everyCutIsRefused) {
  const std::string whole = makeNpyHeader("<f4", std::vector<int64_t>{2, 3});
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(parseNpyHeader(bytesOf(std::string_view(whole).substr(0, size))), Error) << size;
}

TEST(Npy, types) {
  EXPECT_TRUE(parseNpyType(">f8").bigEndian);
  EXPECT_EQ(parseNpyType("<c16").bytes, 16);
  EXPECT_EQ(parseNpyType("|u1").kind, 'u');
  expectError(ErrorCode::input, "pickles", [] { parseNpyType("|O"); });
  for (const char* text : {"", "<", "f", "<f-4", "<fx"})
    expectError(ErrorCode::input, "unknown", [&] { parseNpyType(text); });
}

}  // namespace
}  // namespace ridge
