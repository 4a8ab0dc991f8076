"""Clips in, accuracies of systems that learn from a few of them out: the protocol of chapter VI.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import keras
import numpy as np
from keras import layers
from sklearn.neighbors import KNeighborsClassifier
from tqdm import tqdm

from ..datasets.clip import Clip
from ..models import build
from ..quiet import retracing_unmentioned
from .episodes import LONGEST, Prototypical
from .few_draws import Trial, trials
from .few_inputs import Patches, log_mels, mfcc_statistics, musicnn_embeddings
from .regularised import EPOCHS, Regularised

NEAREST = {"nn_mfcc": mfcc_statistics, "nn_musicnn": musicnn_embeddings}
TRAINED = ("sb_cnn", "few_vgg", "few_timbre")
SYSTEMS = (*NEAREST, *TRAINED, "prototypical", "transfer_musicnn")


def evaluate(
    clips: Sequence[Clip], *, systems: Sequence[str] = SYSTEMS, counts: Sequence[int], draws: int = 1,
    folds: int | None = None, seed: int = 0, epochs: int = EPOCHS, done: Callable[..., bool] = lambda **fields: False,
) -> Iterator[list[dict]]:  # fmt: skip
    """Scores every system on every trial; all of them learn from the same clips.

    Args:
        clips: N clips of one label each, with folds or a fixed split.
        systems: names out of `SYSTEMS`.
        counts: labelled clips a class.
        draws: of the labelled clips, for each fold.
        folds: how many are tested, in their order; all by default.
        seed: of the draws and of what is random in the systems; a record's seed is this one and the draw's number.
        epochs: of the networks that are trained; prototypical ones make at most five updates for each.
        done: tells of (system=..., n_per_class=..., fold=..., seed=...) whether it can be left out.

    Yields:
        The record of one system on one trial.
    """
    retracing_unmentioned()
    names, targets = np.unique([clip.label for clip in clips], return_inverse=True)
    asked = list(trials(clips, counts=counts, draws=draws, folds=folds, seed=seed))

    def left(system: str) -> list[Trial]:
        return [t for t in asked if not done(system=system, n_per_class=t.n, fold=t.fold, seed=seed + t.draw)]

    todo = {system: found for system in systems if (found := left(system))}
    # what a fit costs grows with the clips that it learns from; without that, the time left would be far off
    with tqdm(total=sum(t.n for found in todo.values() for t in found), desc="fits", unit="clip a class") as bar:
        for system, found in todo.items():
            predict, n_params = prepared(system, clips, targets, len(names), epochs)
            for trial in found:
                bar.set_postfix_str(f"{system}, {trial.n} a class, fold {trial.fold}, draw {trial.draw + 1}")
                start = time.monotonic()
                right = predict(trial, seed + trial.draw) == targets[trial.test]
                bar.update(trial.n)
                yield [
                    {
                        "system": system, "protocol": "few clips", "seed": seed + trial.draw, "fold": trial.fold,
                        "n_per_class": trial.n, "train_size": len(trial.train), "metric": "accuracy",
                        "value": float(right.mean()), "n_params": n_params,
                        "seconds": round(time.monotonic() - start, 2),
                    }
                ]  # fmt: skip


def prepared(
    system: str, clips: Sequence[Clip], targets: np.ndarray, n_outputs: int, epochs: int = EPOCHS
) -> tuple[Callable[[Trial, int], np.ndarray], int | None]:
    """A system made ready: a function from trial and seed to the classes of the tested clips; and its parameters."""
    if system in NEAREST:
        inputs = NEAREST[system](clips)
        return (lambda trial, seed: nearest(inputs, trial, targets)), None
    if system == "prototypical":
        embedding = Prototypical(partial(build, system), log_mels(clips), n_outputs)

        def compared(trial: Trial, seed: int) -> np.ndarray:
            embedding.fit(trial.train, targets, longest=LONGEST * epochs // EPOCHS, seed=seed)
            return embedding.predict(trial.test).argmax(axis=1)

        return compared, _trainable(embedding.model)
    if system == "transfer_musicnn":
        fitted = Regularised(partial(softmax, 200, n_outputs), musicnn_embeddings(clips))
    else:
        fitted = Regularised(partial(build, system, n_outputs=n_outputs), log_mels(clips))

    def predict(trial: Trial, seed: int) -> np.ndarray:
        fitted.fit(trial.train, targets, epochs=epochs, seed=seed)
        return fitted.predict(trial.test).argmax(axis=1)

    return predict, _trainable(fitted.model)


def _trainable(model: keras.Model) -> int:
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def nearest(inputs: Patches, trial: Trial, targets: np.ndarray) -> np.ndarray:
    """The class of the nearest training patch by the angle between them, and the majority over a clip's patches.

    Of classes with as many votes the first wins.
    """
    train, test = inputs.all(trial.train), inputs.all(trial.test)  # (n, P, D)
    patches = train.shape[1]
    near = KNeighborsClassifier(1, metric="cosine").fit(
        train.reshape(-1, train.shape[2]), np.repeat(targets[trial.train], patches)
    )
    votes = near.predict(test.reshape(-1, test.shape[2])).reshape(len(test), patches)
    return np.array([np.bincount(row, minlength=targets.max() + 1).argmax() for row in votes])


def softmax(dimensions: int, n_outputs: int) -> keras.Model:
    """A softmax layer on an embedding."""
    inputs = layers.Input((dimensions,), name="embedding")
    return keras.Model(inputs, layers.Dense(n_outputs, "softmax", name="output")(inputs), name="softmax")
