"""ONNX models: what `mlpctl save` writes is what onnx and ONNX Runtime take, and what they write is read."""

import contextlib
import io
import json
import logging
import pathlib
import unittest
import warnings

import numpy
import onnx
import onnxruntime
import safetensors.torch
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx_files import NAMES, OnnxTest, drawn, idx
from support import MLP, mlpctl, refused

LAYERS = ["Conv", "Flatten", "Gemm", "Relu", "Gemm", "Relu", "Gemm"]


class Written(OnnxTest):
    def test_the_checker_and_shape_inference_take_it(self):
        for options in ([], ["--folded"]):
            with self.subTest(options=options):
                model = self.saved(*options)
                onnx.checker.check_model(model, full_check=True)
                inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
                shapes = {
                    value.name: [dim.dim_value or dim.dim_param for dim in value.type.tensor_type.shape.dim]
                    for value in [*inferred.graph.value_info, *inferred.graph.input, *inferred.graph.output]
                }
                self.assertEqual(shapes["image"], ["N", 1, 28, 28])
                self.assertEqual(shapes["logits"], ["N", 10])
                self.assertEqual(shapes["layers.3.output"], ["N", 300])

    def test_the_layers_are_layers_with_the_names_of_the_state(self):
        model = self.saved()
        self.assertEqual([node.op_type for node in model.graph.node], LAYERS)
        self.assertEqual([node.name for node in model.graph.node], [f"layers.{i}" for i in range(7)])
        self.assertEqual([each.name for each in model.graph.initializer], NAMES)
        for each in model.graph.initializer:
            self.assertTrue(numpy.array_equal(numpy_helper.to_array(each), self.state[each.name].numpy()))
        self.assertEqual([(each.domain, each.version) for each in model.opset_import], [("", 17)])

    def test_folded_is_the_map_of_the_two_layers(self):
        model = self.saved("--folded")
        self.assertEqual([node.op_type for node in model.graph.node], LAYERS[1:])
        values = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
        network = MLP()
        network.load_state_dict(self.state)
        with torch.no_grad():
            pixels = torch.eye(784, dtype=torch.float64).reshape(784, 1, 28, 28)
            first = network.layers[:3].double()
            bias = first(torch.zeros(1, 1, 28, 28, dtype=torch.float64))[0]
            weight = (first(pixels) - bias).T
        self.assertLess(numpy.abs(values["folded.weight"] - weight.numpy()).max(), 1e-7)
        self.assertLess(numpy.abs(values["folded.bias"] - bias.numpy()).max(), 1e-6)

    def test_the_metadata_say_what_it_wants_and_is(self):
        program = mlpctl("--version").strip()
        model = self.saved()
        said = {each.key: each.value for each in model.metadata_props}
        self.assertEqual(json.loads(said["classes"]), [str(digit) for digit in range(10)])
        self.assertIn("/ 255", said["preprocessing"])
        self.assertTrue(program.startswith(said["program"]), program)
        self.assertEqual((model.producer_name, said["program"]), ("mlpctl", "mlpctl " + model.producer_version))
        self.assertEqual(json.loads(said["mlpctl"])["preprocess"], "digit")
        self.assertNotIn("test_accuracy", said)

    def test_the_metadata_say_what_the_file_knows_of_its_training(self):
        about = {"classes": [f"kind {n}" for n in range(10)], "preprocess": "none", "training": {"test_accuracy": 0.9921}}
        told = self.path("told.safetensors")
        safetensors.torch.save_file(self.state, told, metadata={"mlpctl": json.dumps(about)})
        mlpctl("save", "--from", told, "--out", self.file)
        said = {each.key: each.value for each in onnx.load(self.file).metadata_props}
        self.assertEqual(said["test_accuracy"], "0.9921")
        self.assertEqual(json.loads(said["classes"]), about["classes"])
        self.assertNotIn("centre", said["preprocessing"])
        self.assertEqual(json.loads(said["mlpctl"]), about)

    def test_same_weights_give_the_same_bytes(self):
        self.saved()
        mlpctl("save", "--from", self.file, "--out", self.path("again.onnx"))
        self.assertEqual(self.read(self.path("again.onnx")), self.read(self.file))
        mlpctl("save", "--from", self.file, "--out", self.path("again.pt"))
        self.assertEqual(self.read(self.path("again.pt")), self.read(self.pt))

    def test_onnx_runtime_computes_what_predict_does(self):
        """Within 1e-5 of the largest logit, for one picture at a time and for 64."""
        # Fresh weights give logits near 0.1; these are as large as trained ones.
        for name in ("layers.2.weight", "layers.4.weight", "layers.6.weight"):
            self.state[name] *= 4
        torch.save(self.state, self.pt)
        pictures = drawn(1000)
        pathlib.Path(self.path("pictures")).write_bytes(idx(pictures))
        lines = mlpctl("predict", "--model", self.pt, "--json", "--logits", self.path("pictures")).splitlines()
        ours = numpy.array([json.loads(line)["logits"] for line in lines])
        self.assertEqual(ours.shape, (1000, 10))
        images = pictures.reshape(-1, 1, 28, 28).astype(numpy.float32) / 255
        for options in ([], ["--folded"]):
            self.saved(*options)
            session = onnxruntime.InferenceSession(self.file, providers=["CPUExecutionProvider"])
            for size in (1, 64):
                with self.subTest(options=options, size=size):
                    parts = [
                        session.run(["logits"], {"image": images[at : at + size]})[0]
                        for at in range(0, len(images), size)
                    ]
                    worst = numpy.abs(numpy.concatenate(parts) - ours).max()
                    self.assertLess(worst, 1e-5 * max(1.0, numpy.abs(ours).max()))

    def test_predict_and_eval_take_it(self):
        self.saved()
        pathlib.Path(self.path("pictures")).write_bytes(idx(drawn(20)))
        answers = [
            mlpctl("predict", "--model", model, "--json", "--logits", self.path("pictures"))
            for model in (self.pt, self.file)
        ]
        self.assertEqual(*answers)

    def test_what_makes_no_sense_is_refused(self):
        mlpctl("save", "--from", self.pt, "--out", self.file, "--dtype", "float16", code=2)
        torch.save({"w": torch.zeros(3)}, self.path("other.pt"))
        self.assertIn("does not fit", refused("save", "--from", self.path("other.pt"), "--out", self.file))
        mlpctl("save", "--from", self.pt, "--out", self.path("x.pt"), "--folded", code=2)
        mlpctl("save", "--from", self.pt, "--out", self.file, "--include", "*", code=2)
        self.assertFalse(pathlib.Path(self.file).exists())


