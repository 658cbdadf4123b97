// What the graph knows of an op: one constexpr table per file in src/ops. Protobuf never gets here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "ir/attributes.h"

namespace ridge {

class Graph;
struct Node;
class InferContext;
class KernelContext;
class EvaluateContext;
class ExprBuilder;
class GraphBuilder;

/// Arithmetic of one node. Bytes are those of its logical inputs, constants and outputs, each counted once.
struct Cost {
  int64_t macs = 0;        ///< multiply-adds of convolutions and matrix products
  int64_t operations = 0;  ///< every other arithmetic operation (an activation counts 1 an element)
  int64_t parameters = 0;  ///< elements of constant inputs
  int64_t inputBytes = 0, weightBytes = 0, outputBytes = 0;
};

struct Traits {
  bool elementwise =
      false;          ///< every output element depends on the inputs' elements at its (broadcast) place
  bool view = false;  ///< output 0 is input 0 under another shape, in row-major order (Reshape, Flatten, ...)
  bool commutesWithQdq = false;  ///< moves or selects elements, so Q and DQ may be moved across it
  bool foldable = true;          ///< may be evaluated on constant inputs (never Q or DQ)
  bool deterministic = true;     ///< same inputs, same outputs; not so for Random*
  bool integer = false;          ///< every bit is defined (docs/integer_arithmetic.md): all backends agree
  bool opaque = false;           ///< unknown to Ridgeline; carried, never built
};

struct Op {
  std::string_view name;         ///< ONNX name, or the part after "ridge."
  std::string_view domain = "";  ///< "" is ai.onnx; "ridge" for lowered ops
  int since = 1;                 ///< first opset in which the form that we write exists with our semantics
  int (*sinceFor)(const Node&,
                  const Graph&) = nullptr;  ///< when that depends on attributes or types; else `since`
  int minInputs = 1, maxInputs = 1;         ///< maxInputs -1: variadic
  int minOutputs = 1, maxOutputs = 1;

  AttributesPtr (*attributes)(AttributeReader&) = nullptr;  ///< null: no attributes
  void (*infer)(InferContext&) = nullptr;                   ///< types, shapes, partly known contents
  void (*reference)(KernelContext&) = nullptr;              ///< the truth: double, rounded once
  void (*evaluate)(EvaluateContext&) = nullptr;  ///< instead of `reference`: control flow, sequences, and ops
                                                 ///< whose results' shapes depend on contents (NonZero);
                                                 ///< beside it: for inputs that are no tensors (Identity)
  std::span<const std::string_view> bodies = {};  ///< names of the attributes that are graphs: "then_branch"
  size_t (*scratch)(const Node&, const Graph&) = nullptr;  ///< bytes that `reference` asks for; null: none
  Cost (*cost)(const Node&, const Graph&) = nullptr;       ///< null: moves bytes, computes nothing
  bool (*expr)(const Node&, ExprBuilder&) = nullptr;       ///< false: this node has no float expression
  void (*expand)(const Node&, GraphBuilder&) = nullptr;    ///< the (older) standard nodes it stands for: of
                                                           ///< ridge.* ops, and of ops that passes recognise
  Traits traits = {};
};

/// "Conv", "ridge.silu", "com.microsoft.Foo".
std::string displayName(const Op& op);

}  // namespace ridge
