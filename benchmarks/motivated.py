"""Measure the training step of chapter III's networks, and the speed-up over plain Keras.

python benchmarks/motivated.py [--output FOLDER]     about 6 minutes on one core

The data are noise in patches of each network's size. The reference is the readable network with `Model.fit` on the same
batches. Ours is the network that the pages train: a fast form where there is one. Both start from the same weights;
"difference" is the largest between their weights after ten steps of gradient descent without dropout.
"""

import argparse
from functools import partial
from pathlib import Path

import keras
import numpy as np
from floor import timed

from thesis_lib.models import ARCHITECTURES, build
from thesis_lib.models.settings import jit
from thesis_lib.records.run import Run

BATCHES = {"black_box": 32, "time": 32, "frequency": 32, "time_frequency": 32, "o_net": 32, "p_net": 32, "o_p_net": 32,
           "instruments": 16, "instruments_multi": 16, "instruments_han": 16, "tags": 16, "tags_small": 16,
           "onsets_temporal": 128, "onsets_timbral": 128, "onsets_jan": 128, "onsets_jan_deep": 128}  # fmt: skip
STEPS = 10


def compiled(name, fast, n_outputs, optimizer):
    keras.utils.set_random_seed(0)
    size = next(iter(ARCHITECTURES[name].sizes.values()))
    model = build(name, fast=fast, n_outputs=n_outputs, **size.knobs)
    independent = model.layers[-1].activation is keras.activations.sigmoid
    model.compile(optimizer, "binary_crossentropy" if independent else "categorical_crossentropy", jit_compile=jit())
    return model


def without_dropout(model):
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
    return model


def difference(name, n_outputs, x, y, size):
    """Return the largest difference between the weights of both forms after ten steps."""
    plain, ours = (
        without_dropout(compiled(name, fast, n_outputs, keras.optimizers.SGD(0.01))) for fast in (False, True)
    )
    ours.set_weights(plain.get_weights())
    for model in (plain, ours):
        stepped(model, x, y, size)
    return max(np.abs(a - b).max() for a, b in zip(plain.get_weights(), ours.get_weights(), strict=True))


def stepped(model, x, y, size):
    for start in range(0, len(x), size):
        model.train_on_batch(x[start : start + size], y[start : start + size])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output", type=Path, default=Path("runs/motivated_speed"))
    given = options.parse_args()
    run = Run(given.output, "III", {"dataset": "noise", "scale": "full", "seed": 0}, "noise")
    for name, size in BATCHES.items():
        fast = ARCHITECTURES[name].fast is not None
        n_outputs = 2 if name.startswith("onsets") else 8
        plain, ours = (compiled(name, form, n_outputs, keras.optimizers.Adam(1e-3)) for form in (False, fast))
        rng = np.random.default_rng(0)
        x = rng.normal(size=(STEPS * size, *plain.input_shape[1:])).astype(np.float32)
        y = np.eye(n_outputs, dtype=np.float32)[rng.integers(0, n_outputs, len(x))]

        ways = (
            partial(plain.fit, x, y, batch_size=size, verbose=0, shuffle=False),
            partial(stepped, ours, x, y, size),
        )
        for one in ways:
            one()  # the first call traces
        slow, quick = (min(timed(one) for _ in range(3)) / STEPS for one in ways)
        found = {"plain step, ms": 1000 * slow, "step, ms": 1000 * quick, "times faster": slow / quick}
        found["difference"] = float(difference(name, n_outputs, x, y, size)) if fast else 0.0
        print(name, {key: float(f"{value:.3g}") for key, value in found.items()}, flush=True)
        run.add([{"system": name, "metric": metric, "value": value} for metric, value in found.items()])
    run.finish()


if __name__ == "__main__":
    main()
