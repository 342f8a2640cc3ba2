"""Evaluation in ONNX Runtime, all its graph optimisations on; --model is the .onnx file."""

import mnist
import numpy as np
import onnxruntime


def main() -> None:
    options = mnist.arguments()
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(options.model, settings, providers=["CPUExecutionProvider"])
    pixels = mnist.images(options.data, "t10k")[:, None].astype(np.float32) / 255
    targets = mnist.labels(options.data, "t10k")
    starts = range(0, len(targets), options.batch_size)

    def run(passes: int) -> float:
        for _ in range(passes):
            right = 0
            for start in starts:
                batch = slice(start, start + options.batch_size)
                logits = session.run(None, {"pixels": pixels[batch]})[0]
                right += int((logits.argmax(1) == targets[batch]).sum())
        return right / len(targets)

    mnist.serve(run)


main()
