#!/usr/bin/env python3
"""Writes pillow_goldens.inc: what Pillow makes of pictures, as FNV-1a hashes. Tests compare ours bit for bit.

usage: make_goldens.py SHARED OUT.inc      needs: Pillow, numpy; run in this folder
"""
import os
import sys

import numpy as np
from PIL import Image

FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "area": Image.BOX,
           "lanczos": Image.LANCZOS}
# height, width, channels, new height, new width: shrinking, enlarging, both, one axis, extremes
SIZES = [(37, 53, 3, 12, 17), (37, 53, 3, 80, 111), (37, 53, 3, 20, 99), (37, 53, 1, 37, 20), (37, 53, 3, 9, 53),
         (1, 1, 3, 5, 7), (200, 3, 3, 1, 1), (64, 64, 3, 32, 32), (61, 67, 3, 60, 66), (5, 1000, 1, 3, 7)]
PICTURES = ["0000.jpg", "0255.jpg", "0412.jpg", "0675.jpg"]


def shorter(picture, size):
    short = min(picture.size)
    return picture.resize(tuple(size if side == short else int(side * size / short + 0.5) for side in picture.size),
                          Image.BILINEAR)


def crop(picture, size):
    left, top = (picture.width - size) // 2, (picture.height - size) // 2
    return picture.crop((left, top, left + size, top + size))


def floats(picture):
    return np.asarray(picture, np.float32)


def cifar(picture):
    return (floats(picture) - np.float32([125.307, 122.950, 113.865])) / np.float32([62.993, 62.089, 66.705])


def unit(picture):
    return floats(picture) / np.float32(127.5) - np.float32(1)


def caffe(picture):
    return floats(crop(picture, 227))[:, :, ::-1] - np.float32([104, 117, 123])


PIPELINES = {  # of examples/pipelines
    "cifar10_resnet20": cifar, "cifar10_mobilenetv2": cifar, "cifar10_efficientnet_b0": cifar,
    "imagenet_mobilenet_v1_075": lambda picture: unit(crop(picture, 224)),
    "imagenet_mobilenet_v1_025": lambda picture: unit(crop(picture, 224)),
    "imagenet_mcunet_320kb": lambda picture: unit(crop(shorter(picture, 201), 176)),
    "imagenet_squeezenet_1_1": caffe,
}


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def noise(height, width, channels):
    """The same pixels as noisePicture in support.h."""
    state, out = 12345, bytearray()
    for _ in range(height * width * channels):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        out.append(state >> 24)
    return Image.frombytes("RGB" if channels == 3 else "L", (width, height), bytes(out))


def main(shared, target):
    lines = ["// Made by make_goldens.py with Pillow; do not edit.", "inline const ResizeGolden kResizeGoldens[] = {"]
    for height, width, channels, to_height, to_width in SIZES:
        for name, pillow in FILTERS.items():
            out = noise(height, width, channels).resize((to_width, to_height), pillow)
            lines.append(f"    {{{height}, {width}, {channels}, {to_height}, {to_width}, Filter::{name}, "
                         f"0x{fnv1a(out.tobytes()):016x}}},")
    lines += ["};", "inline const DecodeGolden kDecodeGoldens[] = {"]
    for name in PICTURES:
        rgb = Image.open(os.path.join(shared, "data/imagenet/images", name)).convert("RGB")
        small = shorter(rgb, 201)
        lines.append(f'    {{"{name}", {rgb.height}, {rgb.width}, 0x{fnv1a(rgb.tobytes()):016x}, '
                     f"0x{fnv1a(rgb.convert('L').tobytes()):016x}, 0x{fnv1a(small.tobytes()):016x}}},")
    lines += ["};", "inline const PipelineGolden kPipelineGoldens[] = {"]
    for name, steps in PIPELINES.items():
        for number in 7, 499:
            of_cifar = name.startswith("cifar")
            file = f"{number:05}.jpg" if of_cifar else PICTURES[number % 3]
            folder = "../../../examples/cifar10/images" if of_cifar else os.path.join(shared, "data/imagenet/images")
            tensor = steps(Image.open(os.path.join(folder, file)).convert("RGB")).transpose(2, 0, 1)
            lines.append(f'    {{"{name}", "{file}", 0x{fnv1a(np.ascontiguousarray(tensor).tobytes()):016x}}},')
    lines.append("};")
    with open(target, "w") as out:
        out.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
