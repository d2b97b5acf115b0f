"""Writes the real models of METTLE_DATA/onnx/models so that two engines can run them alike: with an open batch size where the graph
allows one, scores instead of lists of dictionaries (ZipMap), and settings that are inputs (a sampling rate) as constants.
Arguments: the folder of ONNX data and the folder to write to."""
import glob
import os
import sys

from onnx import TensorProto, helper, load, numpy_helper, save

BATCH = "batch"
SETTINGS = {"silero_vad_16k_op15": {"sr": 16000}}

# Its attention takes whatever lies before the last axes as one list of tokens.
ONE_AT_A_TIME = {"self-attention-mnist-pgd-medium-sim"}


def without_zip_map(graph):
    for node in [n for n in graph.node if n.op_type == "ZipMap"]:
        output = next(o for o in graph.output if o.name == node.output[0])
        output.CopyFrom(helper.make_tensor_value_info(node.input[0], TensorProto.FLOAT, None))
        graph.node.remove(node)


def with_settings(graph, settings):
    for port in [i for i in graph.input if i.name in settings]:
        value = helper.make_tensor(port.name, port.type.tensor_type.elem_type, [], [settings[port.name]])
        graph.initializer.append(value)
        graph.input.remove(port)


def required(graph):
    constants = {i.name for i in graph.initializer}
    return [i for i in graph.input if i.name not in constants]


def is_open(graph):
    return any(d.dim_param for port in required(graph) for d in port.type.tensor_type.shape.dim)


def open_batch(graph):
    """Names the first dimension of inputs and outputs, and leaves it open in reshapes that say 1 there."""
    for port in [*required(graph), *graph.output]:
        shape = port.type.tensor_type.shape
        if shape.dim:
            shape.dim[0].dim_param = BATCH
    del graph.value_info[:]
    shapes = {n.input[1] for n in graph.node if n.op_type == "Reshape"}
    constants = [(n.output[0], n.attribute[0].t) for n in graph.node if n.op_type == "Constant" and n.attribute[0].name == "value"]
    for name, tensor in [*((i.name, i) for i in graph.initializer), *constants]:
        if name in shapes and is_of_data(graph, name):
            dims = numpy_helper.to_array(tensor).copy()
            if len(dims) > 0 and dims[0] == 1:
                dims[0] = 0 if -1 in dims else -1
                tensor.CopyFrom(numpy_helper.from_array(dims, tensor.name))


def is_of_data(graph, shape):
    constants = {i.name for i in graph.initializer} | {n.output[0] for n in graph.node if n.op_type == "Constant"}
    return all(n.input[0] not in constants for n in graph.node if n.op_type == "Reshape" and n.input[1] == shape)


data, folder = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
for file in sorted(glob.glob(os.path.join(data, "models", "*.onnx"))):
    name = os.path.splitext(os.path.basename(file))[0]
    model = load(file)
    without_zip_map(model.graph)
    with_settings(model.graph, SETTINGS.get(name, {}))
    if not is_open(model.graph) and name not in ONE_AT_A_TIME:
        open_batch(model.graph)
    save(model, os.path.join(folder, name + ".onnx"))
