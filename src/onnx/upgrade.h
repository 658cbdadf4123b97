// Older forms of ops become the newest one: attributes turn into inputs, changed meanings are spelled out.
#pragma once

#include <span>

#include "onnx/draft.h"

namespace ridge::onnx {

/// What an upgrade works on. It edits the draft, may add nodes before it, and may queue one after it.
class UpgradeContext {
 public:
  UpgradeContext(Graph& graph, NodeDraft& draft, int64_t opset)
      : graph_(graph), draft_(draft), opset_(opset) {}

  NodeDraft& draft() { return draft_; }
  int64_t opset() const { return opset_; }  ///< that the file was written for
  bool has(size_t input) const { return input < draft_.in.size() && draft_.in[input] != kNoValue; }
  const Value& input(size_t index) const;  ///< Error{input} when it is left out

  /// Takes an attribute out of the draft; nothing when it is not there, Error{input} when it is of another
  /// type.
  template <class T>
  std::optional<T> take(std::string_view name);

  /// A new constant becomes input `index`; Error{input} when the file gives that input already.
  void setInput(size_t index, std::string_view nameHint, Tensor tensor);
  ValueId constant(std::string_view nameHint, const std::vector<int64_t>& values);
  /// A node of a listed op before the draft; returns its output.
  ValueId before(std::string_view opType, AttributeMap attributes, std::vector<ValueId> in);
  /// The draft's output 0 goes through one more node, `opType(output, extra...)`, which now gives the old
  /// value.
  void after(std::string_view opType, std::vector<ValueId> extra);

  /// The queued node, if any; the caller adds it once the draft is in the graph.
  std::optional<NodeDraft>& following() { return following_; }

 private:
  std::string hint(std::string_view suffix) const;

  Graph& graph_;
  NodeDraft& draft_;
  int64_t opset_;
  std::optional<NodeDraft> following_;
};

struct Upgrade {
  std::string_view op;
  int64_t before;  ///< files of this opset or newer have the new form
  void (*run)(UpgradeContext&);
};

/// The name that an op of the standard domain has today: Upsample has become Resize.
std::string_view currentName(std::string_view opType);

/// All of them; several of one op stand in order of opset.
std::span<const Upgrade> upgrades();

/// Runs those that apply to the draft. Error{input} for a form that has no equal today.
void upgradeNode(UpgradeContext& context);

// The functions of the table, by file.
void broadcastByAxis(UpgradeContext& context);  // upgrade_broadcast.cpp
void dropBroadcast(UpgradeContext& context);
void slopesToChannels(UpgradeContext& context);
void upsampleScalesToInput(UpgradeContext& context);  // upgrade_resize.cpp
void plainResize(UpgradeContext& context);
void axesToInput(UpgradeContext& context);  // upgrade_inputs.cpp
void requiredAxesToInput(UpgradeContext& context);
void clipLimitsToInputs(UpgradeContext& context);
void padToInputs(UpgradeContext& context);
void sliceToInputs(UpgradeContext& context);
void splitToInput(UpgradeContext& context);
void splitCountToAttribute(UpgradeContext& context);
void topKToInput(UpgradeContext& context);
void dropoutRatioToInput(UpgradeContext& context);
void paddingsToPads(UpgradeContext& context);
void shapeToInput(UpgradeContext& context);
void tilesToRepeats(UpgradeContext& context);
void dropSpatial(UpgradeContext& context);  // upgrade_meaning.cpp
void refuseTraining(UpgradeContext& context);
void flattenedSoftmax(UpgradeContext& context);
void dropIsTest(UpgradeContext& context);
void dropOutputSequence(UpgradeContext& context);
void typeNameToNumber(UpgradeContext& context);
void secondAxisByDefault(UpgradeContext& context);
void shortSeluConstants(UpgradeContext& context);
void powerToInteger(UpgradeContext& context);
void refuseBatchedScan(UpgradeContext& context);
void unshiftedRegions(UpgradeContext& context);
void sampleModeNames(UpgradeContext& context);
void scalesOfGroups(UpgradeContext& context);

template <class T>
std::optional<T> UpgradeContext::take(std::string_view name) {
  const AttributeValue* found = draft_.attributes.find(name);
  if (!found) return std::nullopt;
  const T* typed = std::get_if<T>(found);
  if (!typed) failInput("attribute " + std::string(name) + " has the wrong type");
  std::optional<T> value = *typed;
  draft_.attributes.erase(name);
  return value;
}

}  // namespace ridge::onnx
