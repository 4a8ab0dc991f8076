"""Clips in, accuracies of classifiers on random CNN features out: the protocol of chapter IV.

Jordi Pons & Xavier Serra, "Randomly weighted CNNs for (music) audio classification", ICASSP 2019, section 3.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from .. import audio
from ..classifiers import CLASSIFIERS
from ..datasets.clip import Clip
from ..models import of_chapter
from ..parameters import split
from .extraction import BASELINE, mfcc_statistics, random_features
from .selection import accuracies


class Scale(NamedTuple):
    """The same experiment at another size.

    Attributes:
        per_class: clips that are rendered a class.
        at_most: clips a class that are used of a dataset with a size of its own; None for all.
        seconds: longest input; shorter where the longest clip is.
        n_features: features a front-end gives, about.
    """

    per_class: int
    at_most: int | None
    seconds: float
    n_features: int


SCALES = {
    "smoke": Scale(per_class=10, at_most=10, seconds=4.0, n_features=28),
    "quick": Scale(per_class=40, at_most=None, seconds=15.0, n_features=120),
    "full": Scale(per_class=60, at_most=None, seconds=29.3, n_features=3500),
    "paper": Scale(per_class=0, at_most=None, seconds=29.3, n_features=3500),
}


def load(dataset: ModuleType, data_home: str, *, scale: str, seed: int) -> list[Clip]:
    """The clips of a dataset at a scale: a rendered set gives as many as are asked for, another one is thinned at most.

    Args:
        dataset: a value of `DATASETS`.
        data_home: where it lies; "" for its usual place.
        scale: a key of `SCALES`.
        seed: of rendered music and drawn folds.
    """
    home, size = Path(data_home).expanduser() if data_home else None, SCALES[scale]
    if "per_class" in inspect.signature(dataset.clips).parameters:
        return dataset.clips(home, per_class=size.per_class, seconds=size.seconds, seed=seed)
    return thin(dataset.clips(home, seed=seed), size.at_most)


def thin(clips: Sequence[Clip], at_most: int | None) -> list[Clip]:
    """Keeps at most so many clips a class, taken in turn from its folds; all of them by default."""
    if at_most is None:
        return list(clips)
    kept: list[Clip] = []
    for label in sorted({clip.label for clip in clips}):
        by_fold: dict[int, list[Clip]] = {}
        for clip in clips:
            if clip.label == label:
                by_fold.setdefault(clip.fold, []).append(clip)
        turns = [(turn, fold, clip) for fold, members in by_fold.items() for turn, clip in enumerate(members)]
        kept += [clip for _, _, clip in sorted(turns, key=lambda item: item[:2])[:at_most]]
    return kept


def input_seconds(clips: Sequence[Clip], longest: float) -> float:
    """Length that all clips are brought to: that of the longest clip, but no more than `longest` seconds."""
    return round(min(longest, max(audio.duration(clip.path) for clip in clips)), 3)


def settings(
    clips: Sequence[Clip], *, scale: str, architectures: str, classifiers: str, n_features: int, seed: int,
    draws: int = 1,
) -> dict:  # fmt: skip
    """The arguments of `evaluate` that a chapter's parameters stand for; the scale says what they leave open."""
    size = SCALES[scale]
    return {
        "architectures": split(architectures, of_chapter("IV")),
        "classifiers": split(classifiers, CLASSIFIERS),
        "n_features": n_features or size.n_features,
        "seconds": input_seconds(clips, size.seconds),
        "seed": seed,
        "draws": draws,
    }


def evaluate(
    clips: Sequence[Clip], *, architectures: Sequence[str], classifiers: Sequence[str], n_features: int, seed: int,
    seconds: float, draws: int = 1, done: Callable[..., bool] = lambda **fields: False,
) -> Iterator[list[dict]]:  # fmt: skip
    """Scores every front-end, and the baseline, with every classifier, for several draws of random weights.

    Args:
        clips: N labelled clips with folds.
        architectures: of chapter IV.
        classifiers: keys of `CLASSIFIERS`.
        n_features: features a front-end gives, about: 120 and 3500 are the original code's two sizes.
        seed: of the first draw of random weights and of the ELM's hidden layers; the next draw has the next seed.
        seconds: length that all clips are brought to.
        draws: how many. What is not random is scored in the first draw only: the baseline without the ELM.
        done: tells of (system=..., classifier=..., seed=...) whether it can be left out, as `results.Run.has` does.

    Yields:
        The records of one system with one classifier in one draw.
    """
    todo = {
        (drawn, name): [
            kind for kind in classifiers
            if not done(system=name, classifier=kind, seed=drawn)
            and (drawn == seed or name != BASELINE or kind == "elm")
        ]
        for drawn in range(seed, seed + draws)
        for name in (*architectures, BASELINE)
    }  # fmt: skip
    progress = tqdm([key for key, kinds in todo.items() if kinds], "front-ends", unit="front-end")
    for drawn, name in progress:
        progress.set_postfix_str(name)
        start = time.monotonic()
        if name == BASELINE:
            values, n_params = mfcc_statistics(clips, seconds), None
        else:
            values, n_params = random_features(clips, name, n_features=n_features, seed=drawn, seconds=seconds)
        spent = time.monotonic() - start
        for kind in todo[drawn, name]:
            yield _score(values, clips, name, kind, drawn, n_params, spent)
            spent = 0.0  # counted once


def _score(
    values: np.ndarray,
    clips: Sequence[Clip],
    system: str,
    classifier: str,
    seed: int,
    n_params: int | None,
    spent: float,
) -> list[dict]:
    """Records of one system with one classifier, under both protocols."""
    start = time.monotonic()
    labels, folds = np.array([clip.label for clip in clips]), np.array([clip.fold for clip in clips])
    _, predict = CLASSIFIERS[classifier](values, labels, rng=np.random.default_rng(seed))
    groups = np.array([clip.group or str(number) for number, clip in enumerate(clips)])
    by_protocol = accuracies(predict, labels, folds, groups)
    shared = {"system": system, "classifier": classifier, "seed": seed, "metric": "accuracy", "n_params": n_params}
    shared["seconds"] = round(spent + time.monotonic() - start, 2)
    return [
        shared | {"protocol": protocol, "fold": fold, "train_size": int((folds != fold).sum()), "value": value}
        for protocol, by_fold in by_protocol.items()
        for fold, value in by_fold.items()
    ]
