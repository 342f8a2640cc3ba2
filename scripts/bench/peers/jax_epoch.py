"""JAX with the whole epoch in one jitted lax.scan: gather, forward, backward, Adam."""

from functools import partial

import jax
import jax.numpy as jnp
import mnist
import numpy as np
from jax import lax


def first_values(seed: int) -> list:
    """PyTorch's default: uniform within 1 / sqrt(inputs), weights and biases alike."""
    random = np.random.default_rng(seed)
    parameters = []
    for shape in [(5, 1, 3, 3), (300, 3380), (64, 300), (10, 64)]:
        bound = 1 / np.sqrt(np.prod(shape[1:]))
        parameters.append(random.uniform(-bound, bound, shape).astype(np.float32))
        parameters.append(random.uniform(-bound, bound, shape[0]).astype(np.float32))
    return [jnp.asarray(value) for value in parameters]


def loss(parameters, pixels, targets):
    kernel, kernel_bias, w1, b1, w2, b2, w3, b3 = parameters
    maps = lax.conv(pixels, kernel, (1, 1), "VALID") + kernel_bias[:, None, None]
    hidden = jax.nn.relu(maps.reshape(len(pixels), -1) @ w1.T + b1)
    hidden = jax.nn.relu(hidden @ w2.T + b2)
    log_probabilities = jax.nn.log_softmax(hidden @ w3.T + b3)
    return -jnp.take_along_axis(log_probabilities, targets[:, None], axis=1).mean()


def adam(parameters, gradients, first, second, step):
    first = [0.9 * m + 0.1 * g for m, g in zip(first, gradients)]
    second = [0.999 * v + 0.001 * g * g for v, g in zip(second, gradients)]
    rate = 1e-3 / (1 - 0.9**step)
    scale = jnp.sqrt(1 - 0.999**step)
    updated = [p - rate * m / (jnp.sqrt(v) / scale + 1e-8) for p, m, v in zip(parameters, first, second)]
    return updated, first, second


def main() -> None:
    options = mnist.arguments()
    pixels = jnp.asarray(mnist.images(options.data, "train")[:, None].astype(np.float32) / 255)
    targets = jnp.asarray(mnist.labels(options.data, "train").astype(np.int32))

    def one_step(state, index):
        parameters, first, second, step = state
        value, gradients = jax.value_and_grad(loss)(parameters, pixels[index], targets[index])
        step = step + 1
        return (*adam(parameters, gradients, first, second, step), step), value

    @partial(jax.jit, static_argnums=2, donate_argnums=0)
    def epoch(state, key, steps):
        order = jax.random.permutation(key, len(targets))
        order = jnp.resize(order, (steps, options.batch_size))
        return lax.scan(one_step, state, order)

    parameters = first_values(0)
    zeros = [jnp.zeros_like(p) for p in parameters]
    state = (parameters, zeros, [jnp.zeros_like(p) for p in parameters], jnp.float32(0))
    key = jax.random.key(0)

    def run(steps: int) -> float:
        nonlocal state, key
        key, order_key = jax.random.split(key)
        state, losses = epoch(state, order_key, steps)
        return losses.mean().block_until_ready()

    mnist.serve(run)


main()
