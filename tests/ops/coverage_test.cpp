// No op, version or element type of ONNX is without a case, unless exceptions.txt says why.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "cases.h"
#include "known_versions.h"
#include "onnx/upgrade.h"
#include "ops/list.h"

namespace ridge::test {
namespace {

/// "OP VERSIONS PARAMETER TYPES: reason"; each field lists with commas, or is *.
struct Exception {
  std::vector<std::vector<std::string>> fields;
  std::string line;
  bool used = false;

  bool covers(const std::vector<std::string>& what) const {
    for (size_t at = 0; at < fields.size(); ++at)
      if (fields[at].front() != "*" && std::ranges::find(fields[at], what[at]) == fields[at].end())
        return false;
    return true;
  }
};

std::vector<Exception> exceptions() {
  std::vector<Exception> all;
  for (const std::string& line : listed("exceptions.txt")) {
    const size_t colon = line.find(": ");
    Exception one{.fields = {}, .line = line};
    for (const std::string& field : split(line.substr(0, colon), ' '))
      one.fields.push_back(split(field, ','));
    if (colon == std::string::npos || one.fields.size() != 4)
      ADD_FAILURE() << "not understood: " << line;
    else
      all.push_back(std::move(one));
  }
  return all;
}

bool excepted(std::vector<Exception>& all, const std::vector<std::string>& what) {
  bool found = false;
  for (Exception& one : all)
    if (one.covers(what)) found = one.used = true;
  return found;
}

/// "Add-7 T=f32" and "Add-7" of every case in an op's archive.
std::set<std::string> keysOf(const std::string& op) {
  std::set<std::string> keys;
  const std::vector<std::string> archives = generatedOps();
  if (std::ranges::find(archives, op) == archives.end()) return keys;
  for (const std::vector<std::byte>& model : generatedModels(op)) {
    try {
      const GeneratedCase one = generatedCase(model, op);
      const std::string version = split(one.name, ' ').at(0);
      keys.insert(version);
      for (const std::string& key : one.keys) keys.insert(version + " " + key);
    } catch (const Error&) {  // the test that runs the cases tells
    }
  }
  return keys;
}

/// Everything that a version must have a case of: (op, version, parameter, type).
std::vector<std::vector<std::string>> wantedOf(const std::string& op, const KnownVersion& version) {
  const std::string number = std::to_string(version.number);
  if (version.types.empty()) return {{op, number, "-", "-"}};
  std::vector<std::vector<std::string>> wanted;
  for (const auto& [parameter, types] : version.types)
    for (const std::string& type : types) wanted.push_back({op, number, parameter, type});
  return wanted;
}

TEST(GeneratedCoverage, NothingIsWithoutACase) {
  std::vector<Exception> allowed = exceptions();
  size_t covered = 0;
  for (const auto& [op, versions] : knownVersions()) {
    if (op != "Constant" && !findOp("", onnx::currentName(op))) continue;  // not supported at all
    const std::set<std::string> keys = keysOf(op);
    for (const KnownVersion& version : versions)
      for (const std::vector<std::string>& what : wantedOf(op, version)) {
        std::string key = what[0] + "-" + what[1];
        if (what[2] != "-") key += " " + what[2] + "=" + what[3];
        const bool has = keys.contains(key);
        covered += has;
        if (has || excepted(allowed, what)) continue;
        ADD_FAILURE() << key << " has no case: see tests/ops/generate.py";
      }
  }
  EXPECT_GT(covered, 5000U);
  for (const Exception& one : allowed) EXPECT_TRUE(one.used) << "nothing needs this exception: " << one.line;
  RecordProperty("covered", static_cast<int>(covered));
}

TEST(GeneratedCoverage, ListKnowsEveryOpOfOurs) {
  ASSERT_FALSE(knownVersions().empty());
  for (const Op* op : allOps())
    EXPECT_TRUE(!op->domain.empty() || knownVersions().contains(std::string(op->name))) << op->name;
}

}  // namespace
}  // namespace ridge::test
