import numpy as np

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
OUTPUTS = {"RNN": 2, "GRU": 2, "LSTM": 3}


def lengths(*values):
    return np.array(values, np.int32)


def inputs(v, op, steps, batch, size, hidden, directions, layout, options, type):
    """X, W, R and those of B, sequence_lens, initial_h, initial_c, P that `options` names ("b", lengths, "h", "c", "p")."""
    def state():
        return v(f"{batch}x{directions}x{hidden}" if layout else f"{directions}x{batch}x{hidden}", type, -1, 1)

    width = GATES[op] * hidden
    made = [v(f"{batch}x{steps}x{size}" if layout else f"{steps}x{batch}x{size}", type),
            v(f"{directions}x{width}x{size}", type, -1, 1), v(f"{directions}x{width}x{hidden}", type, -1, 1),
            v(f"{directions}x{2 * width}", type, -1, 1) if "b" in options else None, options.get("lengths"),
            state() if "h" in options else None]
    if op == "LSTM":
        made += [state() if "c" in options else None,
                 v(f"{directions}x{3 * hidden}", type, -1, 1) if "p" in options else None]
    while made[-1] is None:
        made.pop()
    return made


def cases(case):
    def recurrent(name, op, options="", steps=4, batch=3, size=5, hidden=6, type="f32", lengths=None, outputs=None,
                  layout=0, want=None, **attributes):
        chosen = dict.fromkeys(options.split())
        if lengths is not None:
            chosen["lengths"] = lengths
        directions = 2 if attributes.get("direction") == "bidirectional" else 1
        if layout:
            attributes["layout"] = 1
        case(f"{op}_{name}", op,
             lambda v: inputs(v, op, steps, batch, size, hidden, directions, layout, chosen, type),
             outputs=outputs or OUTPUTS[op], want=want, hidden_size=hidden, **attributes)

    for op in ("RNN", "GRU", "LSTM"):
        states = "b h c" if op == "LSTM" else "b h"
        functions = {"RNN": ["Relu"], "GRU": ["HardSigmoid", "Relu"], "LSTM": ["HardSigmoid", "Relu", "Tanh"]}[op]
        recurrent("plain", op)
        recurrent("bias", op, "b")
        recurrent("states", op, states)
        recurrent("reverse", op, states, direction="reverse")
        recurrent("both_directions", op, states, direction="bidirectional")
        recurrent("lengths", op, "b", lengths=lengths(4, 1, 3))
        recurrent("lengths_reverse", op, states, lengths=lengths(2, 4, 3), direction="reverse")
        recurrent("lengths_both", op, states, lengths=lengths(2, 1, 4), direction="bidirectional")
        recurrent("functions", op, states, activations=functions)
        recurrent("clip", op, states, clip=0.5)
        recurrent("one_output", op, outputs=1)
        recurrent("one_step", op, states, steps=1, batch=1, size=1, hidden=1)
        recurrent("many_steps", op, "b", steps=40, batch=2)
        recurrent("wide", op, "b", steps=3, batch=2, size=140, hidden=24)
        recurrent("many_sequences", op, "b", steps=3, batch=70)

    # ONNX Runtime takes 0 for the missing parameters of Affine, ScaledTanh and ThresholdedRelu.
    for function in ("LeakyRelu", "HardSigmoid", "Elu", "Softsign", "Softplus"):
        recurrent(f"function_{function}", "RNN", "b h", activations=[function])
    for function, alpha, beta in (("Affine", 0.5, 0.25), ("LeakyRelu", 0.3, None), ("ThresholdedRelu", 0.5, None),
                                  ("ScaledTanh", 0.75, 0.5), ("HardSigmoid", 0.3, 0.4), ("Elu", 0.7, None)):
        more = {} if beta is None else {"activation_beta": [beta]}
        recurrent(f"parameters_{function}", "RNN", "b h", activations=[function], activation_alpha=[alpha], **more)
    recurrent("parameters_in_order", "LSTM", "b h c", activations=["HardSigmoid", "Tanh", "ScaledTanh"],
              activation_alpha=[0.3, 0.9], activation_beta=[0.4, 0.8])
    recurrent("functions_of_both", "GRU", "b", direction="bidirectional",
              activations=["Sigmoid", "Tanh", "HardSigmoid", "Relu"])

    recurrent("linear_before_reset", "GRU", "b h", linear_before_reset=1)
    recurrent("linear_before_reset_both", "GRU", "b h", linear_before_reset=1, direction="bidirectional",
              lengths=lengths(4, 2, 1))
    recurrent("peepholes", "LSTM", "b h c p")
    recurrent("peepholes_both", "LSTM", "b h c p", direction="bidirectional", lengths=lengths(4, 2, 1))
    recurrent("input_forget", "LSTM", "b h c", input_forget=1)
    recurrent("clip_peepholes", "LSTM", "b h c p", clip=0.3)
    recurrent("doubles", "LSTM", "b h c", type="f64")
    recurrent("batch_first", "RNN", "b", layout=1)
    recurrent("batch_first", "GRU", "b", layout=1)
    recurrent("batch_first", "LSTM", "b", layout=1)
