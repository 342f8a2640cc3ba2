"""The tuned loop with forward and loss, and so their backward, through torch.compile."""

import mnist
import torch
from python_tuned import train
from torch.nn.functional import cross_entropy


def main() -> None:
    options = mnist.arguments()
    torch.set_num_threads(options.threads)
    model = mnist.network()
    forward = torch.compile(lambda pixels, targets: cross_entropy(model(pixels), targets))
    train(options, forward, model)


main()
