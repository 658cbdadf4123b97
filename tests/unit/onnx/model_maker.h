// Small ONNX models made by hand, through the wire classes.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include "onnx/reader.h"
#include "onnx_wire.pb.h"

namespace ridge::onnx::test {

using Names = std::vector<std::string>;

class ModelMaker {
 public:
  explicit ModelMaker(int64_t opset = 17, int64_t irVersion = 8);

  wire::ModelProto& proto() { return proto_; }
  wire::GraphProto& graph() { return *proto_.mutable_graph(); }

  /// Dimensions below zero become the symbol "N".
  wire::ValueInfoProto& input(const std::string& name, std::vector<int64_t> dims, DType type = DType::f32);
  wire::ValueInfoProto& output(const std::string& name);
  wire::NodeProto& node(const std::string& op, const Names& in, const Names& out,
                        const std::string& name = {});
  wire::TensorProto& initializer(const std::string& name, std::vector<int64_t> dims,
                                 std::vector<float> values);
  wire::TensorProto& initializer(const std::string& name, std::vector<int64_t> values);
  void import(const std::string& domain, int64_t version);

  std::string bytes() const { return proto_.SerializeAsString(); }
  Model read(const ReadOptions& options = {}) const;
  Model readIn(const std::filesystem::path& directory) const;

 private:
  wire::ModelProto proto_;
};

void setInt(wire::NodeProto& node, const std::string& name, int64_t value);
void setFloat(wire::NodeProto& node, const std::string& name, float value);
void setInts(wire::NodeProto& node, const std::string& name, std::vector<int64_t> values);

Model readBytes(const std::string& bytes, const ReadOptions& options = {});
wire::ModelProto parseBytes(const std::string& bytes);

/// Element types and ops of the live nodes in order, "Flatten Softmax Reshape".
std::string opsOf(const Graph& graph);

/// The message of the Error that `work` throws; "" when it throws none. Any other exception leaves.
template <class Work>
std::string errorOf(Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

/// A directory of its own, removed at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path path_;
};

}  // namespace ridge::onnx::test
