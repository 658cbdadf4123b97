// Names as people write them, and what is said when none fits.
#include <gmock/gmock.h>

#include "analyze/machine/device_table.h"
#include "base/error.h"

namespace ridge::analyze {
namespace {

using testing::HasSubstr;

std::string found(std::string_view name) {
  return findDevice(builtinDevices(), name).name;
}

std::string refusal(std::string_view name) {
  try {
    findDevice(builtinDevices(), name);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    return error.what();
  }
  ADD_FAILURE() << name << " was found";
  return {};
}

TEST(Lookup, WhateverTheCaseAndPunctuation) {
  for (const char* name :
       {"NVIDIA GeForce RTX 3080", "RTX 3080", "rtx3080", "geforce rtx-3080", "nvidia RTX_3080"})
    EXPECT_EQ(found(name), "NVIDIA GeForce RTX 3080") << name;
  EXPECT_EQ(found("RTX 3080 Ti"), "NVIDIA GeForce RTX 3080 Ti");
  EXPECT_EQ(found("Intel(R) Core(TM) i9-14900K"), "Intel Core i9-14900K");
}

TEST(Lookup, Aliases) {
  EXPECT_EQ(found("a100"), "NVIDIA A100 SXM4 40GB");
  EXPECT_EQ(found("Tesla V100"), "NVIDIA Tesla V100 SXM2");
  EXPECT_EQ(found("Jetson AGX Orin"), "NVIDIA Jetson AGX Orin 64GB");
}

TEST(Lookup, AllWordsOfOnlyOneDevice) {
  EXPECT_EQ(found("7950x"), "AMD Ryzen 9 7950X");
  EXPECT_EQ(found("MI300X"), "AMD Instinct MI300X");
  EXPECT_EQ(found("thor"), "NVIDIA Jetson AGX Thor T5000");
  EXPECT_EQ(found("H100 PCIe"), "NVIDIA H100 PCIe");
}

TEST(Lookup, AmbiguousNamesListWhatFits) {
  const std::string h100 = refusal("H100");
  EXPECT_THAT(h100, HasSubstr("fits 2 devices"));
  EXPECT_THAT(h100, HasSubstr("NVIDIA H100 SXM5, NVIDIA H100 PCIe"));
  EXPECT_THAT(refusal("RTX 6000"), HasSubstr("NVIDIA Quadro RTX 6000, NVIDIA RTX 6000 Ada"));
  EXPECT_THAT(refusal("rtx"), HasSubstr("more"));
}

TEST(Lookup, UnknownNamesSuggestTheNearest) {
  EXPECT_THAT(refusal("RTX 3081"), HasSubstr("did you mean NVIDIA GeForce RTX 3080,"));
  EXPECT_THAT(refusal("A101"), HasSubstr("NVIDIA A100"));
  EXPECT_THAT(refusal("Jetson Xaver"), HasSubstr("Xavier"));
  EXPECT_THAT(refusal("ryzen 9950"), HasSubstr("AMD Ryzen 9 9950X"));
}

TEST(Lookup, NamesThatNameNothing) {
  for (const std::string& name :
       {std::string(), std::string("NVIDIA"), std::string("(R)"), std::string("\x01\xff"),
        std::string(100000, 'a'), std::string(100000, ' ')})
    EXPECT_THAT(refusal(name), HasSubstr("ridge device --list"));
}

}  // namespace
}  // namespace ridge::analyze
