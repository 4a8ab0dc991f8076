"""Train the networks that label sung phonemes on every fold, and score every frame of the phrases to test."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.metrics import confusion_matrix, recall_score
from tqdm import tqdm

from ....datasets.clip import Clip
from ....datasets.splits import Split, splits_to_learn
from ....files import written
from ...parameters import split as listed
from ...training import n_trainable
from .. import learned
from ..faults import LOG, OVERLAP, PHONEMES, SOUND
from ..frames import Frames, cut
from ..singing import EXAMPLE
from ..training import Diverged, Trained
from .labels import check, labels
from .systems import MAJORITY, SYSTEMS

BATCH = 128  # as in the paper
OVERLAPPING = 11 / 14  # of the test recordings are trained on: dan, in the two lists of the paper's code
FAINT = "log(10000x+1)"  # what the paper's code computes when it tests


class Scale(NamedTuple):
    """The size of the experiment.

    Attributes:
        n: number of phrases to render.
        seconds: about the duration of a phrase to render.
        at_most: number of phrases to use of a data set that is not rendered; None for all.
        every: one frame of so many is trained on or stops the training. Neighbours share 20 of 21 frames.
        folds: number of folds to test; None for all.
        epochs: number of epochs at most.
        patience: number of epochs without improvement after which a training stops.
    """

    n: int
    seconds: float
    at_most: int | None
    every: int
    folds: int | None
    epochs: int
    patience: int


SCALES = {
    "smoke": Scale(n=10, seconds=2.5, at_most=10, every=8, folds=1, epochs=1, patience=1),
    "quick": Scale(n=20, seconds=5.0, at_most=20, every=4, folds=1, epochs=8, patience=8),
    "full": Scale(n=60, seconds=6.0, at_most=None, every=8, folds=None, epochs=20, patience=4),
    "paper": Scale(n=0, seconds=0, at_most=None, every=1, folds=None, epochs=500, patience=10),
}


def sizes(scale: str) -> dict:
    """Return the arguments of `datasets.loading.load` at a scale."""
    size = SCALES[scale]
    return {"n": size.n, "seconds": size.seconds, "at_most": size.at_most, "sample_rate": 22_050}


def settings(
    clips: Sequence[Clip], *, scale: str, systems: str, protocol: str, seed: int, draws: int, epochs: int
) -> dict:
    """Return the arguments of `evaluate` for a chapter's parameters; the scale decides what they leave open.

    Raises:
        ValueError: the data set has no phonemes.
    """
    size = SCALES[scale]
    if not any(clip.segments for clip in clips):
        raise ValueError(
            "this page needs sung phrases with their phonemes; use dataset=rendered_singing or dataset=jingju."
        )
    return {
        "systems": listed(systems, SYSTEMS),
        "protocols": listed(protocol, PHONEMES),
        "every": size.every,
        "folds": size.folds,
        "epochs": epochs or size.epochs,
        "patience": size.patience,
        "seed": seed,
        "draws": draws,
    }


def evaluate(
    clips: Sequence[Clip], *, systems: Sequence[str], protocols: Sequence[str], every: int, seed: int, draws: int,
    epochs: int, patience: int, folds: int | None = None, done: Callable[..., bool] = lambda **fields: False,
    folder: Path | None = None,
) -> Iterator[list[dict]]:  # fmt: skip
    """Train every system on every fold, and score its prediction for each frame of the fold's phrases.

    Args:
        clips: phrases with phonemes, and at least three folds or a fixed split with a validation part.
        systems: keys of `SYSTEMS`.
        protocols: keys of `faults.PHONEMES`. Those that train alike share a training.
        every: one frame of so many is trained on or stops the training.
        seed: random seed of the first draw of weights; each further draw adds 1.
        draws: number of draws.
        epochs: as in `Trained.fit`.
        patience: as in `Trained.fit`.
        folds: number of folds to test, in their order; None for all.
        done: tells for (fold=..., seed=...) whether its records exist, like `Run.has`.
        folder: where `EXAMPLE` and `learned.FILTERS` are written, by the first fold and draw and without faults.

    Yields:
        The records of one fold and draw: the share of frames that are predicted correctly, and the mean over phonemes
        of that share, per system and protocol, and the same for the most frequent phoneme. If a training diverges, its
        metric is "diverged".

    Raises:
        ValueError: there is no validation part, or a phrase's phonemes do not fit.
    """
    parts = splits_to_learn(clips, folds=folds, called="phrases")
    check(clips)
    frames = cut(clips)
    faint = cut(clips, compression=FAINT) if any(LOG in PHONEMES[one] for one in protocols) else frames
    symbols, truth = labels(clips, frames)
    targets, fitted = np.eye(len(symbols), dtype=np.float32)[truth], {}
    asked = [
        (part, drawn) for drawn in range(seed, seed + draws) for part in parts if not done(fold=part.fold, seed=drawn)
    ]
    together = [[one for one in protocols if (OVERLAP in PHONEMES[one]) == overlap] for overlap in (False, True)]
    together = [group for group in together if group]
    with tqdm(total=len(asked) * len(systems) * len(together), desc="trainings", unit="fit") as bar:
        for part, drawn in asked:
            keeping = folder and (part, drawn) == asked[0]
            common = {"seed": drawn, "fold": part.fold, "train_size": len(part.train)}
            wanted, predicted = truth[frames.of(part.test)[:, 0]], {}
            rows = [common | one for one in _guessed(truth[frames.of(part.train)[:, 0]], wanted)]
            for name, group in itertools.product(systems, together):
                bar.set_postfix_str(f"{name}, fold {part.fold}, draw {drawn - seed + 1}")
                start = time.monotonic()
                if name not in fitted:
                    fitted[name] = Trained(partial(SYSTEMS[name].build, len(symbols)), BATCH)
                try:
                    found = _predicted(
                        fitted[name], frames, faint, targets, part, group, every,
                        epochs=epochs, patience=patience, seed=drawn,
                    )  # fmt: skip
                    scored = [{"protocol": one} | score for one in group for score in _scored(wanted, found[one])]
                    if SOUND in found and keeping:
                        predicted[name] = found[SOUND]
                        learned.keep(folder, name, fitted[name].model)
                except Diverged as error:
                    tqdm.write(f"{SYSTEMS[name].label}, fold {part.fold}: {error}; the other trainings go on.")
                    scored = [{"protocol": one, "metric": "diverged", "value": 1.0} for one in group]
                row = {"system": name, "n_params": n_trainable(fitted[name].model)}
                row["seconds"] = round(time.monotonic() - start, 2)
                rows += [common | row | one for one in scored]
                bar.update()
            if keeping:
                first = frames.phrase[frames.of(part.test)[:, 0]] == part.test[0]
                _keep_example(folder, clips[part.test[0]], symbols, wanted, predicted, first)
            yield rows


def overlapped(part: Split) -> Split:
    """Add 11 of 14 test phrases to those that are trained on, as in the two lists of the paper's code."""
    return part._replace(train=np.concatenate([part.train, part.test[: round(OVERLAPPING * len(part.test))]]))


