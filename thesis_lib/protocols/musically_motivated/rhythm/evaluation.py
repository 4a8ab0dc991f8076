"""Train the networks for rhythm on every fold, and score how many tracks each classifies by the votes of its chunks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from .... import features
from ....datasets.clip import Clip
from ....datasets.loading import common_length
from ....datasets.splits import Split, splits_to_learn
from ....features.store import Stored
from ....models.cbmi2016 import start_from
from ...parameters import split as listed
from ...training import n_trainable
from .. import learned
from ..chunks import Chunks, divide, places
from ..faults import RHYTHM, TRIES
from ..training import EPOCHS, PATIENCE, Diverged, Trained
from .systems import FRONT_END, SYSTEMS

N_TRIES = 3  # with the fault `TRIES`


class Scale(NamedTuple):
    """The size of the experiment.

    Attributes:
        per_class: number of clips per class to render.
        at_most: number of clips per class to use of a data set that is not rendered; None for all.
        seconds: longest clip.
        folds: number of folds to test; None for all.
        epochs: number of epochs at most.
        patience: number of epochs without improvement after which a training stops.
    """

    per_class: int
    at_most: int | None
    seconds: float
    folds: int | None
    epochs: int
    patience: int


SCALES = {
    "smoke": Scale(per_class=5, at_most=5, seconds=6.0, folds=1, epochs=1, patience=1),
    "quick": Scale(per_class=20, at_most=20, seconds=6.0, folds=2, epochs=12, patience=4),
    "full": Scale(per_class=60, at_most=None, seconds=15.0, folds=None, epochs=EPOCHS, patience=PATIENCE),
    "paper": Scale(per_class=0, at_most=None, seconds=30.0, folds=None, epochs=EPOCHS, patience=PATIENCE),
}


def sizes(scale: str) -> dict:
    """Return the arguments of `datasets.loading.load` at a scale."""
    size = SCALES[scale]
    return {
        "per_class": size.per_class,
        "at_most": size.at_most,
        "seconds": size.seconds,
        "sample_rate": FRONT_END.sample_rate,
    }


def settings(
    clips: Sequence[Clip], *, scale: str, systems: str, protocol: str, seed: int, draws: int, epochs: int
) -> dict:
    """Return the arguments of `evaluate` for a chapter's parameters; the scale decides what they leave open."""
    size = SCALES[scale]
    longest = max(SYSTEMS[name].build(2).input_shape[1] for name in listed(systems, SYSTEMS))
    return {
        "systems": listed(systems, SYSTEMS),
        "protocols": listed(protocol, RHYTHM),
        "seconds": common_length(clips, size.seconds, shortest=longest * FRONT_END.hop),
        "folds": size.folds,
        "epochs": epochs or size.epochs,
        "patience": size.patience,
        "seed": seed,
        "draws": draws,
    }


def evaluate(
    clips: Sequence[Clip], *, systems: Sequence[str], protocols: Sequence[str], seconds: float, seed: int, draws: int,
    folds: int | None = None, epochs: int = EPOCHS, patience: int = PATIENCE,
    done: Callable[..., bool] = lambda **fields: False, folder: Path | None = None,
) -> Iterator[list[dict]]:  # fmt: skip
    """Train every system on every fold, and test it on the fold's tracks.

    Args:
        clips: N labelled tracks with at least three folds, or a fixed split with a validation part.
        systems: keys of `SYSTEMS`.
        protocols: keys of `faults.RHYTHM`.
        seconds: duration to which all tracks are cropped or repeated.
        seed: random seed of the first draw of weights; each further draw adds 1.
        draws: number of draws.
        folds: number of folds to test, in their order; None for all.
        epochs: as in `Trained.fit`.
        patience: as in `Trained.fit`.
        done: tells for (system=..., protocol=..., fold=..., seed=...) whether its record exists, like `Run.has`.
        folder: where the filters of the first training of each system are kept, as `learned.FILTERS`.

    Yields:
        The record of one training: accuracy over the tracks of the fold by majority vote, with the predicted labels.
        If the training diverges, its accuracy is missing and its metric is "diverged".

    Raises:
        ValueError: there is no validation part.
    """
    parts = splits_to_learn(clips, folds=folds, called="tracks")
    names, targets = np.unique([clip.label for clip in clips], return_inverse=True)
    values = features.log_mels(clips, sample_rate=FRONT_END.sample_rate, seconds=seconds, **FRONT_END.mel)
    asked = [
        (protocol, part, drawn)
        for protocol in protocols
        for drawn in range(seed, seed + draws)
        for part in parts
    ]  # fmt: skip
    todo = {
        name: [one for one in asked if not done(system=name, protocol=one[0], fold=one[1].fold, seed=one[2])]
        for name in systems
    }
    with tqdm(total=sum(map(len, todo.values())), desc="trainings", unit="fit") as bar:
        for name, wanted in todo.items():
            fitted = _fitted(name, len(names)) if wanted else {}
            for protocol, part, drawn in wanted:
                bar.set_postfix_str(f"{name}, {protocol}, fold {part.fold}, draw {drawn - seed + 1}")
                row = _one(fitted, name, values, targets, names, part, protocol, drawn, epochs, patience)
                if folder and (protocol, part, drawn) == asked[0] and row["metric"] != "diverged":
                    learned.keep(folder, name, fitted[name].model)
                yield [row]
                bar.update()


