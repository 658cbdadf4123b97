"""What ONNX says of its ops: versions, type constraints, and which of their types have a NumPy form."""
import collections

import numpy as np
import onnx.defs
from onnx import TensorProto, helper

NEWEST = 28  # opset that the cases know; raise it together with kNewestOpset of src/onnx/opset.h

# The short name of each element type, as our sources call it, and the number that ONNX gives it.
NUMBERS = {"f32": 1, "u8": 2, "i8": 3, "u16": 4, "i16": 5, "i32": 6, "i64": 7, "string": 8, "bool": 9, "f16": 10, "f64": 11,
           "u32": 12, "u64": 13, "complex64": 14, "complex128": 15, "bf16": 16, "f8e4m3fn": 17, "f8e4m3fnuz": 18,
           "f8e5m2": 19, "f8e5m2fnuz": 20, "u4": 21, "i4": 22, "f4e2m1": 23, "f8e8m0": 24, "u2": 25, "i2": 26}
NUMPY = {name: np.dtype(helper.tensor_dtype_to_np_dtype(number)) for name, number in NUMBERS.items()}
SHORT = {TensorProto.DataType.Name(number).lower(): name for name, number in NUMBERS.items()}

FLOATS = {"f16", "bf16", "f32", "f64"}
SIGNED = {"i2", "i4", "i8", "i16", "i32", "i64"}
UNSIGNED = {"u2", "u4", "u8", "u16", "u32", "u64"}
INTEGERS = SIGNED | UNSIGNED


def short(text):
    """tensor(float16) -> f16; seq(tensor(float16)) -> seq(f16)."""
    for kind in ("seq(", "optional(", "map("):
        if text.startswith(kind):
            return kind + short(text[len(kind):-1]) + ")"
    return SHORT.get(text[len("tensor("):-1], text) if text.startswith("tensor(") else text


class Version:
    """One version of an op: its number, the opset that ends it, its formal parameters and what their types may be."""

    def __init__(self, schema, end):
        self.schema, self.number, self.end = schema, schema.since_version, end
        self.types = {one.type_param_str: sorted(short(text) for text in one.allowed_type_strs)
                      for one in schema.type_constraints}

    def formals(self, which, count):
        formal = getattr(self.schema, which)
        return [formal[min(at, len(formal) - 1)] for at in range(count)] if formal else []


def versions():
    """Every version of every op of the standard domain, in order, by op."""
    by_op = collections.defaultdict(list)
    for schema in onnx.defs.get_all_schemas_with_history():
        if schema.domain == "" and schema.since_version <= NEWEST:
            by_op[schema.name].append(schema)
    made = {}
    for op, schemas in sorted(by_op.items()):
        schemas.sort(key=lambda schema: schema.since_version)
        ends = [schema.since_version - 1 for schema in schemas[1:]] + [NEWEST]
        # GroupNormalization was withdrawn from its start, but files have it; Upsample and Scatter ended.
        made[op] = [Version(schema, end) for schema, end in zip(schemas, ends) if not schema.deprecated or schema is schemas[0]]
    return made
