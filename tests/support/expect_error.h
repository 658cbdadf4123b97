// Expects a ridge::Error of one kind whose line contains a text.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace ridge::test {

template <class Work>
void expectError(ErrorCode code, const std::string& part, Work&& work) {
  try {
    work();
    ADD_FAILURE() << "no error; expected one with: " << part;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_THAT(error.what(), testing::HasSubstr(part));
  }
}

}  // namespace ridge::test