def _fitted(name: str, n_outputs: int) -> dict[str, Trained]:
    """Compile a system's network, and those that it starts from."""
    return {one: Trained(partial(SYSTEMS[one].build, n_outputs)) for one in (*SYSTEMS[name].starts_from, name)}


def _one(
    fitted: dict[str, Trained], name: str, values: Stored, targets: np.ndarray, names: np.ndarray, part: Split,
    protocol: str, seed: int, epochs: int, patience: int,
) -> dict:  # fmt: skip
    start, faults = time.monotonic(), RHYTHM[protocol]
    rng, length = np.random.default_rng([seed, part.fold or 0]), fitted[name].model.input_shape[1]
    chunks = divide(values, length, part, rng, faults=faults)
    row = {
        "system": name, "protocol": protocol, "classifier": "softmax", "seed": seed, "fold": part.fold,
        "train_size": len(part.train), "n_params": n_trainable(fitted[name].model),
    }  # fmt: skip
    tries = range(N_TRIES) if TRIES in faults else [0]
    try:
        found = [_tried(fitted, name, chunks, targets, part, epochs, patience, seed + 1000 * one) for one in tries]
    except Diverged as error:
        tqdm.write(f"{SYSTEMS[name].label}, fold {part.fold}: {error}; the other trainings go on.")
        return row | {"metric": "diverged", "value": 1.0, "seconds": round(time.monotonic() - start, 2)}
    predicted = max(found, key=lambda one: (one == targets[part.test]).sum())
    return row | {
        "metric": "accuracy", "value": float((predicted == targets[part.test]).mean()),
        "predicted": (part.test, names[predicted]), "seconds": round(time.monotonic() - start, 2),
    }  # fmt: skip


def _tried(
    fitted: dict[str, Trained], name: str, chunks: Chunks, targets: np.ndarray, part: Split, epochs: int, patience: int,
    seed: int,
) -> np.ndarray:  # fmt: skip
    """Train a system once, after those that it starts from, and return the class of each test track."""
    hot = np.eye(targets.max() + 1, dtype=np.float32)[targets]
    first = [fitted[one] for one in SYSTEMS[name].starts_from]
    for one in first:
        one.fit(chunks, hot, epochs=epochs, patience=patience, seed=seed)
    fitted[name].fit(
        chunks, hot, epochs=epochs, patience=patience, seed=seed,
        start=lambda model: start_from(model, *(one.model for one in first)),
    )  # fmt: skip
    n_chunks = chunks.values.shape[1] // chunks.length
    tested = places(part.test, np.full(len(targets), n_chunks), chunks.length)
    return majority(fitted[name].outputs(chunks, tested).argmax(axis=1).reshape(-1, n_chunks))


def majority(votes: np.ndarray) -> np.ndarray:
    """Return the class with the most votes of each track; of several, the one whose first vote is the earliest.

    Args:
        votes: class of each chunk, (tracks, P), in the order of time.
    """
    counts = (votes[:, :, None] == votes[:, None, :]).sum(axis=2)  # how often each vote's class occurs
    return votes[np.arange(len(votes)), counts.argmax(axis=1)]
