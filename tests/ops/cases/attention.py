import numpy as np

OPSET = 25


def heads(v, shape, type):
    return v(shape, type, -1.0, 1.0)


def attention_cases(case):
    def attention(name, q="2x3x4x8", k="2x3x6x8", value="2x3x6x5", mask=None, past=None, valid=None, type="f32",
                  outputs=1, **attributes):
        def make(v):
            made = [heads(v, q, type), heads(v, k, type), heads(v, value, type),
                    mask(v) if callable(mask) else mask, None, None, valid]
            if past is not None:
                made[4:6] = [heads(v, past[0], type), heads(v, past[1], type)]
            while made[-1] is None:
                made.pop()
            return made

        case(f"attention_{name}", "Attention", make, outputs=outputs, **attributes)

    past = ("2x3x2x8", "2x3x2x5")
    flat = {"q": "2x4x24", "k": "2x6x24", "value": "2x6x15", "q_num_heads": 3, "kv_num_heads": 3}
    attention("plain")
    attention("scale", scale=0.25)
    attention("softcap", softcap=0.5)
    attention("causal", k="2x3x4x8", value="2x3x4x5", is_causal=1)
    attention("causal_more_keys", is_causal=1)
    attention("groups", q="2x6x4x8", k="2x2x6x8", value="2x2x6x5")
    attention("one_key_head", q="1x4x3x8", k="1x1x6x8", value="1x1x6x8")
    attention("flat", **flat)
    attention("flat_groups", q="2x4x32", k="2x6x16", value="2x6x10", q_num_heads=4, kv_num_heads=2, is_causal=1)
    attention("past", past=past, outputs=3)
    attention("past_causal", past=past, outputs=3, is_causal=1)
    attention("flat_past", past=past, outputs=3, **flat)
    attention("mask", mask=lambda v: v("4x6"))
    attention("mask_of_heads", mask=lambda v: v("2x3x4x6"))
    attention("mask_of_batches", mask=lambda v: v("2x1x4x6"))
    attention("mask_of_three_axes", mask=lambda v: v("3x4x6"))
    attention("mask_of_booleans", mask=lambda v: v("2x1x4x6", "bool"))
    attention("mask_and_past", mask=lambda v: v("4x8"), past=past, outputs=3, is_causal=1)
    attention("mask_too_short", mask=lambda v: v("4x5"))
    attention("booleans_too_short", mask=lambda v: v("4x5", "bool"))
    attention("query_without_keys", mask=np.array([[True] * 6, [False] * 6, [True] * 6, [False] * 6]))
    attention("padding", valid=np.array([3, 6], np.int64))
    attention("padding_causal", valid=np.array([5, 2], np.int64), is_causal=1)
    attention("windows", left_window_size=2, right_window_size=1)
    attention("window_causal", k="2x3x4x8", value="2x3x4x5", left_window_size=1, is_causal=1)
    attention("window_past", past=past, outputs=3, left_window_size=1, right_window_size=0)
    for mode in range(4):
        attention(f"mode_{mode}", mask=lambda v: v("4x6"), past=None, outputs=4, qk_matmul_output_mode=mode)
    for mode in range(1, 4):
        # After the bias ONNX Runtime shows its lowest number where infinity belongs.
        attention(f"mode_{mode}_softcap", softcap=0.75, is_causal=int(mode != 2), outputs=4, qk_matmul_output_mode=mode)
    attention("long", q="1x2x70x16", k="1x2x300x16", value="1x2x300x16")
    attention("one_of_each", q="1x1x1x1", k="1x1x1x1", value="1x1x1x1")
    attention("no_queries", q="2x3x0x8", past=past, outputs=3)
    attention("halves", type="f16")
    attention("doubles", type="f64", scale=0.25)


def rotary_cases(case):
    def rotary(name, x, angles, positions=None, type="f32", **attributes):
        case(f"rotary_{name}", "RotaryEmbedding",
             lambda v: [v(x, type), v(angles, type, -1, 1), v(angles, type, -1, 1)]
             + ([np.array(positions, np.int64)] if positions else []), **attributes)

    places = [[0, 5, 2], [6, 1, 1]]
    for kind in (0, 1):
        name = "neighbours" if kind else "halves"
        rotary(name, "2x4x3x8", "2x3x4", interleaved=kind)
        rotary(f"{name}_positions", "2x4x3x8", "7x4", places, interleaved=kind)
        rotary(f"{name}_partial", "2x4x3x8", "7x2", places, interleaved=kind, rotary_embedding_dim=4)
        rotary(f"{name}_flat", "2x3x32", "2x3x4", interleaved=kind, num_heads=4)
        rotary(f"{name}_flat_partial", "2x3x32", "7x3", places, interleaved=kind, num_heads=4, rotary_embedding_dim=6)
        rotary(f"{name}_wide", "1x1x2x300", "1x2x150", interleaved=kind)
    rotary("one_pair", "1x1x1x2", "1x1x1")
    rotary("no_tokens", "2x4x0x8", "2x0x4")
    rotary("float16", "2x4x3x8", "2x3x4", type="f16")


def cases(case):
    attention_cases(case)
    rotary_cases(case)
