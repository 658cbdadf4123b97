// tests/ops/generated/versions.txt: which types ONNX gives each version of an op.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ridge::test {

struct KnownVersion {
  int64_t number = 0;
  std::vector<std::string> in, out;  ///< type parameter, or type; the last one stands for all that follow
  std::map<std::string, std::vector<std::string>> types;  ///< by type parameter
};

/// Lines of a list in tests/ops/generated, without comments.
std::vector<std::string> listed(const std::string& file);
std::vector<std::string> split(const std::string& text, char separator);

/// By op, oldest version first.
const std::map<std::string, std::vector<KnownVersion>>& knownVersions();

}  // namespace ridge::test
