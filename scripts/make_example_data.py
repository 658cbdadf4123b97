#!/usr/bin/env python3
"""Makes examples/: the network, the pictures and their labels, out of ../shared.

The pictures are the first 500 CIFAR-10 test pictures, their JPEG bytes unchanged. usage: make_example_data.py SHARED OUT
"""
import os
import shutil
import struct
import sys

COUNT = 500
MODEL = "cifar10_resnet20.onnx"


def records(path, count):
    """(class, JPEG) pairs: a record is the class (1 byte), the length (4 bytes, little endian) and the JPEG."""
    with open(path, "rb") as file:
        for _ in range(count):
            label, size = struct.unpack("<BI", file.read(5))
            yield label, file.read(size)


def main(shared, out):
    images = os.path.join(out, "cifar10", "images")
    os.makedirs(images, exist_ok=True)
    lines = ["file,label"]
    for number, (label, jpeg) in enumerate(records(os.path.join(shared, "data/cifar10/test.jpegs"), COUNT)):
        name = f"{number:05}.jpg"
        with open(os.path.join(images, name), "wb") as file:
            file.write(jpeg)
        lines.append(f"{name},{label}")
    with open(os.path.join(out, "cifar10", "labels.csv"), "w", newline="\n") as file:
        file.write("\n".join(lines) + "\n")
    shutil.copyfile(os.path.join(shared, "models/real", MODEL), os.path.join(out, MODEL))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
