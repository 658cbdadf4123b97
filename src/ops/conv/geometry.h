// Windows that slide over spatial axes: what Conv and the pools share, resolved once for every user.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ir/shape.h"
#include "ops/inline_vector.h"

namespace ridge {

/// The attributes of every windowed op. Empty vectors stand for ones (strides, dilations) and zeros (pads).
struct WindowAttributes {
  std::string autoPad = "NOTSET";
  std::vector<int64_t> kernelShape = {}, strides = {}, dilations = {};
  std::vector<int64_t> pads = {};  ///< begins of all axes, then ends; ignored unless autoPad is NOTSET

  template <class Self, class V>
  static void visitWindow(Self& self, V& v) {
    v("auto_pad", self.autoPad);
    v("dilations", self.dilations);
    v("kernel_shape", self.kernelShape);
    v("pads", self.pads);
    v("strides", self.strides);
  }
};

/// One spatial axis. Output element o reads input elements o * stride - padBegin + k * dilation for k <
/// kernel; those outside [0, input) are padding.
struct WindowAxis {
  int64_t input = 1, output = 1;
  int64_t kernel = 1, stride = 1, dilation = 1;
  int64_t padBegin = 0, padEnd = 0;  ///< with ceil mode the last windows may reach beyond padEnd

  int64_t reach() const {
    return (kernel - 1) * dilation + 1;
  }  ///< elements from a window's first to its last
  int64_t start(int64_t o) const { return o * stride - padBegin; }
  /// Kernel positions [first, last) whose input element exists, for output `o`.
  std::pair<int64_t, int64_t> inside(int64_t o) const;

  bool operator==(const WindowAxis&) const = default;
};

using WindowAxes = InlineVector<WindowAxis, 3>;

/// Spatial axes with everything concrete: auto_pad resolved, outputs computed. `kernel` and `spatial` have
/// one element per axis. Throws Error{input} for attributes that contradict each other or a window larger
/// than its padded input.
WindowAxes resolveWindow(const WindowAttributes& attrs, std::span<const int64_t> kernel,
                         std::span<const int64_t> spatial, bool ceilMode = false);

/// The same padded to three axes (leading ones of size 1), for code that is written once for 1 to 3 axes.
WindowAxes withThreeAxes(const WindowAxes& axes);

/// Output sizes when the input may be symbolic: a symbol stays where the window keeps every size.
std::vector<Dim> windowOutputs(const WindowAttributes& attrs, std::span<const int64_t> kernel,
                               std::span<const Dim> spatial, bool ceilMode = false);

}  // namespace ridge
