// MaxPool, AveragePool, LpPool and their global forms.
#pragma once

#include "ir/graph.h"
#include "ops/conv/geometry.h"

namespace ridge {

struct MaxPoolAttributes : AttributesOf<MaxPoolAttributes>, WindowAttributes {
  bool ceilMode = false;
  int64_t storageOrder = 0;  ///< of the Indices output: 1 counts columns first

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    WindowAttributes::visitWindow(self, v);
    v("ceil_mode", self.ceilMode);
    v("storage_order", self.storageOrder);
  }
};

struct AveragePoolAttributes : AttributesOf<AveragePoolAttributes>, WindowAttributes {
  bool ceilMode = false;
  bool countIncludePad = false;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    WindowAttributes::visitWindow(self, v);
    v("ceil_mode", self.ceilMode);
    v("count_include_pad", self.countIncludePad);
  }
};

/// The p-norm of every window; padding counts nothing.
struct LpPoolAttributes : AttributesOf<LpPoolAttributes>, WindowAttributes {
  bool ceilMode = false;
  int64_t p = 2;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    WindowAttributes::visitWindow(self, v);
    v("ceil_mode", self.ceilMode);
    v("p", self.p);
  }
};

struct GlobalLpPoolAttributes : AttributesOf<GlobalLpPoolAttributes> {
  int64_t p = 2;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("p", self.p);
  }
};

/// Number by which an AveragePool divides along one axis for output `o`: kernel positions inside the input
/// or, counting padding, inside the padded input. The divisor of a window is the product over its axes.
int64_t averagedElements(const WindowAxis& axis, int64_t o, bool countIncludePad);

}  // namespace ridge
