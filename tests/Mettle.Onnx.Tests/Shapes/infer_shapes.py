"""Infers shapes with onnx.shape_inference: one line "model<tab>value<tab>type<tab>dims" a value; a dimension that is no number is "?"."""

import sys

import onnx


def main(paths):
    for path in paths:
        try:
            graph = onnx.shape_inference.infer_shapes(onnx.load(path), data_prop=True).graph
        except Exception:
            continue
        for value in list(graph.value_info) + list(graph.output):
            tensor = value.type.tensor_type
            if tensor.HasField("shape"):
                dims = [str(d.dim_value) if d.HasField("dim_value") else "?" for d in tensor.shape.dim]
                print(path, value.name, tensor.elem_type, ",".join(dims), sep="\t")


if __name__ == "__main__":
    main(sys.stdin.read().split("\n")[:-1])
