#!/usr/bin/env python3
"""What `mlpctl train --tensorboard` costs a training of the default recipe, in processor time.

    tensorboard.py MLPCTL [DATA [ROUNDS]]    DATA: MNIST's folder (default: data/mnist)

Two runs of a minute differ by more than what is looked for, so the parts are counted where they are
large beside the rest: what an epoch writes, over fifty epochs of 600 pictures with and without (96
of the training pictures are shown, however many there are); what the end writes, in a run of one step
with MNIST's test set. Both are set against an epoch on all of MNIST. Runs take turns; medians.
"""

import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from measured import measured  # noqa: E402

EPOCHS, RECIPE_EPOCHS, PICTURES = 50, 30, 600


def write_part(source, target, count):
    """The first pictures or labels of an IDX file as a file of their own."""
    data = source.read_bytes()
    header = 4 + 4 * data[3]
    each = 784 if data[3] == 3 else 1
    target.write_bytes(data[:4] + count.to_bytes(4, "big") + data[8:header] + data[header : header + count * each])


def main(program, data=ROOT / "data" / "mnist", rounds=7):
    data = pathlib.Path(data)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        small = folder / "small"
        small.mkdir()
        for part, count in (("train", PICTURES), ("t10k", 100)):
            for kind in ("images-idx3-ubyte", "labels-idx1-ubyte"):
                write_part(data / f"{part}-{kind}", small / f"{part}-{kind}", count)

        def cost(*arguments, board):
            command = [program, "train", "--threads", 1, "-q", "--out", folder / "out.pt", *arguments]
            if board:
                command += ["--tensorboard", folder / "board"]
            done, seconds, _ = measured([str(each) for each in command], stdout=subprocess.DEVNULL)
            if done.returncode != 0:
                sys.exit(f"{command} gave {done.returncode}")
            return 1000 * seconds

        def difference(*arguments):
            pairs = [[cost(*arguments, board=board) for board in (False, True)] for _ in range(int(rounds))]
            return [with_board - without for without, with_board in pairs]

        # The recipe's clean epochs would write no pictures.
        epoch = [each / EPOCHS for each in difference("--data", small, "--epochs", EPOCHS, "--clean-epochs", 0)]
        end = difference("--data", data, "--epochs", 1, "--max-steps", 1)
        start = [cost("--data", data, "--epochs", 1, "--max-steps", 1, board=False) for _ in range(3)]
        whole = [cost("--data", data, "--epochs", 2, board=False) for _ in range(3)]
    one = (statistics.median(whole) - statistics.median(start)) / 2
    for what, values in (("an epoch writes", epoch), ("the end, with one epoch", end)):
        print(f"{what}: {statistics.median(values):.1f} ms ({min(values):.1f} to {max(values):.1f})")
    print(f"an epoch on MNIST: {one:.0f} ms")
    share = (statistics.median(epoch) * RECIPE_EPOCHS + statistics.median(end)) / (one * RECIPE_EPOCHS)
    print(f"of {RECIPE_EPOCHS} epochs: {100 * share:.2f} %")


if __name__ == "__main__":
    main(*sys.argv[1:])
