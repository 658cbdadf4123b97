// The tactics of the CPU backend, one a file.
#pragma once

#include "cpu/tactic.h"

namespace ridge::cpu {

extern const Tactic kAttention;      ///< softmax(scale * Q K^T + mask) V
extern const Tactic kBatchMatMul;    ///< matrix products of two results
extern const Tactic kConvDepthwise;  ///< depthwise convolution, channels-last
extern const Tactic kConvGemm;       ///< any convolution as tiles of the GEMM family
extern const Tactic kCopy;           ///< copies between arrays of any strides
extern const Tactic kGather;         ///< rows by their indices
extern const Tactic kGlobalPool;     ///< average or maximum over all pixels
extern const Tactic kMatMul;         ///< matrix products with a constant right side
extern const Tactic kNorm;           ///< LayerNormalization and its kin
extern const Tactic kPointwise;      ///< elementwise regions, by the vector interpreter
extern const Tactic kPool;           ///< MaxPool, AveragePool
extern const Tactic kQAdd;           ///< sums of two quantized tensors
extern const Tactic kQConv;          ///< convolutions of bytes
extern const Tactic kQMatMul;        ///< products of bytes with constant weights
extern const Tactic kQuantize;       ///< QuantizeLinear and DequantizeLinear that stand alone
extern const Tactic kReduce;         ///< ReduceMean, ReduceSum, ReduceMax
extern const Tactic kSoftmax;        ///< Softmax along any axis

}  // namespace ridge::cpu
