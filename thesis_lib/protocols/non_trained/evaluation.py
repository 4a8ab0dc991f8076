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

from ... import audio
from ...classifiers import CLASSIFIERS
from ...datasets.clip import Clip
from ...models import of_chapter
from ...cli.parameters import split
from .extraction import BASELINE, extract
from ..selection import accuracies, on_split


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
        # everyday sounds keep the length of UrbanSound8K's
        length = {} if dataset.CARD.sounds == "events" else {"seconds": size.seconds}
        return dataset.clips(home, per_class=size.per_class, seed=seed, **length)
    return thin(dataset.clips(home, seed=seed), size.at_most)


def thin(clips: Sequence[Clip], at_most: int | None) -> list[Clip]:
    """Keeps at most so many clips a class, taken in turn from its folds or parts; all of them by default."""
    if at_most is None:
        return list(clips)
    kept: list[Clip] = []
    for label in sorted({clip.label for clip in clips}):
        by_fold: dict[int | str, list[Clip]] = {}
        for clip in clips:
            if clip.label == label:
                by_fold.setdefault(clip.split or clip.fold, []).append(clip)
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
        clips: N labelled clips, with folds or a fixed split.
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
    for drawn in range(seed, seed + draws):
        wanted = [name for name in (*architectures, BASELINE) if todo[drawn, name]]
        found = extract(clips, wanted, n_features=n_features, seed=drawn, seconds=seconds)
        pairs = [(name, kind) for name in wanted for kind in todo[drawn, name]]
        progress = tqdm(pairs, f"classifiers, draw {drawn - seed + 1} of {draws}", unit="fit", disable=not pairs)
        for name, kind in progress:
            progress.set_postfix_str(f"{name}, {kind}")
            rows = _score(np.asarray(found[name].values), clips, name, kind, drawn)
            extracting = found[name].seconds if kind == todo[drawn, name][0] else 0.0  # counted once
            extra = {"n_params": found[name].n_params, "seconds": round(rows[0]["seconds"] + extracting, 2)}
            yield [row | extra for row in rows]


def _score(values: np.ndarray, clips: Sequence[Clip], system: str, classifier: str, seed: int) -> list[dict]:
    """Records of one system with one classifier, under both protocols."""
    start = time.monotonic()
    labels = np.array([clip.label for clip in clips])
    groups = np.array([clip.group or str(number) for number, clip in enumerate(clips)])
    _, predict = CLASSIFIERS[classifier](values, labels, rng=np.random.default_rng(seed))
    if clips[0].split:
        parts = np.array([clip.split for clip in clips])
        by_protocol, train_sizes = on_split(predict, labels, parts, groups), {None: int((parts == "train").sum())}
    else:
        folds = np.array([clip.fold for clip in clips])
        by_protocol = accuracies(predict, labels, folds, groups)
        train_sizes = {fold: int((folds != fold).sum()) for fold in np.unique(folds).tolist()}
    shared = {"system": system, "classifier": classifier, "seed": seed, "metric": "accuracy"}
    shared["seconds"] = time.monotonic() - start
    return [
        shared | {"protocol": protocol, "fold": fold, "train_size": train_sizes[fold], "value": value}
        for protocol, by_fold in by_protocol.items()
        for fold, value in by_fold.items()
    ]
