"""ONNX files as trees of protobuf fields, so that lengths, tags and nesting can be damaged one at a time."""
import dataclasses

# message -> {field number: message of its content}; what is not listed is a leaf
SCHEMA = {
    "Model": {7: "Graph", 8: "Pair", 14: "Pair", 25: "Function"},
    "Graph": {1: "Node", 5: "Tensor", 11: "ValueInfo", 12: "ValueInfo", 13: "ValueInfo", 16: "Pair"},
    "Function": {7: "Node", 9: "Pair"},
    "Node": {5: "Attribute", 9: "Pair"},
    "Attribute": {5: "Tensor", 6: "Graph", 11: "Graph"},
    "Tensor": {13: "Pair"},
    "ValueInfo": {2: "Type", 4: "Pair"},
    "Type": {1: "TensorType"},
    "TensorType": {2: "Shape"},
    "Shape": {1: "Dimension"},
    "Dimension": {},
    "Pair": {},
}
VARINT, FIXED64, BYTES, GROUP, END_GROUP, FIXED32 = range(6)


@dataclasses.dataclass
class Field:
    number: int
    kind: int                          # wire type
    content: object = b""              # int for varints, bytes for leaves, list of Field for messages
    message: str | None = None
    length: int | None = None          # a lie about the length of the content
    tag: bytes | None = None           # instead of number and kind
    varint: bytes | None = None        # instead of the value

    @property
    def heavy(self):
        """Weights: damage to them changes numbers, not structure."""
        return isinstance(self.content, bytes) and len(self.content) > 4096


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def write_varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def parse(data, message="Model"):
    """The fields of a well-formed message."""
    fields, at = [], 0
    while at < len(data):
        tag, at = read_varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == VARINT:
            content, at = read_varint(data, at)
        else:
            size = {FIXED64: 8, FIXED32: 4}.get(kind)
            if size is None:
                size, at = read_varint(data, at)
            content, at = data[at:at + size], at + size
        below = SCHEMA.get(message, {}).get(number) if kind == BYTES else None
        fields.append(Field(number, kind, parse(content, below) if below else content, below))
    return fields


def encode(fields):
    out = []
    for field in fields:
        out.append(field.tag if field.tag is not None else write_varint(field.number << 3 | field.kind))
        if isinstance(field.content, int):
            out.append(field.varint if field.varint is not None else write_varint(field.content))
            continue
        content = encode(field.content) if isinstance(field.content, list) else field.content
        if field.kind == BYTES or field.length is not None:
            out.append(write_varint(len(content) if field.length is None else field.length))
        out.append(content)
    return b"".join(out)


def structure_spans(data):
    """Byte ranges (begin, end) outside of large leaves: where a flipped bit is more than another weight."""
    spans, begin, position = [], 0, 0
    for piece, heavy in pieces(parse(data)):
        if heavy:
            spans.append((begin, position))
            begin = position + piece
        position += piece
    spans.append((begin, position))
    return [span for span in spans if span[0] < span[1]]


def pieces(fields):
    """(size, heavy) of every run of bytes in the order of the file."""
    for field in fields:
        if isinstance(field.content, list):
            yield len(encode([field])) - len(encode(field.content)), False
            yield from pieces(field.content)
        elif field.heavy:
            yield len(encode([field])) - len(field.content), False
            yield len(field.content), True
        else:
            yield len(encode([field])), False
