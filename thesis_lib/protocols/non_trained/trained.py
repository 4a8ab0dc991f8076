"""Train chapter IV's front-ends, to compare them with their random features.

The chapter assumes that architectures with good random features are also good when trained (Saxe et al., "On random
weights and unsupervised feature learning", ICML 2011, section 4). Here the same front-ends, with the same size and
initial weights, are trained with a softmax layer on their features. All are trained in the same way, which is tuned to
none: Adam, a cosine decay of the learning rate to zero, random crops of half a clip, a fixed number of epochs, and the
last weights. No test clip decides anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import keras
import numpy as np
from tqdm import tqdm

from ... import features
from ...datasets.clip import Clip
from ...datasets.splits import splits
from ...features.patches import Patches
from ...features.store import Stored
from ...models import ARCHITECTURES
from ...models.settings import jit
from ..training import Restart, predict
from .sizes import LOG_MEL, SAMPLE_RATE, at_size

LEARNING_RATE, BATCH = 1e-3, 32
CROP = 0.5  # share of a clip's duration
CROPS = 3  # per test clip, from its start to its end


class Length(NamedTuple):
    """The amount of training at a scale.

    Attributes:
        at_most: number of clips per class to use; None for all.
        epochs: number of epochs.
        folds: number of folds to test; None for all.
    """

    at_most: int | None
    epochs: int
    folds: int | None


LENGTHS = {
    "smoke": Length(at_most=10, epochs=1, folds=1),
    "quick": Length(at_most=24, epochs=12, folds=1),
    "full": Length(at_most=None, epochs=40, folds=None),
    "paper": Length(at_most=None, epochs=40, folds=None),
}


def length(scale: str, epochs: int) -> dict:
    """Return the arguments of `evaluate` that the scale decides; epochs other than 0 override it."""
    return {"epochs": epochs or LENGTHS[scale].epochs, "folds": LENGTHS[scale].folds}


def evaluate(
    clips: Sequence[Clip], *, architectures: Sequence[str], n_features: int, seconds: float, seed: int, epochs: int,
    folds: int | None = None, done: Callable[..., bool] = lambda **fields: False,
) -> Iterator[list[dict]]:  # fmt: skip
    """Train every front-end for every test fold.

    Args:
        clips: N labelled clips with folds or a fixed split, whose validation part is not used.
        architectures: names of chapter IV's architectures.
        n_features: approximate number of features of a front-end.
        seconds: duration to which all clips are cropped or repeated.
        seed: random seed for the weights, the order of the clips and the crops.
        epochs: number of epochs.
        folds: number of folds to test, in their order; all by default.
        done: tells for (system=..., protocol=..., fold=...) whether its record exists, like `Run.has`.

    Yields:
        The record of one front-end on one fold, with the labels that it predicted.
    """
    names, targets = np.unique([clip.label for clip in clips], return_inverse=True)
    todo = [
        (name, split)
        for name in architectures
        for split in splits(clips, validate=False)[:folds]
        if not done(system=name, protocol="trained", fold=split.fold)
    ]
    training = None
    with tqdm(total=len(todo) * epochs, desc="training", unit="epoch", disable=not todo) as bar:
        for name, split in todo:
            bar.set_postfix_str(name if split.fold is None else f"{name}, fold {split.fold}")
            start = time.monotonic()
            if training is None or training.name != name:
                inputs = _inputs(clips, name, seconds)
                training = Training(name, n_features, seconds * CROP, len(names))
            training.fit(inputs, targets, split.train, epochs=epochs, seed=seed, update=bar.update)
            predicted = training.predict(inputs, split.test).argmax(axis=1)
            yield [
                {
                    "system": name, "classifier": "softmax", "protocol": "trained", "seed": seed, "fold": split.fold,
                    "train_size": len(split.train), "metric": "accuracy",
                    "value": float((predicted == targets[split.test]).mean()),
                    "predicted": (split.test, names[predicted]), "n_params": training.model.count_params(),
                    "seconds": round(time.monotonic() - start, 2),
                }
            ]  # fmt: skip


class Training:
    """A front-end that is trained for one fold after another, but traced only once.

    Args:
        name: a key of `ARCHITECTURES`.
        n_features: approximate number of features.
        seconds: duration of a crop.
        n_outputs: number of classes.
    """

    def __init__(self, name: str, n_features: int, seconds: float, n_outputs: int) -> None:
        self.name = name
        build = partial(at_size, name, n_features, seconds, n_outputs=n_outputs)
        self.model = build()
        self.model.compile(keras.optimizers.Adam(LEARNING_RATE), "sparse_categorical_crossentropy", jit_compile=jit())
        self._restart = Restart(self.model, build)
        self._norm = (0.0, 1.0)

    def fit(
        self, inputs: Stored, targets: np.ndarray, train: np.ndarray, *, epochs: int, seed: int,
        update: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """Train on some of the clips, starting from the random weights of a seed.

        Args:
            inputs: inputs of all clips, shape (N, T, ...).
            targets: class of each clip, (N,).
            train: indices of the training clips.
            epochs: number of epochs; the last batch of each is filled up with clips of its first.
            seed: random seed for the weights, the order and the crops.
            update: called after each epoch.
        """
        self._restart(seed)
        rng, crops = np.random.default_rng(seed), Patches(inputs, self.model.input_shape[1])
        sample = inputs[rng.choice(train, min(len(train), 256), replace=False)]
        self._norm = float(sample.mean()), float(sample.std()) + 1e-6
        steps = -(-len(train) // BATCH)
        for epoch in range(epochs):
            order = np.resize(rng.permutation(train), (steps, BATCH))
            for step, rows in enumerate(order):
                done = (epoch * steps + step) / (epochs * steps)
                self.model.optimizer.learning_rate.assign(LEARNING_RATE * 0.5 * (1 + np.cos(np.pi * done)))
                self.model.train_on_batch(self._normalised(crops.random(rows, rng)), targets[rows])
            update()

    def predict(self, inputs: Stored, test: np.ndarray) -> np.ndarray:
        """Predict class probabilities averaged over `CROPS` crops per clip: (len(test), C)."""
        crops, mean = Patches(inputs, self.model.input_shape[1]), 0.0
        for start in crops.evenly(CROPS):
            x = self._normalised(crops.at(test, np.full(len(test), start)))
            mean = mean + predict(self.model, x, BATCH) / CROPS
        return mean

    def _normalised(self, crops: np.ndarray) -> np.ndarray:
        mean, deviation = self._norm
        return (crops - mean) / deviation


def _inputs(clips: Sequence[Clip], name: str, seconds: float) -> Stored:
    """Return the input of an architecture for all clips."""
    if ARCHITECTURES[name].signal == "waveform":
        return features.waveforms(clips, sample_rate=SAMPLE_RATE, seconds=seconds)
    return features.log_mels(clips, sample_rate=SAMPLE_RATE, seconds=seconds, **LOG_MEL)
