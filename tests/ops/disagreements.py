"""Where a peer answers otherwise than the specification says, and what it says: recipes give the answer themselves there."""

OF_NOTHING = "A dimension of length 0 is reduced to the value of an empty set; ONNX Runtime leaves it as it is."
FIRST_OPSETS = "Until opset 6 the second operand stood at `axis`; onnx.reference broadcasts it at the end."
DISAGREEMENTS = {
    **{(op, "ONNX Runtime"): OF_NOTHING for op in ("ArgMax", "ArgMin", "ReduceL1", "ReduceL2", "ReduceProd", "ReduceSum",
                                                   "ReduceSumSquare")},
    **{(op, "onnx.reference"): FIRST_OPSETS for op in ("Div", "Sub", "PRelu")},
    ("AveragePool", "onnx.reference"): "Before opset 7 padding did not count; onnx.reference counts it.",
    ("Bernoulli", "ONNX Runtime"): "The input is the probability of a 1; ONNX Runtime draws a 0 with it.",
    ("Constant", "ONNX Runtime"): "Its Python hands over float4 as packed bytes.",
    ("Dropout", "ONNX Runtime"): "At inference nothing is masked, all is true (said since opset 12); in opset 10 it gives false.",
    ("EyeLike", "ONNX Runtime"): "Without dtype the result has the type of the input, which the question in f32 or i64 changes.",
    ("Gemm", "onnx.reference"): "It adds C once when beta is 0.",
    ("GlobalMaxPool", "onnx.reference"): "All dimensions behind the channels are pooled; onnx.reference takes the last two.",
    ("LRN", "onnx.reference"): "It computes doubles in single precision.",
    ("QLinearMatMul", "onnx.reference"): "It rounds halves otherwise, and requantizes in double precision.",
    ("ReduceLogSumExp", "ONNX Runtime"): "Whole results are cut off: 42 where the logarithm is 42.0, not 41.",
    ("Shape", "onnx.reference"): "An end before the first dimension is clamped to 0.",
    ("SplitToSequence", "ONNX Runtime"): "keepdims means nothing when `split` is given; ONNX Runtime drops the dimension.",
    ("Unsqueeze", "onnx.reference"): "Negative axes count in the result; it inserts them one by one.",
}


def is_known(op, who):
    return any(op == one and who.startswith(peer) for one, peer in DISAGREEMENTS)
