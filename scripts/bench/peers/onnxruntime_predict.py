"""One picture by ONNX Runtime, which starts faster than PyTorch: onnxruntime_predict.py mlp.onnx image.png"""

import sys

import numpy as np
import onnxruntime
from PIL import Image


def main() -> None:
    model_file, image_file = sys.argv[1:]
    session = onnxruntime.InferenceSession(model_file, providers=["CPUExecutionProvider"])
    picture = Image.open(image_file).convert("L").resize((28, 28))
    pixels = np.asarray(picture, dtype=np.float32).reshape(1, 1, 28, 28) / 255
    logits = session.run(None, {"pixels": pixels})[0][0]
    print(f"{image_file}: {logits.argmax()}")


main()
