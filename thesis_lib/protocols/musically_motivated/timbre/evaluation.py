"""Train the networks for instruments and tags, and score the tracks to test.

A track's probabilities are the means of its patches. What a track's labels are decides the score: accuracy if every
track has one label; F1 over instruments if only tracks to test have several, as in IRMAS; the area under the ROC curve
if all have tags.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from .... import audio, features
from ....datasets.clip import Clip
from ....datasets.loading import common_length
from ....datasets.splits import Split, splits_to_learn
from ....features.store import Stored
from ...parameters import split as listed
from ...training import n_trainable
from .. import learned
from ..chunks import Chunks, divide, places
from ..faults import LAST_TAG, SOUND, THRESHOLD, TIMBRE
from ..systems import FrontEnd
from ..training import Diverged, Trained
from . import scores
from .systems import INDEPENDENT, SYSTEMS

BATCH = 16  # as in EUSIPCO 2017 for instruments
SHIFTS = (-6, -4, -2, 2, 4, 6)  # semitones by which tracks to test are transposed


class Scale(NamedTuple):
    """The size of the experiment.

    Attributes:
        per_class: number of training clips per class to render.
        n: number of clips to render of a data set of tags.
        at_most: number of clips per class to use of a data set that is not rendered; None for all.
        seconds: longest clip.
        folds: number of folds to test; None for all.
        epochs: number of epochs at most.
        patience: number of epochs without improvement after which a training stops.
    """

    per_class: int
    n: int
    at_most: int | None
    seconds: float
    folds: int | None
    epochs: int
    patience: int


SCALES = {
    "smoke": Scale(per_class=2, n=32, at_most=5, seconds=3.2, folds=1, epochs=1, patience=1),
    "quick": Scale(per_class=10, n=100, at_most=10, seconds=6.0, folds=1, epochs=5, patience=5),
    "full": Scale(per_class=40, n=1000, at_most=None, seconds=15.0, folds=None, epochs=40, patience=8),
    "paper": Scale(per_class=0, n=0, at_most=None, seconds=30.0, folds=None, epochs=400, patience=20),
}


def sizes(scale: str) -> dict:
    """Return the arguments of `datasets.loading.load` at a scale."""
    size = SCALES[scale]
    return {"per_class": size.per_class, "n": size.n, "at_most": size.at_most, "sample_rate": 22_050}


def settings(
    clips: Sequence[Clip],
    *,
    scale: str,
    systems: str,
    protocol: str,
    transpose: bool,
    seed: int,
    draws: int,
    epochs: int,
) -> dict:
    """Return the arguments of `evaluate` for a chapter's parameters; the scale decides what they leave open.

    Raises:
        ValueError: a system cannot learn clips with several labels, or no protocol is about these clips.
    """
    size, chosen, task = SCALES[scale], listed(systems, SYSTEMS), scores.task(clips)
    if task == scores.TAGS and (wrong := [name for name in chosen if name not in INDEPENDENT]):
        raise ValueError(
            f"systems: {wrong[0]} tells one label per clip, and the clips to train on have several; "
            f"choose from {', '.join(INDEPENDENT)}."
        )
    if not (about := [one for one in listed(protocol, TIMBRE) if one in scores.PROTOCOLS[task]]):
        raise ValueError(f"protocol: {protocol} is not about such clips; choose {' or '.join(scores.PROTOCOLS[task])}.")
    return {
        "systems": chosen,
        "protocols": about,
        "shifts": list(SHIFTS) if transpose else [],
        "seconds": common_length(clips, size.seconds, shortest=max(_patch(name) for name in chosen)),
        "folds": size.folds,
        "epochs": epochs or size.epochs,
        "patience": size.patience,
        "seed": seed,
        "draws": draws,
    }


def _patch(name: str) -> float:
    """Return the duration of a system's patch in seconds."""
    return SYSTEMS[name].build(2).input_shape[1] * SYSTEMS[name].front_end.hop


