"""The script that a user would write for one picture: python_predict.py mlp.pt image.png"""

import sys

import mnist
import numpy as np
import torch
from PIL import Image


def main() -> None:
    model_file, image_file = sys.argv[1:]
    model = mnist.load(mnist.network(), model_file)
    picture = Image.open(image_file).convert("L").resize((28, 28))
    pixels = torch.from_numpy(np.array(picture)).view(1, 1, 28, 28).float() / 255
    with torch.inference_mode():
        probabilities = model(pixels).softmax(1)[0]
    digit = int(probabilities.argmax())
    print(f"{image_file}: {digit} ({float(probabilities[digit]):.1%})")


main()
