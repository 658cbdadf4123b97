"""Damage to the bytes of a file and to its protobuf fields. Each function returns (what was done, the new bytes)."""
from model_checks import wire

EXTREMES = (0, 1, 2, 0x7F, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
STRINGS = (b"", b"\xff\xfe\x80", b"a\nb\rridge: error: forged", b"\x1b[31mred\x1b[0m", b"\x00", b"%s%n{}{0}",
           b"../../../../etc/passwd", b"x" * 1_000_000, "\u202e\U0001f600".encode(), b"input", b"output")


def pick(rng, items):
    return items[int(rng.integers(len(items)))]


def flip_structure(data, rng):
    """Bits of everything but weights."""
    changed = bytearray(data)
    spans = wire.structure_spans(data)
    places = []
    for _ in range(int(rng.integers(1, 9))):
        begin, end = pick(rng, spans)
        places.append(int(rng.integers(begin, end)))
        changed[places[-1]] ^= 1 << int(rng.integers(8))
    return f"bits of structure flipped in bytes {places}", bytes(changed)


def flip_anywhere(data, rng):
    changed = bytearray(data)
    places = [int(rng.integers(len(data))) for _ in range(int(rng.integers(1, 65)))]
    for place in places:
        changed[place] ^= 1 << int(rng.integers(8))
    return f"bits flipped in {len(places)} bytes, first {places[0]}", bytes(changed)


def overwrite(data, rng):
    begin, end = pick(rng, wire.structure_spans(data))
    at, size = int(rng.integers(begin, end)), int(rng.integers(1, 65))
    return f"{size} random bytes over byte {at}", data[:at] + rng.bytes(size) + data[at + size:]


def truncate(data, rng):
    size = int(rng.integers(len(data))) if rng.random() < 0.7 else int(rng.integers(0, 64))
    return f"cut to {size} bytes", data[:size]


def cut_out(data, rng):
    begin, end = pick(rng, wire.structure_spans(data))
    at, size = int(rng.integers(begin, end)), int(rng.integers(1, 4097))
    return f"{size} bytes cut out at {at}", data[:at] + data[at + size:]


def insert(data, rng):
    begin, end = pick(rng, wire.structure_spans(data))
    at, size = int(rng.integers(begin, end)), int(rng.integers(1, 65))
    return f"{size} random bytes inserted at {at}", data[:at] + rng.bytes(size) + data[at:]


def append(data, rng):
    return "garbage appended", data + rng.bytes(int(rng.integers(1, 5000)))


def concatenate(data, rng):
    return "the file twice (protobuf merges the two)", data + data


BYTE_DAMAGE = (flip_structure, flip_structure, flip_structure, flip_anywhere, flip_anywhere, overwrite, truncate, truncate,
               cut_out, insert, append, concatenate)


def lie_about_length(siblings, field, rng):
    if isinstance(field.content, int):
        return extreme_value(siblings, field, rng)
    true = len(wire.encode(field.content) if isinstance(field.content, list) else field.content)
    field.length = pick(rng, (true + 1, max(0, true - 1), *EXTREMES))
    return f"length {true} told as {field.length}"


def other_wire_type(siblings, field, rng):
    kind = int(rng.integers(8))
    field.tag = wire.write_varint(field.number << 3 | kind)
    return f"wire type {kind}"


def other_number(siblings, field, rng):
    number = pick(rng, (0, (1 << 29) - 1, 19000, *range(1, 30)))
    field.tag = wire.write_varint(number << 3 | field.kind)
    return f"field number {number}"


def duplicate(siblings, field, rng):
    times = min(pick(rng, (1, 2, 1000)), 1 + 20_000_000 // len(wire.encode([field])))
    at = next(i for i, other in enumerate(siblings) if other is field)
    siblings[at:at] = [field] * times
    return f"{times} more of it"


def delete(siblings, field, rng):
    siblings[:] = [other for other in siblings if other is not field]
    return "deleted"


def swap(siblings, field, rng):
    here = next(i for i, other in enumerate(siblings) if other is field)
    there = int(rng.integers(len(siblings)))
    siblings[here], siblings[there] = siblings[there], siblings[here]
    return f"swapped with sibling {there}"


def extreme_value(siblings, field, rng):
    """Numbers become extreme, strings nasty, messages garbage."""
    if isinstance(field.content, int):
        field.content = pick(rng, EXTREMES)
        return f"value {field.content}"
    field.content = pick(rng, STRINGS) if not isinstance(field.content, list) else rng.bytes(int(rng.integers(40)))
    return f"content {field.content[:40]!r}"


def overlong_varint(siblings, field, rng):
    if not isinstance(field.content, int):
        return extreme_value(siblings, field, rng)
    field.varint = b"\xff" * int(rng.integers(9, 13)) + b"\x01"
    return f"varint of {len(field.varint)} bytes"


def resize_content(siblings, field, rng):
    if not isinstance(field.content, bytes):
        return extreme_value(siblings, field, rng)
    size = len(field.content)
    change = pick(rng, (-1, 1, 3, -4, 4, size))
    field.content = field.content[:size + change] if change < 0 else field.content + bytes(change)
    return f"content of {size} bytes resized by {change}"


def deep_groups(siblings, field, rng):
    depth = pick(rng, (50, 5000, 100_000))
    field.tag, field.kind, field.length = bytes([15 << 3 | wire.GROUP]) * depth, wire.GROUP, None
    return f"{depth} open groups"


def deep_graphs(siblings, field, rng):
    """A chain of nodes with a graph attribute with a node ..., as deep as a stack may fear."""
    depth = pick(rng, (20, 500, 5000))
    graph = node = b""
    for _ in range(depth):
        attribute = b"\x0a\x01g" + b"\xa0\x01\x05" + b"\x32" + wire.write_varint(len(graph)) + graph
        node = b"\x22\x02If" + b"\x2a" + wire.write_varint(len(attribute)) + attribute
        graph = b"\x0a" + wire.write_varint(len(node)) + node
    inside = any(other.message == "Node" for other in siblings)
    siblings.append(wire.Field(1, wire.BYTES, node) if inside else wire.Field(7, wire.BYTES, graph))
    return f"graphs nested {depth} deep beside it"


FIELD_DAMAGE = (lie_about_length, lie_about_length, other_wire_type, other_number, duplicate, delete, delete, swap,
                extreme_value, extreme_value, extreme_value, overlong_varint, resize_content, deep_groups, deep_graphs)


def damage_bytes(data, rng):
    return pick(rng, BYTE_DAMAGE)(data, rng)


def damage_field(data, rng):
    """One field, chosen level by level, so that a few weights count as much as the many fields of nodes."""
    root = siblings = wire.parse(data)
    path = ["Model"]
    while True:
        graphs = [field for field in siblings if field.message == "Graph"]
        field = pick(rng, graphs if graphs and rng.random() < 0.8 else siblings)
        path.append(f"{field.message or 'field'} {field.number}")
        if not isinstance(field.content, list) or not field.content or rng.random() < 0.15:
            break
        siblings = field.content
    description = pick(rng, FIELD_DAMAGE)(siblings, field, rng)
    return f"{'/'.join(path)}: {description}", wire.encode(root)