def evaluate(
    clips: Sequence[Clip], *, systems: Sequence[str], protocols: Sequence[str], seconds: float, seed: int, draws: int,
    epochs: int, patience: int, folds: int | None = None, shifts: Sequence[int] = (),
    done: Callable[..., bool] = lambda **fields: False, folder: Path | None = None,
) -> Iterator[list[dict]]:  # fmt: skip
    """Train every system on every fold, and score it on the fold's tracks by every protocol.

    Args:
        clips: N labelled tracks with at least three folds, or a fixed split with a validation part.
        systems: keys of `SYSTEMS`.
        protocols: keys of `faults.TIMBRE`.
        seconds: duration of the longest track that is read.
        seed: random seed of the first draw of weights; each further draw adds 1.
        draws: number of draws.
        epochs: as in `Trained.fit`.
        patience: as in `Trained.fit`.
        folds: number of folds to test, in their order; None for all.
        shifts: semitones by which the tracks to test are transposed, too, with the sound protocol.
        done: tells for (system=..., fold=..., seed=...) whether its records exist, like `Run.has`.
        folder: where the filters of the first training of each system are kept, as `learned.FILTERS`.

    Yields:
        The records of one training: one per protocol and metric, and one per shift, whose metric names it. If the
        training diverges, the metric is "diverged".

    Raises:
        ValueError: there is no validation part.
    """
    parts = splits_to_learn(clips, folds=folds, called="tracks")
    names = np.unique([label for clip in clips for label in clip.labels])
    truth = np.array([[name in clip.labels for name in names] for clip in clips], dtype=np.float32)
    asked = [(part, drawn) for drawn in range(seed, seed + draws) for part in parts]
    todo = {
        name: [(part, drawn) for part, drawn in asked if not done(system=name, fold=part.fold, seed=drawn)]
        for name in systems
    }
    with tqdm(total=sum(map(len, todo.values())), desc="trainings", unit="fit") as bar:
        for name, wanted in todo.items():
            system, fitted = SYSTEMS[name], None
            for part, drawn in wanted:
                bar.set_postfix_str(f"{name}, fold {part.fold}, draw {drawn - seed + 1}")
                if fitted is None:
                    fitted = Trained(partial(system.build, len(names)), BATCH)
                    front, length = system.front_end, fitted.model.input_shape[1]
                    values = features.log_mels(clips, sample_rate=front.sample_rate, seconds=seconds, **front.mel)
                    counts = n_patches(clips, seconds, length * front.hop)
                start = time.monotonic()
                row = {
                    "system": name, "seed": drawn, "fold": part.fold, "train_size": len(part.train),
                    "n_params": n_trainable(fitted.model),
                }  # fmt: skip
                rng = np.random.default_rng([drawn, part.fold or 0])
                chunks = divide(values, length, part, rng, counts=counts, by_band=True)
                try:
                    fitted.fit(chunks, truth, epochs=epochs, patience=patience, seed=drawn)
                    score = partial(_scored, fitted, chunks, counts, truth, names, part, scores.task(clips))
                    rows = score(chunks, protocols)
                    for shift in shifts:
                        first = score(_transposed(clips, part.test, chunks, front, seconds, shift), [SOUND])[0]
                        first.pop("predicted", None)
                        rows.append(first | {"metric": f"{first['metric']}, {shift:+d} semitones"})
                    if folder and (part, drawn) == asked[0]:
                        learned.keep(folder, name, fitted.model)
                except Diverged as error:
                    tqdm.write(f"{system.label}, fold {part.fold}: {error}; the other trainings go on.")
                    rows = [{"protocol": one, "metric": "diverged", "value": 1.0} for one in protocols]
                took = round(time.monotonic() - start, 2)
                yield [row | one | {"seconds": took} for one in rows]
                bar.update()


class _Tested(NamedTuple):
    """Spectrograms of the tracks to test in place of all: row i is read from where it is among them."""

    values: Stored
    row: dict[int, int]

    def __getitem__(self, key: tuple) -> np.ndarray:
        return self.values[(self.row[int(key[0])], *key[1:])]


def _transposed(
    clips: Sequence[Clip], test: np.ndarray, chunks: Chunks, front: FrontEnd, seconds: float, shift: int
) -> Chunks:
    """Replace the spectrograms of the tracks to test by transposed ones."""
    values = features.log_mels(
        [clips[row] for row in test], sample_rate=front.sample_rate, seconds=seconds, semitones=shift, **front.mel
    )
    return chunks._replace(values=_Tested(values, {int(row): place for place, row in enumerate(test)}))


def n_patches(clips: Sequence[Clip], seconds: float, patch: float) -> np.ndarray:
    """Return how many whole patches each clip has within its first seconds, at least one.

    Args:
        clips: N clips. Shorter ones are repeated, but a repetition is no further patch.
        seconds: duration that is read of each clip.
        patch: duration of a patch in seconds.

    Returns:
        Shape (N,).
    """
    durations = np.array([min(audio.duration(clip.path), seconds) for clip in clips])
    return np.maximum(np.floor(durations / patch + 1e-6), 1).astype(int)


def track_means(fitted: Trained, chunks: Chunks, counts: np.ndarray, tracks: np.ndarray) -> np.ndarray:
    """Average the probabilities of the patches of each track: (len(tracks), C)."""
    found = fitted.outputs(chunks, places(tracks, counts, chunks.length))
    starts = np.concatenate([[0], np.cumsum(counts[tracks])[:-1]])
    return np.add.reduceat(found, starts, axis=0) / counts[tracks][:, None]


def _scored(
    fitted: Trained, chunks: Chunks, counts: np.ndarray, truth: np.ndarray, names: np.ndarray, part: Split, task: str,
    tested: Chunks, protocols: Sequence[str],
) -> list[dict]:  # fmt: skip
    """Score the tracks to test, whose spectrograms are in `tested`, by every protocol."""
    of_test = truth[part.test]
    found = track_means(fitted, tested, counts, part.test)
    rows = []
    for protocol in protocols:
        faults = TIMBRE[protocol]
        if task == scores.ONE:
            predicted = found.argmax(axis=1)
            value = float(of_test[np.arange(len(found)), predicted].mean())
            rows.append(
                {"protocol": protocol, "metric": "accuracy", "value": value}
                | {"predicted": (part.test, names[predicted])}
            )
        elif task == scores.PREDOMINANT:
            chosen = (found, of_test)
            if THRESHOLD not in faults:
                chosen = (track_means(fitted, chunks, counts, part.validation), truth[part.validation])
            predicted = scores.predominant(found, scores.best_threshold(*chosen))
            for average in ("micro", "macro"):
                value = scores.f1(predicted, of_test, average)
                rows.append({"protocol": protocol, "metric": f"{average} F1", "value": value})
        else:
            kept = len(names) - 1 if LAST_TAG in faults else len(names)
            rows.append(
                {"protocol": protocol, "metric": "ROC-AUC", "value": scores.auc(found[:, :kept], of_test[:, :kept])}
            )
    return rows