class Read(OnnxTest):
    def assert_read(self, file):
        self.assertIn("ONNX, fits", mlpctl("load", file))
        mlpctl("save", "--from", file, "--out", self.path("back.pt"), "--fit")
        back = torch.load(self.path("back.pt"), weights_only=True)
        self.assertEqual(list(back), NAMES)
        for name, tensor in back.items():
            self.assertTrue(torch.equal(tensor, self.state[name]), name)

    def exported(self, network, file, **options):
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        image = torch.zeros(2, 1, 28, 28)
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            torch.onnx.export(network, (image,), file, **options)
        return file

    def network(self):
        network = MLP().eval()
        network.load_state_dict(self.state)
        return network

    def test_files_of_both_exporters_of_torch(self):
        batch = {0: torch.export.Dim("N")}
        for name, options in {
            "traced": {"dynamo": False, "dynamic_axes": {"image": {0: "N"}}, "input_names": ["image"]},
            "fixed": {"dynamo": False},
            "dynamo": {"dynamo": True, "external_data": False, "dynamic_shapes": (batch,)},
        }.items():
            for part, network in (("whole", self.network()), ("inner", self.network().layers)):
                with self.subTest(name=name, part=part):
                    self.assert_read(self.exported(network, self.path(f"{name}.onnx"), **options))

    def test_weights_in_another_file_are_not_followed(self):
        file = self.exported(self.network(), self.path("split.onnx"), dynamo=True)
        self.assertTrue(pathlib.Path(file + ".data").exists())
        self.assertIn("another file", refused("load", file))
        self.assertIn("external_data=False", refused("load", "--list", file))

    def test_other_names_and_typed_data_are_the_same_network(self):
        model = self.saved()
        for each in model.graph.initializer:
            values = numpy_helper.to_array(each)
            new = "w::" + each.name
            for node in model.graph.node:
                node.input[:] = [new if name == each.name else name for name in node.input]
            each.CopyFrom(helper.make_tensor(new, TensorProto.FLOAT, values.shape, values.ravel()))
            self.assertEqual(each.raw_data, b"")
        onnx.checker.check_model(model)
        self.assert_read(self.written(model))

    def test_a_graph_that_computes_something_else_does_not_fit(self):
        def sigmoid(graph):
            graph.node[3].op_type = "Sigmoid"

        def softmax(graph):
            graph.node[6].output[0] = "raw"
            graph.node.append(helper.make_node("Softmax", ["raw"], ["logits"]))

        def scaled(graph):
            graph.node[4].attribute.append(helper.make_attribute("alpha", 0.5))

        def padded(graph):
            graph.node[0].attribute.append(helper.make_attribute("pads", [1, 1, 1, 1]))

        def divided(graph):
            graph.node[0].input[0] = "scaled"
            graph.initializer.append(helper.make_tensor("d", TensorProto.FLOAT, [], [255.0]))
            graph.node.insert(0, helper.make_node("Div", ["image", "d"], ["scaled"]))

        for change, said in (
            (sigmoid, "Gemm is followed by Sigmoid"),
            (softmax, "followed by Softmax"),
            (scaled, "Gemm has alpha 0.5"),
            (padded, "Conv has pads [1, 1, 1, 1]"),
            (divided, ""),
        ):
            with self.subTest(change=change.__name__):
                model = self.saved()
                change(model.graph)
                error = refused("load", self.written(model))
                self.assertIn(said, error)
                refused("predict", "--model", self.path("other.onnx"), self.pt)

    def test_folded_files_are_listed_and_not_unfolded(self):
        self.saved("--folded")
        self.assertIn("folded", mlpctl("load", "--list", self.file))
        self.assertIn("folded into one map", refused("load", self.file))
        self.assertIn("folded", refused("save", "--from", self.file, "--out", self.path("x.pt"), "--fit"))

    def test_other_networks_are_listed_and_converted(self):
        values = {
            "f16": numpy.arange(6, dtype=numpy.float16).reshape(2, 3),
            "f64": numpy.array([0.1, -2.5]),
            "i8": numpy.array([-128, 127], numpy.int8),
            "i64": numpy.array([[-1], [2**62]]),
            "u16": numpy.array([65535], numpy.uint16),
            "u64": numpy.array([2**64 - 1], numpy.uint64),
            "flag": numpy.array([True, False]),
            "one": numpy.array(3.5, numpy.float32),
            "none": numpy.zeros((0, 4), numpy.float32),
            "c64": numpy.array([1 + 2j], numpy.complex64),
        }
        initializers = [numpy_helper.from_array(value, name) for name, value in values.items()]
        for name, value in values.items():
            type_ = helper.np_dtype_to_tensor_dtype(value.dtype)
            initializers.append(helper.make_tensor("t." + name, type_, value.shape, value.ravel()))
        initializers.append(helper.make_tensor("four", TensorProto.INT4, [3], [1, -2, 3]))
        initializers.append(helper.make_tensor("words", TensorProto.STRING, [1], [b"word"]))
        graph = helper.make_graph([], "g", [], [], initializers)
        file = self.written(helper.make_model(graph))
        listing = json.loads(mlpctl("load", "--list", "--json", file))
        kinds = {entry["name"]: entry for entry in listing["entries"]}
        self.assertEqual(listing["format"], "ONNX")
        self.assertIn("onnx.INT4", kinds["four"]["value"])
        self.assertIn("onnx.STRING", kinds["words"]["value"])
        self.assertIn("does not fit", mlpctl("load", file, code=1))
        out = self.path("out.pt")
        mlpctl("save", "--from", file, "--out", out, "--exclude", "u16", "--exclude", "*.u16", "--exclude", "*u64")
        state = torch.load(out, weights_only=True)
        for name, value in values.items():
            if name.startswith("u"):
                continue
            for key in (name, "t." + name):
                self.assertTrue(numpy.array_equal(state[key].numpy(), value), key)
                self.assertEqual(tuple(state[key].shape), value.shape)

    def test_the_scan_finds_data_and_no_code(self):
        self.saved()
        report = json.loads(mlpctl("load", "--scan", "--json", self.file))
        self.assertEqual((report["verdict"], report["files"][0]["format"]), ("harmless", "ONNX"))


del OnnxTest  # A base alone has no tests.

if __name__ == "__main__":
    unittest.main()
