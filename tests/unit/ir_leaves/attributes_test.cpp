#include "ir/attributes.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>

#include "support/expect_error.h"

namespace ridge {
namespace {

using test::expectError;

struct Sample : AttributesOf<Sample> {
  int64_t group = 1;
  float alpha = 0.5f;
  bool ceil = false;
  std::string mode = "same";
  std::vector<int64_t> pads;
  std::optional<int64_t> axis;
  std::optional<Tensor> value;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v.required("group", self.group);
    v("alpha", self.alpha);
    v("ceil", self.ceil);
    v("mode", self.mode);
    v("pads", self.pads);
    v("axis", self.axis);
    v("value", self.value);
  }
};

AttributesPtr readSample(const AttributeMap& map) {
  AttributeReader reader(map);
  AttributesPtr result = Sample::read(reader);
  reader.expectAllRead();
  return result;
}

AttributeMap fullMap() {
  AttributeMap map;
  map.set("pads", std::vector<int64_t>{1, 2});
  map.set("group", int64_t{4});
  map.set("alpha", 0.25f);
  map.set("ceil", int64_t{1});
  map.set("mode", std::string("a\"b"));
  map.set("axis", int64_t{-1});
  map.set("value", Tensor::scalar(2.0f));
  return map;
}

TEST(Attributes, readingAndWritingAreInverse) {
  const AttributeMap map = fullMap();
  const AttributesPtr read = readSample(map);
  EXPECT_EQ(static_cast<const Sample&>(*read).axis, -1);
  EXPECT_TRUE(static_cast<const Sample&>(*read).ceil);
  EXPECT_TRUE(read->toMap().sameAs(map));
  EXPECT_EQ(read->toMap().hash(), map.hash());
  EXPECT_EQ(map.toString(),
            "alpha=0.25 axis=-1 ceil=1 group=4 mode=\"a\\\"b\" pads=[1,2] value=float32[scalar]");
}

TEST(Attributes, defaultsAreLeftOut) {
  AttributeMap map;
  map.set("group", int64_t{1});
  map.set("alpha", 0.5f);
  EXPECT_EQ(readSample(map)->toMap().toString(), "group=1");
}

TEST(Attributes, errorsNameTheAttribute) {
  AttributeMap map;
  expectError(ErrorCode::input, "\"group\" is missing", [&] { readSample(map); });
  map.set("group", 1.5f);
  expectError(ErrorCode::input, "\"group\" has the wrong type", [&] { readSample(map); });
  map.set("group", int64_t{1});
  map.set("foo\n", int64_t{1});
  expectError(ErrorCode::input, "no attribute \"foo\\n\"", [&] { readSample(map); });
  map.erase("foo\n");
  map.erase("never there");
  readSample(map);
}

TEST(Attributes, differencesAreSeen) {
  const AttributesPtr first = readSample(fullMap());
  for (const AttributeValue& other :
       {AttributeValue(int64_t{5}), AttributeValue(std::vector<int64_t>{4}), AttributeValue(4.0f)}) {
    AttributeMap map = fullMap();
    map.set("group", other);
    EXPECT_FALSE(map.sameAs(fullMap()));
    EXPECT_NE(map.hash(), fullMap().hash());
  }
  AttributeMap map = fullMap();
  map.set("value", Tensor::scalar(3.0f));
  EXPECT_FALSE(sameAttributes(first, readSample(map)));
  EXPECT_TRUE(sameAttributes(first, readSample(fullMap())));
  EXPECT_FALSE(sameAttributes(first, nullptr));
  EXPECT_TRUE(sameAttributes(nullptr, std::make_shared<NoAttributes>()));
}

TEST(Attributes, floatsAreComparedByTheirBits) {
  AttributeMap nan, zero, minusZero;
  nan.set("x", std::numeric_limits<float>::quiet_NaN());
  zero.set("x", 0.0f);
  minusZero.set("x", -0.0f);
  EXPECT_TRUE(nan.sameAs(AttributeMap(nan)));
  EXPECT_FALSE(zero.sameAs(minusZero));
}

}  // namespace
}  // namespace ridge
