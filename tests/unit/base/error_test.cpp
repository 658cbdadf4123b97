#include "base/error.h"

#include <gtest/gtest.h>

namespace ridge {
namespace {

TEST(Error, lineHasPlacesFromOuterToInner) {
  Error error(ErrorCode::input, "bad\nthing", "attribute pads", "fix it");
  error.addContext("node Conv_3").addContext("file m.onnx");
  EXPECT_STREQ(error.what(), "bad thing (file m.onnx, node Conv_3, attribute pads): fix it");
  EXPECT_EQ(static_cast<int>(error.code()), 3);
}

TEST(Error, withContextAddsThePlaceOnlyOnFailure) {
  EXPECT_EQ(withContext([] { return std::string("never built"); }, [] { return 7; }), 7);
  try {
    withContext([] { return std::string("outer"); }, [] { failUsage("what", "inner"); });
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.fullWhere(), "outer, inner");
  }
}

TEST(Error, brokenInvariantsAreInternalErrors) {
  check(true, "fine");
  try {
    check(false, "a sentence");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::internal);
    EXPECT_NE(error.message().find("a sentence"), std::string::npos);
  }
}

}  // namespace
}  // namespace ridge
