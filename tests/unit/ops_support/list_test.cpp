#include "ops/list.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "ops/ops.h"

namespace ridge {
namespace {

TEST(OpList, FindsByDomainAndName) {
  EXPECT_EQ(findOp("", "Conv"), &ops::conv);
  EXPECT_EQ(findOp("ai.onnx", "Conv"), &ops::conv);
  EXPECT_EQ(findOp("com.example", "Conv"), nullptr);
  EXPECT_EQ(findOp("", "conv"), nullptr);
}

TEST(OpList, EveryOpIsWhole) {
  std::set<std::string> seen;
  for (const Op* op : allOps()) {
    const std::string name = displayName(*op);
    EXPECT_TRUE(seen.insert(name).second) << name << " is listed twice";
    EXPECT_TRUE(op->infer) << name;
    EXPECT_TRUE(op->reference || op->evaluate || op->expand) << name;
    EXPECT_LE(op->minInputs, op->maxInputs < 0 ? 1 << 20 : op->maxInputs) << name;
  }
}

}  // namespace
}  // namespace ridge
