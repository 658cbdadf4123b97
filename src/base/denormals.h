// Subnormal floats cost some CPUs a hundred cycles an operation; networks do not need them.
#pragma once

#include <xmmintrin.h>

namespace ridge {

/// Subnormal inputs and results count as zero in this thread, and in pool work started from it, until the end
/// of the scope; then the thread's former mode is back.
class FlushDenormals {
 public:
  FlushDenormals() : saved_(_mm_getcsr()) { _mm_setcsr(saved_ | kFlushToZero | kDenormalsAreZero); }
  ~FlushDenormals() { _mm_setcsr(saved_); }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  static constexpr unsigned kFlushToZero = 0x8000, kDenormalsAreZero = 0x0040;
  unsigned saved_;
};

}  // namespace ridge
