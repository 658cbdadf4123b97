"""The networks that Ridgeline is checked on: where they are, what their inputs look like, what they should score."""
import dataclasses
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = ROOT.parent / "shared"
CACHE = ROOT / "build" / "models"


@dataclasses.dataclass(frozen=True)
class Network:
    name: str
    size: int                    # height and width of the input picture
    low: float = -2.0            # range of random inputs, that of the pipeline's results
    high: float = 2.0
    data: str = ""               # of shared/data; empty: a topology with random weights, nothing to score
    top1: int = 0                # what ONNX Runtime and Pillow get on the same files
    top5: int | None = None

    @property
    def real(self):
        return bool(self.data)

    @property
    def samples(self):
        return 10000 if self.data == "cifar10" else 600

    @property
    def allowed_difference(self):
        return 5 if self.samples == 10000 else 2

    def path(self):
        """The ONNX file; a topology is filled with weights on first use."""
        if self.real:
            return SHARED / "models" / "real" / f"{self.name}.onnx"
        target = CACHE / f"{self.name}.onnx"
        if not target.exists():
            partial = target.with_suffix(".partial")
            run_tool("materialize.py", SHARED / "models" / "topologies" / f"{self.name}.onnx", partial)
            partial.rename(target)
        return target

    def pipeline(self):
        return ROOT / "examples" / "pipelines" / f"{self.name}.json"


def run_tool(name, *arguments):
    subprocess.run([sys.executable, str(SHARED / "tools" / name), *map(str, arguments)], check=True)


def data_folder(name):
    """A folder for `ridge --data`; CIFAR-10 is unpacked into its binary batches on first use."""
    if name != "cifar10":
        return SHARED / "data" / name
    target = CACHE / "cifar10"
    if not (target / "test_batch.bin").exists():
        run_tool("unpack_cifar10.py", SHARED / "data" / "cifar10", target)
    return target


NETWORKS = [
    Network("imagenet_mobilenet_v1_075", 224, -1, 1, "imagenet", 508, 581),
    Network("imagenet_mobilenet_v1_025", 224, -1, 1, "imagenet", 347, 500),
    Network("imagenet_mcunet_320kb", 176, -1, 1, "imagenet", 416, 543),
    Network("imagenet_squeezenet_1_1", 227, -123, 151, "imagenet", 386, 514),
    Network("cifar10_resnet20", 32, data="cifar10", top1=8882),
    Network("cifar10_mobilenetv2", 32, data="cifar10", top1=9106),
    Network("cifar10_efficientnet_b0", 32, data="cifar10", top1=9097),
    *(Network(name, 224) for name in ("resnet18", "resnet50", "vgg16", "mobilenet_v2", "mobilenet_v3_large",
                                      "efficientnet_b0", "densenet121", "squeezenet1_1", "googlenet")),
    Network("inception_v3", 299),
]

# Small, and together they have every kind of layer: what CI takes.
QUICK = {"cifar10_resnet20", "imagenet_mcunet_320kb", "imagenet_mobilenet_v1_025"}


def chosen(options):
    """The classifiers that the flags ask for."""
    return [n for n in NETWORKS
            if (n.name == options.only if options.only else not options.quick or n.name in QUICK)]
