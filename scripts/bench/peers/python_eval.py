"""Evaluation in Python: the test set in memory as float32, batches through the eager module."""

import mnist
import torch


def main() -> None:
    options = mnist.arguments()
    torch.set_num_threads(options.threads)
    model = mnist.load(mnist.network(), options.model)
    pixels = torch.from_numpy(mnist.images(options.data, "t10k")).unsqueeze(1).float().div_(255)
    targets = torch.from_numpy(mnist.labels(options.data, "t10k")).long()

    @torch.inference_mode()
    def run(passes: int) -> float:
        for _ in range(passes):
            right = 0
            for x, y in zip(pixels.split(options.batch_size), targets.split(options.batch_size)):
                right += (model(x).argmax(1) == y).sum()
        return right.item() / len(targets)

    mnist.serve(run)


main()
