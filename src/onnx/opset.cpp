#include "onnx/opset.h"

#include <algorithm>
#include <array>

namespace ridge::onnx {

namespace {

struct Release {
  int64_t opset, ir;
};

// The first opset of every IR version, newest first.
constexpr std::array<Release, 11> kReleases{
    {{28, 14}, {25, 13}, {24, 12}, {23, 11}, {21, 10}, {19, 9}, {15, 8}, {12, 7}, {11, 6}, {10, 5}, {0, 4}}};

}  // namespace

int64_t irVersionFor(int64_t opset) {
  return std::find_if(kReleases.begin(), kReleases.end(), [&](const Release& r) { return opset >= r.opset; })
      ->ir;
}

std::string_view canonicalDomain(std::string_view domain) {
  return domain == "ai.onnx" ? "" : domain;
}

}  // namespace ridge::onnx
