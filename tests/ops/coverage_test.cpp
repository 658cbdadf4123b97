// No op, version or element type of ONNX is without a case, unless exceptions.txt says why.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "cases.h"
#include "onnx/upgrade.h"
#include "ops/list.h"

namespace ridge::test {
namespace {

const std::string kFolder = "tests/ops/generated/";

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

/// Lines of a list, without comments.
std::vector<std::string> linesOf(const std::string& name) {
  std::ifstream file(kFolder + name);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && line.front() != '#') lines.push_back(line);
  return lines;
}

/// "OP VERSIONS PARAMETER TYPES: reason"; each field lists with commas, or is *.
struct Exception {
  std::vector<std::string> ops, versions, parameters, types;
  std::string line, reason;
  bool used = false;

  static bool lists(const std::vector<std::string>& field, const std::string& one) {
    return field.front() == "*" || std::ranges::find(field, one) != field.end();
  }
  bool covers(const std::string& op, const std::string& version, const std::string& parameter,
              const std::string& type) const {
    return lists(ops, op) && lists(versions, version) && lists(parameters, parameter) && lists(types, type);
  }
};

std::vector<Exception> exceptions() {
  std::vector<Exception> all;
  for (const std::string& line : linesOf("exceptions.txt")) {
    const size_t colon = line.find(": ");
    const std::vector<std::string> fields = split(line.substr(0, colon), ' ');
    if (colon == std::string::npos || fields.size() != 4) {
      ADD_FAILURE() << "not understood: " << line;
      continue;
    }
    all.push_back({.ops = split(fields[0], ','),
                   .versions = split(fields[1], ','),
                   .parameters = split(fields[2], ','),
                   .types = split(fields[3], ','),
                   .line = line,
                   .reason = line.substr(colon + 2)});
  }
  return all;
}

bool excepted(std::vector<Exception>& all, const std::string& op, const std::string& version,
              const std::string& parameter, const std::string& type) {
  bool found = false;
  for (Exception& one : all)
    if (one.covers(op, version, parameter, type)) found = one.used = true;
  return found;
}

/// "Add-7 T=f32" of every case in an archive.
std::set<std::string> keysOf(const std::string& op) {
  std::set<std::string> keys;
  const std::vector<std::string> archives = generatedOps();
  if (std::ranges::find(archives, op) == archives.end()) return keys;
  for (const std::vector<std::byte>& model : generatedModels(op)) {
    try {
      const GeneratedCase one = generatedCase(model, op);
      const std::string version = one.name.substr(0, one.name.find(' '));
      keys.insert(version);
      for (const std::string& key : one.keys) keys.insert(version + " " + key);
    } catch (const Error&) {  // the test that runs the cases tells
    }
  }
  return keys;
}

bool isKnownToUs(const std::string& op) {
  return op == "Constant" || findOp("", onnx::currentName(op));
}

TEST(GeneratedCoverage, NothingIsWithoutACase) {
  std::vector<Exception> allowed = exceptions();
  std::string of;
  std::set<std::string> keys;
  size_t covered = 0;
  for (const std::string& line : linesOf("versions.txt")) {
    const std::vector<std::string> fields = split(line, ' ');
    const std::string &op = fields.at(0), &version = fields.at(1);
    if (!isKnownToUs(op)) continue;
    if (op != of) keys = keysOf(of = op);
    if (fields.size() == 2 && !keys.contains(op + "-" + version) && !excepted(allowed, op, version, "-", "-"))
      ADD_FAILURE() << op << "-" << version << " has no case";
    for (size_t at = 2; at < fields.size(); ++at) {
      const std::string parameter = split(fields[at], '=').at(0);
      for (const std::string& type : split(split(fields[at], '=').at(1), ',')) {
        const std::string key = op + "-" + version + " " + parameter + "=" + type;
        const bool has = keys.contains(key);
        covered += has;
        if (!has && !excepted(allowed, op, version, parameter, type))
          ADD_FAILURE() << key << " has no case: see tests/ops/generate.py";
      }
    }
  }
  EXPECT_GT(covered, 5000U);
  for (const Exception& one : allowed) EXPECT_TRUE(one.used) << "nothing needs this exception: " << one.line;
}

// A new op of ours that ONNX knows is in the list; a version of ONNX newer than the list is noticed by hand.
TEST(GeneratedCoverage, ListKnowsEveryOpOfOurs) {
  std::set<std::string> listed;
  for (const std::string& line : linesOf("versions.txt")) listed.insert(split(line, ' ').at(0));
  ASSERT_FALSE(listed.empty());
  for (const Op* op : allOps())
    EXPECT_TRUE(!op->domain.empty() || listed.contains(std::string(op->name))) << op->name;
}

}  // namespace
}  // namespace ridge::test
