"""Writes the network of a state_dict as an ONNX file: onnx_file.py mlp.pt mlp.onnx"""

import sys

import onnx
import torch
from onnx import TensorProto, helper, numpy_helper


def main() -> None:
    source, target = sys.argv[1:]
    state = torch.load(source, weights_only=True)
    constants = [numpy_helper.from_array(value.numpy(), key) for key, value in state.items()]
    weight, bias = ([f"layers.{i}.{kind}" for i in (0, 2, 4, 6)] for kind in ("weight", "bias"))
    nodes = [
        helper.make_node("Conv", ["pixels", weight[0], bias[0]], ["maps"], kernel_shape=[3, 3]),
        helper.make_node("Flatten", ["maps"], ["flat"]),
        helper.make_node("Gemm", ["flat", weight[1], bias[1]], ["sum1"], transB=1),
        helper.make_node("Relu", ["sum1"], ["hidden1"]),
        helper.make_node("Gemm", ["hidden1", weight[2], bias[2]], ["sum2"], transB=1),
        helper.make_node("Relu", ["sum2"], ["hidden2"]),
        helper.make_node("Gemm", ["hidden2", weight[3], bias[3]], ["logits"], transB=1),
    ]
    pixels = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["batch", 1, 28, 28])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 10])
    graph = helper.make_graph(nodes, "mlp", [pixels], [logits], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, target)


main()
