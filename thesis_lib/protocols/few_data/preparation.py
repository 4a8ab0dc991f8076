"""Prepare the systems of chapter VI for one trial after another.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019, section 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from sklearn.neighbors import KNeighborsClassifier

from ...datasets.clip import Clip
from ...features.patches import Patches
from ...models import build
from ..training import n_trainable
from .draws import Trial
from .episodes import PATIENCE, Prototypical
from .inputs import log_mels, mfcc
from .pretrained import SOURCES, embeddings, finetuned, linear, softmax
from .regularised import EPOCHS, NORM, Regularised
from .systems import SYSTEMS, System

EMBEDDING = 10  # dimensions of the space of prototypes
TRANSFER_BATCH = 128


class Effort(NamedTuple):
    """How much the networks are trained.

    Attributes:
        epochs: number of epochs of networks with a softmax layer. Prototypical networks stop after about as many epochs
            without improvement.
        updates: number of updates per epoch of prototypical networks; None uses every patch once as a query.
        width: number of filters per layer of the prototypical network.
        precision: Keras' dtype policy for wide convolutions.
    """

    epochs: int = EPOCHS
    updates: int | None = None
    width: int = 128
    precision: str = "float32"


class Prepared(NamedTuple):
    """A system that has read all clips.

    Attributes:
        predict: takes a trial and a random seed, returns the predicted classes of the trial's test clips.
        n_params: number of learnt values; None for nearest neighbours.
    """

    predict: Callable[[Trial, int], np.ndarray]
    n_params: int | None


def prepared(name: str, clips: Sequence[Clip], targets: np.ndarray, effort: Effort) -> Prepared:
    """Prepare a system for one trial after another.

    Args:
        name: a key of `SYSTEMS`.
        clips: N clips.
        targets: the class of each clip, (N,).
        effort: how much to train.
    """
    system = SYSTEMS[name]
    return FAMILIES[system.family](system, clips, targets, effort)


def _nearest(system: System, clips: Sequence[Clip], targets: np.ndarray, effort: Effort) -> Prepared:
    inputs = mfcc(clips) if system.source == "mfcc" else embeddings(clips, system.source)
    return Prepared(lambda trial, seed: nearest(inputs, trial, targets), None)


def _regularised(system: System, clips: Sequence[Clip], targets: np.ndarray, effort: Effort) -> Prepared:
    knobs = {} if system.network == "few_timbre" else {"precision": effort.precision}  # its only layer is not wide
    network = partial(build, system.network, fast=True, n_outputs=_classes(targets), **knobs)
    return _by_softmax(Regularised(network, log_mels(clips)), targets, effort, validated=system.validated)


def _transfer(system: System, clips: Sequence[Clip], targets: np.ndarray, effort: Effort) -> Prepared:
    network = partial(softmax, SOURCES[system.source].dimensions, _classes(targets))
    fitted = Regularised(network, embeddings(clips, system.source), batch=TRANSFER_BATCH, norm=None)
    return _by_softmax(fitted, targets, effort)


def _finetuned(system: System, clips: Sequence[Clip], targets: np.ndarray, effort: Effort) -> Prepared:
    network = partial(finetuned, system.source, _classes(targets))
    fitted = Regularised(network, SOURCES[system.source].patches(clips), batch=TRANSFER_BATCH, norm=None)
    return _by_softmax(fitted, targets, effort)


def _prototypical(system: System, clips: Sequence[Clip], targets: np.ndarray, effort: Effort) -> Prepared:
    knobs = {"n_outputs": EMBEDDING, "width": effort.width, "precision": effort.precision}
    network = partial(build, system.network, fast=True, **knobs)
    return _by_prototypes(Prototypical(network, log_mels(clips), _classes(targets), norm=NORM), targets, effort)


def _prototypical_transfer(system: System, clips: Sequence[Clip], targets: np.ndarray, effort: Effort) -> Prepared:
    network, inputs = partial(linear, SOURCES[system.source].dimensions, EMBEDDING), embeddings(clips, system.source)
    return _by_prototypes(Prototypical(network, inputs, _classes(targets), norm=None), targets, effort)


FAMILIES = {
    "nearest": _nearest,
    "regularised": _regularised,
    "transfer": _transfer,
    "finetuned": _finetuned,
    "prototypical": _prototypical,
    "prototypical_transfer": _prototypical_transfer,
}


def _classes(targets: np.ndarray) -> int:
    return int(targets.max()) + 1


def _by_softmax(fitted: Regularised, targets: np.ndarray, effort: Effort, *, validated: bool = False) -> Prepared:
    """Train on a trial's clips and predict the most probable class."""

    def predict(trial: Trial, seed: int) -> np.ndarray:
        validation = trial.validation if validated else None
        fitted.fit(trial.train, targets, validation=validation, epochs=effort.epochs, seed=seed)
        return fitted.predict(trial.test).argmax(axis=1)

    return Prepared(predict, n_trainable(fitted.model))


def _by_prototypes(embedding: Prototypical, targets: np.ndarray, effort: Effort) -> Prepared:
    """Train an embedding by episodes and predict the class of the nearest prototype."""

    def predict(trial: Trial, seed: int) -> np.ndarray:
        patience = PATIENCE * effort.epochs // EPOCHS
        embedding.fit(trial.train, targets, patience=patience, updates=effort.updates, seed=seed)
        return embedding.predict(trial.test).argmax(axis=1)

    return Prepared(predict, n_trainable(embedding.model))


def nearest(inputs: Patches, trial: Trial, targets: np.ndarray) -> np.ndarray:
    """Predict the class of the training patch with the smallest angle, and the majority over a clip's patches.

    Ties go to the first class.
    """
    train, test = inputs.all(trial.train), inputs.all(trial.test)  # (n, P, D)
    patches = train.shape[1]
    near = KNeighborsClassifier(1, metric="cosine").fit(
        train.reshape(-1, train.shape[2]), np.repeat(targets[trial.train], patches)
    )
    votes = near.predict(test.reshape(-1, test.shape[2])).reshape(len(test), patches)
    return np.array([np.bincount(row, minlength=targets.max() + 1).argmax() for row in votes])
