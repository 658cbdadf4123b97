#include "ops/kernel_context.h"

#include "base/error.h"

namespace ridge {

int64_t TensorView::count() const {
  int64_t product = 1;
  for (int64_t extent : dims) product *= extent;
  return product;
}

void KernelContext::fail(std::string sentence) const {
  failInput(std::move(sentence));
}

}  // namespace ridge
