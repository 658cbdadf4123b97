#include "cpu/kernels/copy/transpose.h"

#include <emmintrin.h>

namespace ridge::cpu {
namespace {

__m128i load(const uint32_t* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}
void store(uint32_t* p, __m128i v) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), v);
}

void transposeTile(const uint32_t* in, int64_t inStride, uint32_t* out, int64_t outStride) {
  const __m128i a = load(in), b = load(in + inStride), c = load(in + 2 * inStride),
                d = load(in + 3 * inStride);
  const __m128i abLow = _mm_unpacklo_epi32(a, b), abHigh = _mm_unpackhi_epi32(a, b);
  const __m128i cdLow = _mm_unpacklo_epi32(c, d), cdHigh = _mm_unpackhi_epi32(c, d);
  store(out, _mm_unpacklo_epi64(abLow, cdLow));
  store(out + outStride, _mm_unpackhi_epi64(abLow, cdLow));
  store(out + 2 * outStride, _mm_unpacklo_epi64(abHigh, cdHigh));
  store(out + 3 * outStride, _mm_unpackhi_epi64(abHigh, cdHigh));
}

}  // namespace

void transpose(const uint32_t* in, int64_t inStride, uint32_t* out, int64_t outStride, int64_t rows,
               int64_t columns) {
  constexpr int64_t kBlock =
      16;  // of columns: a cache line of the output is finished before the next is begun
  for (int64_t c = 0; c < columns; c += kBlock) {
    const int64_t width = columns - c < kBlock ? columns - c : kBlock;
    const int64_t wholeColumns = width / 4 * 4, wholeRows = rows / 4 * 4;
    const uint32_t* from = in + c * inStride;
    for (int64_t r = 0; r < wholeRows; r += 4)
      for (int64_t j = 0; j < wholeColumns; j += 4)
        transposeTile(from + r + j * inStride, inStride, out + r * outStride + c + j, outStride);
    transpose<uint32_t>(from + wholeRows, inStride, out + wholeRows * outStride + c, outStride,
                        rows - wholeRows, width);
    transpose<uint32_t>(from + wholeColumns * inStride, inStride, out + c + wholeColumns, outStride,
                        wholeRows, width - wholeColumns);
  }
}

}  // namespace ridge::cpu
