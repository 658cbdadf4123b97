"""Seeded draws of shapes, attributes and contents: the same name gives the same case everywhere."""
import dataclasses
import typing
import zlib

import numpy as np
import schemas

KINDS = ("plain", "empty", "ones", "odd")
TEXTS = ("", "a", "b", "ab", "Zoo", "zoo", "0", "-1", "\u00fc", "\u6c34")


@dataclasses.dataclass
class Case:
    """A node of the op that is tested. `None` among the inputs: left out."""
    inputs: list
    attributes: dict = dataclasses.field(default_factory=dict)
    outputs: int = 1
    constants: tuple = ()  # indices of inputs that the model holds itself
    want: typing.Optional[list] = None  # the answers, where no peer knows them
    moves: tuple = ()  # indices of inputs whose elements are only moved: answered for any type by moving numbers
    doubles: bool = False  # kernels in f32 approximate: onnx.reference is asked in f64
    exact: bool = False  # sums and products of the inputs are exact in f32
    alone: bool = False  # no other version of the op means the same
    before: list = dataclasses.field(default_factory=list)  # nodes around it, for values that are no tensors
    after: list = dataclasses.field(default_factory=list)
    drawn: int = 0  # a number that the draw gave last
    names: typing.Optional[tuple] = None  # of the node's inputs and outputs, where nodes stand around it


class Draw:
    def __init__(self, name, op, version, types, kind, asked, allowed, wanted):
        self.op, self.version, self.types, self.kind = op, version, types, kind
        self.asked, self.allowed = asked, allowed  # the type parameter that the case is for; what each may be
        self.wanted = wanted  # the version that the case is for; `version` may be another, which is asked for the answer
        self.random = np.random.RandomState(zlib.crc32(name.encode()) & 0x7FFFFFFF)

    # --- numbers and choices
    def whole(self, least, most):
        return int(self.random.randint(least, most + 1))

    def pick(self, choices):
        return choices[self.whole(0, len(choices) - 1)]

    def chance(self):
        return self.whole(0, 1) == 1

    def given(self, param):
        """Whether an optional input of that type parameter is there: always when the case is for it."""
        return self.chance() or self.asked == param

    def axis(self, rank, least=0):
        """Of the dimensions from `least` on; half of them are negative from opset 11 on."""
        axis = self.whole(least, rank - 1)
        negative = self.chance()
        return axis - rank if negative and self.version >= 11 else axis

    def axes(self, rank, count=None):
        some = self.order(rank)[: self.whole(1, rank) if count is None else count]
        signs = [self.chance() for _ in some]
        return [axis - rank if negative and self.version >= 11 else axis for axis, negative in zip(some, signs)]

    def order(self, rank):
        return [int(axis) for axis in self.random.permutation(rank)]

    # --- shapes
    def extent(self, least=1, most=4):
        if self.kind == "ones" and least <= 1:
            return 1 if self.whole(0, 2) else self.whole(least, most)
        if self.kind == "odd":
            return self.pick([one for one in (3, 5, 7) if one >= least] or [least])
        return self.whole(least, most)

    def dims(self, least=1, most=4, full=False):
        """A shape of that rank; of kind "empty" one extent is 0, unless `full`."""
        rank = self.whole(least, most)
        dims = [self.extent() for _ in range(rank)]
        at = self.whole(0, max(rank - 1, 0))
        if self.kind == "empty" and rank and not full:
            dims[at] = 0
        return dims

    def batch(self):
        return 0 if self.kind == "empty" else self.extent(1, 3)

    def spread(self, dims):
        """A shape that broadcasts to `dims`."""
        cut = self.whole(0, len(dims))
        return [1 if self.whole(0, 2) == 0 else extent for extent in dims[cut:]]

    # --- contents
    def type(self, param):
        return self.types[param]

    def tensor(self, param, dims, low=-2.0, high=2.0):
        return self.of(self.types[param], dims, low, high)

    def of(self, name, dims, low=-2.0, high=2.0):
        """Floats between the limits in steps that compress well; whole numbers in a small range of their own."""
        dtype, dims = schemas.NUMPY[name], tuple(dims)
        if name == "string":
            return np.array([self.pick(TEXTS) for _ in range(int(np.prod(dims)))], object).reshape(dims)
        if name == "bool":
            return self.random.randint(0, 2, dims).astype(bool) if dims else np.asarray(self.chance())
        if name in schemas.INTEGERS:
            bits = int(name[1:])
            least, most = ((-20, 20) if bits > 4 else (-(1 << bits - 1), (1 << bits - 1) - 1)) if name in schemas.SIGNED \
                else (0, min(40, (1 << bits) - 1))
            return np.asarray(self.random.randint(least, most + 1, dims)).astype(dtype)
        steps = np.round(self.random.uniform(low, high, dims) * 16) / 16
        steps = np.clip(steps, low, high)
        if name.startswith("complex"):
            return (steps + 1j * steps[..., ::-1] if dims else steps + 1j).astype(dtype)
        if name == "f8e8m0":
            steps = np.abs(steps) + 0.25
        return np.asarray(steps, np.float32).astype(dtype) if name not in ("f64",) else np.asarray(steps, dtype)
