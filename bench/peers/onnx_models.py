"""Writes a single-op ONNX model for every case line on standard input that ONNX Runtime can compete in (id=NAME names it),
and beside it the names and dimensions of its tensors, inputs first and the output last."""
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from torch_side import fill, parse

folder = sys.argv[1]


def save(name, nodes, inputs, output, constants):
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, d) for n, d in inputs + [output]]
    weights = [numpy_helper.from_array(np.ascontiguousarray(v), n) for n, v in constants]
    graph = helper.make_graph(nodes, "case", values[:-1], values[-1:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    with open(f"{folder}/{name}.onnx", "wb") as f:
        f.write(model.SerializeToString())
    with open(f"{folder}/{name}.txt", "w") as f:
        f.writelines(f"{n} {'x'.join(map(str, d))}\n" for n, d in inputs + [output])


def matmul(a):
    if a.get("ta") or a.get("b", 1) > 1:
        return
    m, k, n, tb = a["m"], a["k"], a["n"], a.get("tb", 0)
    weight = (n, k) if tb else (k, n)
    node = helper.make_node("Gemm", ["a", "b"], ["y"], transB=1) if tb else helper.make_node("MatMul", ["a", "b"], ["y"])
    if a.get("packed"):
        save(a["id"], [node], [("a", (m, k))], ("y", (m, n)), [("b", fill(weight, 2).numpy())])
    else:
        save(a["id"], [node], [("a", (m, k)), ("b", weight)], ("y", (m, n)), [])


def conv(a):
    if a.get("of", "forward") != "forward":
        return
    n, c, h, k, r = a["n"], a["c"], a["h"], a["k"], a.get("r", 3)
    s, p, g = a.get("stride", 1), a.get("pad", r // 2), a.get("groups", 1)
    out = (h + 2 * p - r) // s + 1
    weight = fill((k, r, r, c // g), 2).permute(0, 3, 1, 2).numpy()
    node = helper.make_node("Conv", ["x", "w"], ["y"], strides=[s, s], pads=[p] * 4, group=g, kernel_shape=[r, r])
    save(a["id"], [node], [("x", (n, c, h, h))], ("y", (n, k, out, out)), [("w", weight)])


def op(a):
    if a.get("of", "forward") != "forward":
        return
    shape = tuple(int(d) for d in str(a["shape"]).split("x"))
    name = a["name"]
    if name == "layer_norm":
        constants = [("w", fill(shape[-1:], 2).numpy()), ("b", fill(shape[-1:], 3).numpy())]
        save(a["id"], [helper.make_node("LayerNormalization", ["x", "w", "b"], ["y"])], [("x", shape)], ("y", shape), constants)
    elif name in ("relu", "exp", "tanh", "sigmoid", "softmax", "log_softmax"):
        kind = {"softmax": "Softmax", "log_softmax": "LogSoftmax"}.get(name, name.capitalize())
        save(a["id"], [helper.make_node(kind, ["x"], ["y"])], [("x", shape)], ("y", shape), [])


for line in sys.stdin:
    kind, *words = line.split()
    make = {"matmul": matmul, "conv": conv, "op": op}.get(kind)
    if make:
        make(parse(words))