def _predicted(
    fitted: Trained, frames: Frames, faint: Frames, targets: np.ndarray, part: Split, protocols: Sequence[str],
    every: int, **fit: int,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Train once, and predict the frames to test by each of some protocols that train alike.

    Args:
        fitted: the network.
        frames: of all phrases.
        faint: the same with the compression `FAINT`.
        targets: 1 for the phoneme of each frame and 0 for others, (n, C).
        part: phrases to train on, to stop by and to test.
        protocols: keys of `faults.PHONEMES`.
        every: as in `evaluate`.
        **fit: arguments of `Trained.fit`.

    Returns:
        The number of the most probable phoneme of each frame to test, by protocol.
    """
    learnt = overlapped(part) if OVERLAP in PHONEMES[protocols[0]] else part
    chunks = frames.divide(learnt, fitted.model.input_shape[1])
    chunks = chunks._replace(train=chunks.train[::every], validation=chunks.validation[::every])
    fitted.fit(chunks, targets, **fit)
    tested, places = {True: faint, False: frames}, frames.of(part.test, chunks.length)
    return {
        one: fitted.outputs(chunks._replace(values=tested[LOG in PHONEMES[one]].patches), places).argmax(axis=1)
        for one in protocols
    }


def _guessed(train: np.ndarray, test: np.ndarray) -> list[dict]:
    """Return the records of predicting the phoneme that is the most frequent one in training for every frame."""
    row = {"system": MAJORITY, "protocol": SOUND, "n_params": 0, "seconds": 0.0}
    return [row | one for one in _scored(test, np.full(len(test), np.bincount(train).argmax()))]


def _scored(truth: np.ndarray, predicted: np.ndarray) -> list[dict]:
    recall = recall_score(truth, predicted, labels=np.unique(truth), average="macro", zero_division=0)
    accuracy = float((truth == predicted).mean())
    return [{"metric": "frame accuracy", "value": accuracy}, {"metric": "mean recall", "value": float(recall)}]


def _keep_example(
    folder: Path,
    clip: Clip,
    symbols: np.ndarray,
    truth: np.ndarray,
    predicted: dict[str, np.ndarray],
    first: np.ndarray,
) -> None:
    """Write what is sung and predicted in the first test phrase, and each system's confusions in all test phrases."""
    numbers = np.arange(len(symbols))
    with written(folder / EXAMPLE) as partial_file, partial_file.open("wb") as file:
        np.savez_compressed(
            file, path=str(clip.path), symbols=symbols, truth=truth[first],
            **{name: found[first] for name, found in predicted.items()},
            **{f"confused_{name}": confusion_matrix(truth, found, labels=numbers) for name, found in predicted.items()},
        )  # fmt: skip
