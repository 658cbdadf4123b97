#include "ops/list.h"

#include <string>
#include <unordered_map>

#include "ops/ops.h"

namespace ridge {
namespace {

constexpr const Op* kOps[] = {
#define RIDGE_OP(identifier) &ops::identifier,
#include "ops/ops.inc"
#undef RIDGE_OP
};

std::string keyOf(std::string_view domain, std::string_view name) {
  return std::string(domain == "ai.onnx" ? "" : domain) + "." + std::string(name);
}

}  // namespace

std::span<const Op* const> allOps() {
  return kOps;
}

const Op* findOp(std::string_view domain, std::string_view name) {
  static const auto byName = [] {
    std::unordered_map<std::string, const Op*> map;
    for (const Op* op : kOps) map.emplace(keyOf(op->domain, op->name), op);
    return map;
  }();
  const auto found = byName.find(keyOf(domain, name));
  return found == byName.end() ? nullptr : found->second;
}

}  // namespace ridge
