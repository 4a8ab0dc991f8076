"""Clips in, accuracies of chapter IV's front-ends with trained weights out: the other side of their random ones.

That architectures which do well at random do well trained is what the chapter rests on (Saxe et al., "On random weights
and unsupervised feature learning", ICML 2011, section 4). Here the same front-ends, at the same size and from the same
first values, are trained with a softmax layer on their features. The training is the plain one that suits all of them,
not the best for any: Adam, a learning rate that falls to zero along half a cosine, random crops of half a clip, a fixed
number of epochs, the weights as they are at its end; no test clip decides anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import keras
import numpy as np
from tqdm import tqdm

from ... import features
from ...datasets.clip import Clip
from ...models import ARCHITECTURES, jit
from ...cli.quiet import retracing_unmentioned
from ...features.store import Stored
from ..training import Restart
from .sizes import LOG_MEL, SAMPLE_RATE, at_size

LEARNING_RATE, BATCH = 1e-3, 32
CROP = 0.5  # of a clip's length
CROPS = 3  # of a tested clip, from its start to its end


class Length(NamedTuple):
    """How much is trained at a scale.

    Attributes:
        at_most: clips a class that are used; None for all.
        epochs: passes over the training clips.
        folds: how many are tested; None for all.
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
    """The arguments of `evaluate` that the scale decides; a number of epochs other than 0 is the reader's own."""
    return {"epochs": epochs or LENGTHS[scale].epochs, "folds": LENGTHS[scale].folds}


def evaluate(
    clips: Sequence[Clip], *, architectures: Sequence[str], n_features: int, seconds: float, seed: int, epochs: int,
    folds: int | None = None, done: Callable[..., bool] = lambda **fields: False,
) -> Iterator[list[dict]]:  # fmt: skip
    """Trains every front-end for every test fold.

    Args:
        clips: N labelled clips, with folds or a fixed split, of which the validation part is left out.
        architectures: of chapter IV.
        n_features: features of a front-end, about.
        seconds: length that all clips are brought to.
        seed: of the first weights, the order of the clips and the crops.
        epochs: passes over the training clips.
        folds: how many are tested, in their order; all by default.
        done: tells of (system=..., protocol=..., fold=...) whether it can be left out, as `results.Run.has` does.

    Yields:
        The record of one front-end on one fold.
    """
    retracing_unmentioned()
    names, targets = np.unique([clip.label for clip in clips], return_inverse=True)
    todo = [
        (name, fold, train, test)
        for name in architectures
        for fold, train, test in list(parts(clips))[:folds]
        if not done(system=name, protocol="trained", fold=fold)
    ]
    training = None
    with tqdm(total=len(todo) * epochs, desc="training", unit="epoch", disable=not todo) as bar:
        for name, fold, train, test in todo:
            bar.set_postfix_str(name if fold is None else f"{name}, fold {fold}")
            start = time.monotonic()
            if training is None or training.name != name:
                inputs = _inputs(clips, name, seconds)
                training = Training(name, n_features, seconds * CROP, len(names), seed)
            training.fit(inputs, targets, train, epochs=epochs, seed=seed, update=bar.update)
            right = training.predict(inputs, test).argmax(axis=1) == targets[test]
            yield [
                {
                    "system": name, "classifier": "softmax", "protocol": "trained", "seed": seed, "fold": fold,
                    "train_size": len(train), "metric": "accuracy", "value": float(right.mean()),
                    "n_params": training.model.count_params(), "seconds": round(time.monotonic() - start, 2),
                }
            ]  # fmt: skip


def parts(clips: Sequence[Clip]) -> Iterator[tuple[int | None, np.ndarray, np.ndarray]]:
    """Each test fold with the indices of what is trained on, all other folds, and of what is tested."""
    if clips[0].split:
        of_clip = np.array([clip.split for clip in clips])
        yield None, np.flatnonzero(of_clip == "train"), np.flatnonzero(of_clip == "test")
        return
    of_clip = np.array([clip.fold for clip in clips])
    for fold in np.unique(of_clip).tolist():
        yield fold, np.flatnonzero(of_clip != fold), np.flatnonzero(of_clip == fold)


class Training:
    """A front-end that is trained again and again from the same first values: traced once, reset for every fold.

    Args:
        name: of the architecture.
        n_features: features, about.
        seconds: length of a crop.
        n_outputs: classes.
        seed: of the first values.
    """

    def __init__(self, name: str, n_features: int, seconds: float, n_outputs: int, seed: int) -> None:
        self.name = name
        keras.utils.set_random_seed(seed)  # right before the weights are drawn: nothing may draw in between
        self.model = at_size(name, n_features, seconds, n_outputs=n_outputs)
        self.model.compile(keras.optimizers.Adam(LEARNING_RATE), "sparse_categorical_crossentropy", jit_compile=jit())
        self._restart = Restart(self.model)
        self._norm = (0.0, 1.0)

    def fit(
        self, inputs: Stored, targets: np.ndarray, train: np.ndarray, *, epochs: int, seed: int,
        update: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """Trains from the first values on some of the clips.

        Args:
            inputs: shape (N, T, ...), of all clips.
            targets: class of each clip, (N,).
            train: indices of those to train on.
            epochs: passes over them; the last batch of each is filled up from its first.
            seed: of the order and the crops.
            update: called after each epoch.
        """
        self._restart()
        rng, length = np.random.default_rng(seed), self.model.input_shape[1]
        sample = inputs[rng.choice(train, min(len(train), 256), replace=False)]
        self._norm = float(sample.mean()), float(sample.std()) + 1e-6
        steps = -(-len(train) // BATCH)
        for epoch in range(epochs):
            order = np.resize(rng.permutation(train), (steps, BATCH))
            for step, rows in enumerate(order):
                done = (epoch * steps + step) / (epochs * steps)
                self.model.optimizer.learning_rate.assign(LEARNING_RATE * 0.5 * (1 + np.cos(np.pi * done)))
                starts = rng.integers(0, inputs.shape[1] - length + 1, size=BATCH)
                self.model.train_on_batch(self._crops(inputs, rows, starts), targets[rows])
            update()

    def predict(self, inputs: Stored, test: np.ndarray) -> np.ndarray:
        """Probabilities of the classes, (len(test), C), each the mean over `CROPS` crops of the clip."""
        length, mean = self.model.input_shape[1], 0.0
        for start in np.linspace(0, inputs.shape[1] - length, CROPS).astype(int):
            batches = [test[first : first + BATCH] for first in range(0, len(test), BATCH)]
            crops = (self._crops(inputs, np.resize(rows, BATCH), np.full(BATCH, start)) for rows in batches)
            found = [self.model.predict_on_batch(x)[: len(rows)] for x, rows in zip(crops, batches, strict=True)]
            mean = mean + np.concatenate(found) / CROPS
        return mean

    def _crops(self, inputs: Stored, rows: np.ndarray, starts: np.ndarray) -> np.ndarray:
        length, (mean, deviation) = self.model.input_shape[1], self._norm
        cut = [inputs[int(row), start : start + length] for row, start in zip(rows, starts, strict=True)]
        return (np.stack(cut) - mean) / deviation


def _inputs(clips: Sequence[Clip], name: str, seconds: float) -> Stored:
    """What an architecture reads, of all clips."""
    if ARCHITECTURES[name].signal == "waveform":
        return features.waveforms(clips, sample_rate=SAMPLE_RATE, seconds=seconds)
    return features.log_mels(clips, sample_rate=SAMPLE_RATE, seconds=seconds, **LOG_MEL)
