#include "onnx/free_names.h"

#include <unordered_map>
#include <unordered_set>

namespace ridge::onnx {

namespace {

using Name = std::string_view;

// One walk with a count of declarations for every name: bodies in bodies cost no more than their nodes.
class Walk {
 public:
  void visit(const wire::NodeProto& node) {
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) visit(attribute.g());
      for (const auto& body : attribute.graphs()) visit(body);
    }
  }

  std::vector<std::string> takeFree() { return std::move(free_); }

 private:
  void visit(const wire::GraphProto& body) {
    std::vector<Name> declared;
    for (const auto& input : body.input()) declared.push_back(input.name());
    for (const auto& tensor : body.initializer()) declared.push_back(tensor.name());
    for (const auto& tensor : body.sparse_initializer()) declared.push_back(tensor.values().name());
    for (const auto& node : body.node())
      for (const std::string& name : node.output()) declared.push_back(name);
    for (const Name name : declared) ++declared_[name];
    for (const auto& node : body.node()) {
      for (const std::string& name : node.input()) read(name);
      visit(node);
    }
    for (const auto& output : body.output()) read(output.name());
    for (const Name name : declared) --declared_[name];
  }

  void read(const std::string& name) {
    if (name.empty()) return;
    const auto known = declared_.find(name);
    if (known != declared_.end() && known->second > 0) return;
    if (seen_.insert(name).second) free_.push_back(name);
  }

  std::unordered_map<Name, int> declared_;
  std::unordered_set<Name> seen_;
  std::vector<std::string> free_;
};

}  // namespace

std::vector<std::string> freeNames(const wire::NodeProto& node) {
  Walk walk;
  walk.visit(node);
  return walk.takeFree();
}

}  // namespace ridge::onnx
