"""A system's name and clips in, a function that learns from some of them and classifies others out: chapter VI's table.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019, section 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import keras
import numpy as np
from sklearn.neighbors import KNeighborsClassifier

from ...datasets.clip import Clip
from ...models import build
from .episodes import PATIENCE, Prototypical
from .draws import Trial
from .inputs import Patches, log_mels, mfcc_statistics
from .pretrained import SOURCES, embeddings, finetuned, linear, softmax
from .regularised import EPOCHS, NORM, Regularised

EMBEDDING = 10  # dimensions that prototypes lie in
TRANSFER_BATCH = 128


class Effort(NamedTuple):
    """How much the networks are trained.

    Attributes:
        epochs: of those that are trained with a softmax layer; prototypical ones make that many and then as many more
            as get better.
        updates: an epoch of the prototypical ones; None asks for every patch once.
        width: filters of a layer of the prototypical network.
        precision: of wide convolutions, Keras' dtype policy.
    """

    epochs: int = EPOCHS
    updates: int | None = None
    width: int = 128
    precision: str = "float32"


class Prepared(NamedTuple):
    """A system that has read all clips.

    Attributes:
        predict: a trial and a seed to the classes of the trial's tested clips.
        n_params: values that are learnt; None for neighbours.
    """

    predict: Callable[[Trial, int], np.ndarray]
    n_params: int | None


def prepared(system: str, clips: Sequence[Clip], targets: np.ndarray, effort: Effort) -> Prepared:
    """Makes a system ready for trial after trial.

    Args:
        system: a key of `few_table.SYSTEMS`.
        clips: N clips.
        targets: the class of each, (N,).
        effort: of training.
    """
    n_outputs, (family, _, source) = int(targets.max()) + 1, system.partition("_")
    if family == "nn":
        inputs = mfcc_statistics(clips) if source == "mfcc" else embeddings(clips, source)
        return Prepared(lambda trial, seed: nearest(inputs, trial, targets), None)
    if family == "prototypical":
        if source:
            make, inputs = partial(linear, SOURCES[source].dimensions, EMBEDDING), embeddings(clips, source)
        else:
            knobs = {"n_outputs": EMBEDDING, "width": effort.width, "precision": effort.precision}
            make, inputs = partial(build, system, **knobs), log_mels(clips)
        norm = None if source else NORM
        return by_prototypes(Prototypical(make, inputs, n_outputs, norm=norm), targets, effort)
    if family == "transfer":
        make, inputs = partial(softmax, SOURCES[source].dimensions, n_outputs), embeddings(clips, source)
        return by_softmax(Regularised(make, inputs, batch=TRANSFER_BATCH, norm=None), targets, effort)
    if family == "finetuned":
        make, inputs = partial(finetuned, source, n_outputs), SOURCES[source].patches(clips)
        return by_softmax(Regularised(make, inputs, batch=TRANSFER_BATCH, norm=None), targets, effort)
    network = system.removesuffix("_validated")
    knobs = {} if network == "few_timbre" else {"precision": effort.precision}  # one layer, which is not wide
    fitted = Regularised(partial(build, network, n_outputs=n_outputs, **knobs), log_mels(clips))
    return by_softmax(fitted, targets, effort, validated=network != system)


def by_softmax(fitted: Regularised, targets: np.ndarray, effort: Effort, *, validated: bool = False) -> Prepared:
    """Trains on a trial's clips and takes the likeliest class."""

    def predict(trial: Trial, seed: int) -> np.ndarray:
        validation = trial.validation if validated else None
        fitted.fit(trial.train, targets, validation=validation, epochs=effort.epochs, seed=seed)
        return fitted.predict(trial.test).argmax(axis=1)

    return Prepared(predict, _trainable(fitted.model))


def by_prototypes(embedding: Prototypical, targets: np.ndarray, effort: Effort) -> Prepared:
    """Trains an embedding by episodes and takes the class of the nearest prototype."""

    def predict(trial: Trial, seed: int) -> np.ndarray:
        patience = PATIENCE * effort.epochs // EPOCHS
        embedding.fit(trial.train, targets, patience=patience, updates=effort.updates, seed=seed)
        return embedding.predict(trial.test).argmax(axis=1)

    return Prepared(predict, _trainable(embedding.model))


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


def _trainable(model: keras.Model) -> int:
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
