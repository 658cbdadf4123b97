import numpy as np


def classes(*values, type=np.int64):
    return np.array(values, type)


def cases(case):
    def loss(name, x, target, weights=False, type="f32", **attributes):
        def make(v):
            scores = v(x, type)
            return [scores, target] + ([v(x.split("x")[1], type, 0.1, 2.0)] if weights else [])

        case(f"likelihood_{name}", "NegativeLogLikelihoodLoss", make, **attributes)
        case(f"entropy_{name}", "SoftmaxCrossEntropyLoss", make, **attributes)
        case(f"entropy_{name}_with_probabilities", "SoftmaxCrossEntropyLoss", make, outputs=2, **attributes)

    flat, image = classes(1, 0, 4, 2), classes([[0, 1], [2, 2], [1, 0]], [[2, 0], [1, 1], [0, 2]])
    for reduction in ("none", "sum", "mean"):
        loss(reduction, "4x5", flat, reduction=reduction)
        loss(f"{reduction}_weights", "4x5", flat, True, reduction=reduction)
        loss(f"{reduction}_image", "2x3x3x2", image, reduction=reduction)
        loss(f"{reduction}_image_weights", "2x3x3x2", image, True, reduction=reduction)
        loss(f"{reduction}_ignored", "2x3x3x2", image, True, reduction=reduction, ignore_index=1)
        loss(f"{reduction}_ignored_outside", "4x5", classes(1, -1, 4, -1), reduction=reduction, ignore_index=-1)
    loss("narrow_classes", "4x5", classes(1, 0, 4, 2, type=np.int32))
    loss("one_sample", "1x1", classes(0))
    loss("many_classes", "2x600", classes(599, 3))
    loss("doubles", "4x5", flat, True, "f64")
    none = np.zeros(0, np.int64)
    case("likelihood_no_samples", "NegativeLogLikelihoodLoss", lambda v: [v("0x5"), none], reduction="none")
    case("entropy_no_samples", "SoftmaxCrossEntropyLoss", lambda v: [v("0x5"), none], outputs=2, reduction="none",
         want=lambda x, target: [x[:, 0], x])
