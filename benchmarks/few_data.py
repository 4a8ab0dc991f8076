"""Few training clips: seconds a fit, and how many times faster than fitting each from a fresh Keras model.

python benchmarks/few_data.py [--output data/results/few_data_speed]     about 11 minutes on 2 cores

Ten classes of noise, patches as chapter VI takes them, 200 epochs; for the prototypical network twenty updates of
50 + 50 patches. Fresh is what one would write first: the network as it is published, of Keras' own layers, compiled
anew for each fit, and `Model.fit` on a PyDataset. Ours is the median of two fits after the first, which traces; the
fresh one counts as it is, since each one traces. Ours multiplies in 16 bits where `models.precision` says so.
"""

import argparse
from functools import partial
from pathlib import Path

import keras
import numpy as np
from floor import timed
from keras import layers

from thesis_lib import models
from thesis_lib.records import run as results
from thesis_lib.models import build
from thesis_lib.models.few_data import DECAY
from thesis_lib.protocols.few_data.episodes import Prototypical
from thesis_lib.protocols.few_data.inputs import Patches
from thesis_lib.protocols.few_data.pretrained import softmax
from thesis_lib.protocols.few_data.regularised import EPOCHS, NORM, RATE, Regularised

CLASSES, CLIPS, FRAMES, MELS, UPDATES = 10, 20, 216, 128, 20


def first(axis=-1):
    inputs = layers.Input((128, MELS))
    return inputs, layers.BatchNormalization(axis=axis)(layers.Reshape((128, MELS, 1))(inputs))


def timbre():
    inputs, x = first()
    x = layers.GlobalMaxPooling2D()(layers.Conv2D(CLASSES, (7, 108), kernel_regularizer=DECAY)(x))
    return keras.Model(inputs, layers.Softmax()(x))


def sb_cnn():
    inputs, x = first()
    for width, pool in ((24, True), (48, True), (48, False)):
        x = layers.Conv2D(width, 5, activation="relu", kernel_regularizer=DECAY)(x)
        x = layers.MaxPooling2D((4, 2))(x) if pool else x
    x = layers.Dropout(0.5)(layers.Flatten()(x))
    x = layers.Dropout(0.5)(layers.Dense(64, activation="relu", kernel_regularizer=DECAY)(x))
    return keras.Model(inputs, layers.Dense(CLASSES, "softmax", kernel_regularizer=DECAY)(x))


def vgg(width=32, *, embedding=False):
    inputs, x = first(axis=1 if embedding else -1)
    decay = None if embedding else DECAY
    for _ in range(5):
        x = layers.Conv2D(width, 3, padding="same", activation="elu", kernel_regularizer=decay)(x)
        x = layers.MaxPooling2D(2)(layers.BatchNormalization()(x))
    x = layers.Dropout(0.5)(layers.Flatten()(x))
    if embedding:
        return keras.Model(inputs, layers.Dense(10)(x))
    return keras.Model(inputs, layers.Dense(CLASSES, "softmax", kernel_regularizer=decay)(x))


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
    model.compile(keras.optimizers.SGD(RATE, global_clipnorm=NORM), "sparse_categorical_crossentropy")
    model.fit(Epoch(inputs, rows, targets), epochs=EPOCHS - 1, verbose=0)


def compared(fit, again, repeats=2):
    """Seconds of our first fit and of those after it, and of a fresh one."""
    start, *later = [timed(fit) for _ in range(1 + repeats)]
    fast, slow = float(np.median(later)), timed(again)
    return {"first fit, s": start, "fit, s": fast, "fresh, s": slow, "times faster": slow / fast}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output", type=Path, default=Path("runs/few_data_speed"))
    given = options.parse_args()
    rng, targets = np.random.default_rng(0), np.repeat(np.arange(CLASSES), CLIPS)
    patches = Patches(rng.normal(-4, 2, (len(targets), FRAMES, MELS)).astype(np.float32), 128)
    embeddings = Patches(rng.normal(size=(len(targets), 3, 200)).astype(np.float32), 0)
    layer = partial(softmax, 200, CLASSES)
    plain = {"few_timbre": timbre, "sb_cnn": sb_cnn, "few_vgg": vgg}
    sixteen = {"precision": models.precision()}
    networks = {"transfer_musicnn": (layer, layer, embeddings)} | {
        name: (partial(build, name, **({} if name == "few_timbre" else sixteen)), make, patches)
        for name, make in plain.items()
    }
    parameters = {"dataset": "noise", "scale": "full", "seed": 0, "epochs": EPOCHS, "precision": models.precision()}
    run = results.Run(given.output, "VI", parameters, "noise")

    def add(name, n, protocol, found):
        print(name, n, {key: round(value, 2) for key, value in found.items()}, flush=True)
        common = {"system": name, "n_per_class": n, "protocol": protocol}
        run.add([common | {"metric": metric, "value": value} for metric, value in found.items()])

    for name, (make, as_published, inputs) in networks.items():
        fitted = Regularised(make, inputs)
        for n in (1, 5):
            rows = np.concatenate([np.flatnonzero(targets == c)[:n] for c in range(CLASSES)])
            ours, theirs = partial(fitted.fit, rows, targets), partial(fresh, as_published, inputs, rows, targets)
            add(name, n, f"{EPOCHS} epochs", compared(ours, theirs))
    embedding = Prototypical(partial(build, "prototypical", **sixteen), patches, CLASSES)
    updates = {"patience": UPDATES, "longest": UPDATES}
    rows = np.concatenate([np.flatnonzero(targets == c)[:5] for c in range(CLASSES)])
    ours = partial(embedding.fit, rows, targets, **updates)

    def theirs():
        Prototypical(partial(vgg, 128, embedding=True), patches, CLASSES).fit(rows, targets, **updates)

    add("prototypical", 5, f"{UPDATES} updates", compared(ours, theirs, repeats=1))
    run.finish()


if __name__ == "__main__":
    main()
