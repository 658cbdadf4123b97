// BitShift. Signed numbers shift arithmetically; shifts by no place of the type leave only the sign.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {
namespace {

struct BitShiftAttributes : AttributesOf<BitShiftAttributes> {
  std::string direction;  // "LEFT" or "RIGHT"

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v.required("direction", self.direction);
  }
};

bool shiftsLeft(const Node& node) {
  return node.as<BitShiftAttributes>().direction == "LEFT";
}

void infer(InferContext& c) {
  c.require(shiftsLeft(c.node()) || c.attrs<BitShiftAttributes>().direction == "RIGHT",
            "direction must be \"LEFT\" or \"RIGHT\"");
  inferIntegers(c);
}

// The upper bits of numbers narrower than T are cut off when the result is stored.
template <class T>
T shifted(T x, T y, bool left, int bits) {
  const bool outside = y < T{0} || y >= static_cast<T>(bits);
  if (left) return outside ? T{0} : static_cast<T>(static_cast<uint64_t>(x) << y);
  if (outside) return x < T{0} ? static_cast<T>(-1) : T{0};
  return static_cast<T>(x >> y);
}

void reference(KernelContext& k) {
  const bool left = shiftsLeft(k.node());
  const int bits = bitsOf(k.input(0).type);
  withIntegerClass(
      k, [&]<class T>() { mapElements<T, T, T>(k, [=](T x, T y) { return shifted(x, y, left, bits); }); });
}

}  // namespace

constinit const Op bitShift{
    .name = "BitShift",
    .since = 11,
    .sinceFor =
        [](const Node& node, const Graph& graph) {
          const DType type = inputType(node, graph, 0);
          const bool isSigned =
              type == DType::i8 || type == DType::i16 || type == DType::i32 || type == DType::i64;
          return isSigned ? 28 : 11;
        },
    .minInputs = 2,
    .maxInputs = 2,
    .attributes = BitShiftAttributes::read,
    .infer = infer,
    .reference = reference,
    .cost = costPerOutput<1>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
