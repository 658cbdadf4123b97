#include "model_maker.h"

#include <stdlib.h>

#include <fstream>

#include "base/error.h"
#include "ir/op.h"

namespace ridge::onnx::test {

ModelMaker::ModelMaker(int64_t opset, int64_t irVersion) {
  proto_.set_ir_version(irVersion);
  import("", opset);
  graph().set_name("small");
}

void ModelMaker::import(const std::string& domain, int64_t version) {
  auto& entry = *proto_.add_opset_import();
  entry.set_domain(domain);
  entry.set_version(version);
}

wire::ValueInfoProto& ModelMaker::input(const std::string& name, std::vector<int64_t> dims, DType type) {
  auto& info = *graph().add_input();
  info.set_name(name);
  auto& tensor = *info.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(static_cast<int32_t>(type));
  tensor.mutable_shape();
  for (int64_t dim : dims) {
    auto& out = *tensor.mutable_shape()->add_dim();
    if (dim < 0)
      out.set_dim_param("N");
    else
      out.set_dim_value(dim);
  }
  return info;
}

wire::ValueInfoProto& ModelMaker::output(const std::string& name) {
  auto& info = *graph().add_output();
  info.set_name(name);
  return info;
}

wire::NodeProto& ModelMaker::node(const std::string& op, const Names& in, const Names& out,
                                  const std::string& name) {
  auto& node = *graph().add_node();
  node.set_op_type(op);
  if (!name.empty()) node.set_name(name);
  for (const std::string& each : in) node.add_input(each);
  for (const std::string& each : out) node.add_output(each);
  return node;
}

wire::TensorProto& ModelMaker::initializer(const std::string& name, std::vector<int64_t> dims,
                                           std::vector<float> values) {
  auto& tensor = *graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(static_cast<int32_t>(DType::f32));
  for (int64_t dim : dims) tensor.add_dims(dim);
  tensor.set_raw_data(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  return tensor;
}

wire::TensorProto& ModelMaker::initializer(const std::string& name, std::vector<int64_t> values) {
  auto& tensor = *graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(static_cast<int32_t>(DType::i64));
  tensor.add_dims(static_cast<int64_t>(values.size()));
  for (int64_t value : values) tensor.add_int64_data(value);
  return tensor;
}

Model ModelMaker::read(const ReadOptions& options) const {
  return readBytes(bytes(), options);
}

Model ModelMaker::readIn(const std::filesystem::path& directory) const {
  const std::string content = bytes();
  return readModel(std::as_bytes(std::span(content)), "small.onnx", directory);
}

namespace {
wire::AttributeProto& attribute(wire::NodeProto& node, const std::string& name, int32_t type) {
  auto& made = *node.add_attribute();
  made.set_name(name);
  made.set_type(type);
  return made;
}
}  // namespace

void setInt(wire::NodeProto& node, const std::string& name, int64_t value) {
  attribute(node, name, 2).set_i(value);
}
void setFloat(wire::NodeProto& node, const std::string& name, float value) {
  attribute(node, name, 1).set_f(value);
}
void setInts(wire::NodeProto& node, const std::string& name, std::vector<int64_t> values) {
  auto& made = attribute(node, name, 7);
  for (int64_t value : values) made.add_ints(value);
}

Model readBytes(const std::string& bytes, const ReadOptions& options) {
  return readModel(std::as_bytes(std::span(bytes)), "small.onnx", std::nullopt, options);
}

wire::ModelProto parseBytes(const std::string& bytes) {
  wire::ModelProto proto;
  check(proto.ParseFromString(bytes), "a test's model can be parsed");
  return proto;
}

std::string opsOf(const Graph& graph) {
  std::string text;
  for (NodeId id : graph.order()) {
    if (!text.empty()) text += ' ';
    text += displayName(*graph.node(id).op);
  }
  return text;
}

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "ridge_onnx_XXXXXX").string();
  check(::mkdtemp(pattern.data()) != nullptr, "a temporary directory can be made");
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryDirectory::write(const std::string& name, const std::string& content) const {
  std::ofstream(path_ / name, std::ios::binary) << content;
  return path_ / name;
}

}  // namespace ridge::onnx::test
