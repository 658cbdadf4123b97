#include "common/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace ridge::tool {

namespace {

bool contains(const std::vector<std::pair<std::string, std::string>>& carried, const std::string& input) {
  return std::any_of(carried.begin(), carried.end(), [&](const auto& pair) { return pair.second == input; });
}

Tensor rowOf(const Tensor& tensor, const Dims& dims, int64_t row) {
  Tensor copy = Tensor::allocate(tensor.type(), dims);
  const auto from = tensor.bytes().subspan(static_cast<size_t>(row) * copy.byteSize(), copy.byteSize());
  std::copy(from.begin(), from.end(), copy.mutableBytes().begin());
  return copy;
}

Tensor joined(const std::vector<const Tensor*>& rows, const std::string& name, bool keepsAxis) {
  const Tensor& first = *rows.front();
  Dims dims = first.dims();
  if (keepsAxis && !dims.empty() && dims[0] == 1)
    dims[0] = static_cast<int64_t>(rows.size());
  else
    dims.insert(dims.begin(), static_cast<int64_t>(rows.size()));
  Tensor all = Tensor::allocate(first.type(), dims);
  std::byte* to = all.mutableBytes().data();
  for (const Tensor* row : rows) {
    if (row->dims() != first.dims() || row->type() != first.type())
      failInput(fmt::format("its shape changes from {} to {} between rows", toString(first.dims()),
                            toString(row->dims())),
                fmt::format("output {}", escaped(name)), "run the rows one by one");
    if (row->byteSize() > 0) std::memcpy(to, row->bytes().data(), row->byteSize());
    to += row->byteSize();
  }
  return all;
}

}  // namespace

void RowFlags::add(CLI::App& app) {
  app.add_flag("--each-row", eachRow, "one execution for each row (leading axis) of the given arrays");
  app.add_option("--carry", carry,
                 "OUT=IN: with --each-row, an output becomes an input of the next execution");
}

std::vector<std::pair<std::string, std::string>> RowFlags::carried() const {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& item : splitCommas(carry)) {
    const size_t equals = item.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == item.size())
      failUsage(fmt::format("'{}' does not name an output and an input", escaped(item)), "--carry",
                "write it like stateN=state");
    pairs.emplace_back(item.substr(0, equals), item.substr(equals + 1));
    if (std::count_if(pairs.begin(), pairs.end(),
                      [&](const auto& p) { return p.second == pairs.back().second; }) > 1)
      failUsage(fmt::format("input '{}' is carried into twice", escaped(pairs.back().second)), "--carry",
                "give each input one output");
  }
  if (!pairs.empty() && !eachRow)
    failUsage("state is carried from one execution to the next, and there is only one", "--carry",
              "add --each-row");
  return pairs;
}

Rows::Rows(NamedInputs given, const std::vector<InputInfo>& known,
           const std::vector<std::pair<std::string, std::string>>& carried)
    : given_(std::move(given)), carried_(carried) {
  for (const InputInfo& input : known) {
    const auto found = given_.find(input.name);
    if (found == given_.end() || contains(carried_, input.name)) continue;
    const Dims& dims = found->second.dims();
    if (dims.empty() || !input.shape.ranked()) continue;
    const auto rank = static_cast<size_t>(input.shape.rank());
    const bool more = dims.size() == rank + 1;
    const bool own = !more && (dims[0] == 1 || input.shape[0] == Dim(dims[0]));
    if (dims.size() < rank || own) continue;
    if (count_ >= 0 && count_ != dims[0])
      failUsage(fmt::format("inputs have {} and {} rows", count_, dims[0]), "--each-row",
                "give arrays of the same leading size");
    if (found->second.type() == DType::string || bitsOf(found->second.type()) < 8)
      failUsage(fmt::format("input '{}' cannot be cut into rows", escaped(input.name)), "--each-row",
                "run it as a whole");
    count_ = dims[0];
    keepsAxis_ = keepsAxis_ && !more;
    Dims one(dims.begin() + 1, dims.end());
    if (!more) one.insert(one.begin(), 1);
    cuts_.push_back({input.name, std::move(one)});
  }
  if (given_.empty()) failUsage("no array is given", "--each-row", "give an --input with rows");
  if (count_ == 0) failInput("the given arrays have no row", {}, "give at least one");
  if (count_ < 0) count_ = 1;
}

NamedInputs Rows::at(int64_t row) const {
  NamedInputs inputs = given_;
  for (const Cut& cut : cuts_) inputs[cut.name] = rowOf(given_.at(cut.name), cut.dims, row);
  if (row > 0)
    for (const auto& pair : carried_) inputs.erase(pair.second);
  return inputs;
}

NamedTensors Rows::join(const std::vector<NamedTensors>& outputs) const {
  NamedTensors all;
  for (size_t at = 0; at < outputs.front().size(); ++at) {
    const std::string& name = outputs.front()[at].first;
    if (std::any_of(carried_.begin(), carried_.end(), [&](const auto& pair) { return pair.first == name; })) {
      all.push_back(outputs.back()[at]);
      continue;
    }
    std::vector<const Tensor*> rows;
    for (const NamedTensors& each : outputs) rows.push_back(&each[at].second);
    all.emplace_back(name, joined(rows, name, keepsAxis_));
  }
  return all;
}

}  // namespace ridge::tool
