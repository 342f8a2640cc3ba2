"""How many operations the network needs when the convolution is folded into the first Linear.

A multiplication and an addition are two operations. The gradient for the pixels is not needed, nor
is Adam counted, nor ReLU and the loss: this is the arithmetic that no trick saves.
"""

PIXELS, HIDDEN, NARROW, CLASSES = 784, 300, 64, 10
FEATURES, TAPS = 5 * 26 * 26, 9

FIRST = 2 * PIXELS * HIDDEN
REST = 2 * (HIDDEN * NARROW + NARROW * CLASSES)
FOLD = 2 * HIDDEN * FEATURES * TAPS


def training_step(batch: int) -> int:
    """Forward and weight gradients of all layers, data gradients of the last two; three folds."""
    return batch * (2 * FIRST + 3 * REST) + 3 * FOLD


def inference(images: int) -> int:
    """The fold is made once when a model is loaded, and is left out."""
    return images * (FIRST + REST)
