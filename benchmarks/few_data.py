"""Few training clips: seconds a fit, and how many times faster than fitting each from a fresh Keras model.

python benchmarks/few_data.py [--output data/results/few_data_speed]     about 6 minutes on 2 cores

Ten classes of noise, patches as chapter VI takes them, 200 epochs. Fresh is what one would write first: the network as
published (scale and shift of the input before the first convolution), compiled anew, and `Model.fit` on a PyDataset.
Ours are the medians of three fits after the first, which traces; the fresh one counts as it is, since each one traces.
"""

import argparse
from functools import partial
from pathlib import Path

import keras
import numpy as np
from floor import timed
from keras import layers

from thesis_lib import results
from thesis_lib.models import build
from thesis_lib.protocols import few_data, regularised
from thesis_lib.protocols.few_inputs import Patches

CLASSES, CLIPS, FRAMES, MELS = 10, 20, 216, 128


def published(name):
    """The networks of chapter VI with their input normalised as it is published."""
    ours = build(name)
    inputs = layers.Input((128, MELS))
    x = layers.BatchNormalization()(layers.Reshape((128, MELS, 1))(inputs))
    if name == "few_timbre":
        x = layers.GlobalMaxPooling2D()(
            layers.Conv2D(CLASSES, (7, 108), kernel_regularizer=keras.regularizers.L2(1e-3))(x)
        )
        return keras.Model(inputs, layers.Softmax()(x))
    first = ours.get_layer("conv_1").layer
    x = layers.Conv2D(
        first.filters, first.kernel_size, padding=first.padding, kernel_regularizer=first.kernel_regularizer
    )(x)
    after = ours.layers[ours.layers.index(ours.get_layer("conv_1")) + 1 :]
    for layer in after:
        x = layer(x)
    return keras.Model(inputs, x)


class Epoch(keras.utils.PyDataset):
    """One random patch of each clip."""

    def __init__(self, inputs, rows, targets):
        super().__init__()
        self.inputs, self.rows, self.targets, self.rng = inputs, rows, targets, np.random.default_rng(0)

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return self.inputs.random(self.rows, self.rng), self.targets[self.rows]


def fresh(make, inputs, rows, targets):
    model = make()
    model.compile(
        keras.optimizers.SGD(regularised.RATE, global_clipnorm=regularised.NORM), "sparse_categorical_crossentropy"
    )
    model.fit(Epoch(inputs, rows, targets), epochs=regularised.EPOCHS - 1, verbose=0)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output", type=Path, default=Path("runs/few_data_speed"))
    given = options.parse_args()
    rng, targets = np.random.default_rng(0), np.repeat(np.arange(CLASSES), CLIPS)
    patches = Patches(rng.normal(-4, 2, (len(targets), FRAMES, MELS)).astype(np.float32), 128)
    embeddings = Patches(rng.normal(size=(len(targets), 3, 200)).astype(np.float32), 0)
    softmax = partial(few_data.softmax, 200, CLASSES)
    systems = {"transfer_musicnn": (softmax, softmax, embeddings)} | {
        name: (partial(build, name), partial(published, name), patches) for name in few_data.TRAINED[::-1]
    }
    run = results.Run(given.output, "VI", {"dataset": "noise", "scale": "full", "seed": 0, "epochs": 200}, "noise")
    for name, (make, plain, inputs) in systems.items():
        fitted = regularised.Regularised(make, inputs)
        for n in (1, 5):
            rows = np.concatenate([np.flatnonzero(targets == c)[:n] for c in range(CLASSES)])
            times = [timed(lambda: fitted.fit(rows, targets)) for _ in range(4)]  # noqa: B023
            slow = timed(lambda: fresh(plain, inputs, rows, targets))  # noqa: B023
            fast = float(np.median(times[1:]))
            found = {"first fit, s": times[0], "fit, s": fast, "fresh, s": slow, "times faster": slow / fast}
            print(name, n, {key: round(value, 2) for key, value in found.items()}, flush=True)
            common = {"system": name, "n_per_class": n, "protocol": "200 epochs"}
            run.add([common | {"metric": metric, "value": value} for metric, value in found.items()])
    run.finish()


if __name__ == "__main__":
    main()
