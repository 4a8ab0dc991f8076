"""Measure seconds per fit with few training clips, and the speed-up over a new Keras model per fit.

python benchmarks/few_data.py [--output data/results/few_data_speed]     about 11 minutes on 2 cores

The data are ten classes of noise in patches of chapter VI's size. Networks are trained for 200 epochs, the prototypical
network for twenty updates of 50 + 50 patches. The reference ("fresh") is the obvious implementation: the readable
network, compiled again for each fit, and `Model.fit` on a PyDataset. Ours is the median of two fits after the first,
which traces; each fresh fit traces. Ours uses 16-bit products if `settings.precision` recommends them.
"""

import argparse
from functools import partial
from pathlib import Path

import keras
import numpy as np
from floor import timed

from thesis_lib.features.patches import Patches
from thesis_lib.models import build, settings
from thesis_lib.protocols.few_data.episodes import Prototypical
from thesis_lib.protocols.few_data.pretrained import softmax
from thesis_lib.protocols.few_data.regularised import EPOCHS, NORM, RATE, Regularised
from thesis_lib.records.run import Run

CLASSES, CLIPS, FRAMES, MELS, UPDATES = 10, 20, 216, 128, 20


class Epoch(keras.utils.PyDataset):
    """Draw one random patch per clip."""

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
    """Time our first fit, our later fits, and a fresh one."""
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
    sixteen = {"precision": settings.precision()}
    networks = {"transfer_musicnn": (layer, layer, embeddings)} | {
        name: (partial(build, name, fast=True, **knobs), partial(build, name), patches)
        for name, knobs in (("few_timbre", {}), ("sb_cnn", sixteen), ("few_vgg", sixteen))
    }
    parameters = {"dataset": "noise", "scale": "full", "seed": 0, "epochs": EPOCHS, "precision": settings.precision()}
    run = Run(given.output, "VI", parameters, "noise")

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
    embedding = Prototypical(partial(build, "prototypical", fast=True, **sixteen), patches, CLASSES)
    updates = {"patience": UPDATES, "longest": UPDATES}
    rows = np.concatenate([np.flatnonzero(targets == c)[:5] for c in range(CLASSES)])
    ours = partial(embedding.fit, rows, targets, **updates)

    def theirs():
        Prototypical(partial(build, "prototypical"), patches, CLASSES).fit(rows, targets, **updates)

    add("prototypical", 5, f"{UPDATES} updates", compared(ours, theirs, repeats=1))
    run.finish()


if __name__ == "__main__":
    main()
