"""Training as the tutorials teach it: Dataset, ToTensor for each picture, DataLoader, Adam."""

import mnist
import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Digits(Dataset):
    """torchvision.datasets.MNIST with ToTensor, written out: a picture a call, scaled to [0, 1]."""

    def __init__(self, folder):
        self.images = mnist.images(folder, "train")
        self.labels = mnist.labels(folder, "train")

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        picture = Image.fromarray(self.images[index])
        pixels = torch.from_numpy(np.array(picture, copy=True)).view(1, 28, 28)
        return pixels.to(torch.float32).div(255), int(self.labels[index])


def main() -> None:
    options = mnist.arguments()
    torch.set_num_threads(options.threads)
    model = mnist.network()
    loader = DataLoader(Digits(options.data), batch_size=options.batch_size, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss_function = nn.CrossEntropyLoss()

    def run(steps: int) -> float:
        total, done = 0.0, 0
        while done < steps:
            for pixels, targets in loader:
                optimizer.zero_grad()
                loss = loss_function(model(pixels), targets)
                loss.backward()
                optimizer.step()
                total += loss.item()
                done += 1
                if done == steps:
                    break
        return total / steps

    mnist.serve(run)


main()
