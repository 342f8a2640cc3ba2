"""The default recipe as a careful user writes it in PyTorch: a line of JSON after each epoch.

AdamW, one epoch of warm-up and a straight line, averaged weights, a calm end, and the changes of pictures that fields and
filters make (turns, sizes, aspects, slants, shifts, elastic fields, strokes), 2,048 at a time, with
mlpctl's bounds. What mlpctl draws with a pen is left out: habits, other styles and non-digits. Timed from
the start of the process by whoever reads the lines.
"""

import json
import math

import mnist
import torch
from torch.nn.functional import affine_grid, cross_entropy, grid_sample, interpolate, max_pool2d

RATE, WEIGHT_DECAY, AVERAGE, CLEAN = 2e-3, 0.05, 0.999, 0.1
# In this share of the epochs, at the end, so many pictures stay as they are.
CALM, CLEAN_AT_END = 0.2, 0.6
CHUNK = 2048
ROTATE, SCALE, ASPECT, SHEAR, SHIFT, ELASTIC, STROKE = math.radians(12), 0.15, 0.2, 0.2, 2, 1.4, 0.5
# Knots of the elastic field, and what the bicubic leaves of the knots' standard deviation.
KNOTS, KEPT = 7, 0.84


def even(count: int, bound: float) -> torch.Tensor:
    return (2 * torch.rand(count) - 1) * bound


def back_maps(count: int) -> torch.Tensor:
    """The affine ways back from output to input, in grid_sample's units, [count, 2, 3]."""
    angle, shear = even(count, ROTATE), even(count, SHEAR)
    scale, aspect = (1 + SCALE) ** even(count, 1), (1 + ASPECT) ** even(count, 0.5)
    width, height = scale * aspect, scale / aspect
    cosine, sine = angle.cos(), angle.sin()
    x, y = even(count, SHIFT) / 14, even(count, SHIFT) / 14
    xx, xy = (cosine - shear * sine) / width, (sine + shear * cosine) / width
    yx, yy = -sine / height, cosine / height
    rows = [xx, xy, -xx * x - xy * y, yx, yy, -yx * x - yy * y]
    return torch.stack(rows, 1).view(count, 2, 3)


def changed(pixels: torch.Tensor, clean: float) -> torch.Tensor:
    count = len(pixels)
    weight = torch.empty(count, 1, 1, 1).uniform_(-0.7, 1) * (torch.rand(count, 1, 1, 1) < STROKE)
    thick, thin = max_pool2d(pixels, 3, 1, 1), -max_pool2d(-pixels, 3, 1, 1)
    inked = torch.where(weight > 0, torch.lerp(pixels, thick, weight), torch.lerp(pixels, thin, -weight))
    grid = affine_grid(back_maps(count), list(pixels.shape), align_corners=False)
    strength = torch.rand(count, 1, 1, 1) * ELASTIC / 14 * math.sqrt(3) / KEPT
    field = (2 * torch.rand(count, 2, KNOTS, KNOTS) - 1) * strength
    grid += interpolate(field, size=28, mode="bicubic", align_corners=True).permute(0, 2, 3, 1)
    out = grid_sample(inked, grid, align_corners=False).clamp_(0, 1)
    same = torch.rand(count) < clean
    out[same] = pixels[same]
    return out


def accuracy(model, average, pixels, targets) -> float:
    with torch.inference_mode():
        answers = torch.func.functional_call(model, average, (pixels,)).argmax(1)
    return (answers == targets).float().mean().item()


def main() -> None:
    parser = mnist.parser()
    parser.add_argument("--epochs", type=int, default=28)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model = mnist.network()
    torch.manual_seed(options.seed)
    for layer in model:
        if hasattr(layer, "reset_parameters"):
            layer.reset_parameters()
    pixels, targets = mnist.whole_set(options.data, "train")
    test = mnist.whole_set(options.data, "t10k")
    weights = list(model.parameters())
    average = [weight.detach().clone() for weight in weights]
    optimizer = torch.optim.AdamW(weights, lr=RATE, weight_decay=WEIGHT_DECAY, fused=True)
    per_epoch = -(-len(targets) // options.batch_size)
    steps = options.epochs * per_epoch

    def rate(step: int) -> float:
        if step < per_epoch:
            return (step + 1) / per_epoch
        return 1 - (step - per_epoch) / (steps - per_epoch)

    step = 0
    for epoch in range(options.epochs):
        clean = CLEAN_AT_END if epoch >= (1 - CALM) * options.epochs else CLEAN
        for part in torch.randperm(len(targets)).split(CHUNK // options.batch_size * options.batch_size):
            seen = pixels[part] if epoch == options.epochs - 1 else changed(pixels[part], clean)
            for images, labels in zip(seen.split(options.batch_size),
                                      targets[part].split(options.batch_size)):
                for group in optimizer.param_groups:
                    group["lr"] = RATE * rate(step)
                loss = cross_entropy(model(images), labels)
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
                step += 1
                torch._foreach_lerp_(average, [weight.detach() for weight in weights],
                                     1 - min(AVERAGE, step / (step + 10)))
        named = dict(zip((name for name, _ in model.named_parameters()), average))
        print(json.dumps({"epoch": epoch + 1, "accuracy": accuracy(model, named, *test)}), flush=True)


if __name__ == "__main__":
    main()
