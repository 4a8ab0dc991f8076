"""Score classifiers on features of randomly weighted CNNs: the protocol of chapter IV.

Jordi Pons & Xavier Serra, "Randomly weighted CNNs for (music) audio classification", ICASSP 2019, section 3.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from ...classifiers import CLASSIFIERS, prepare
from ...datasets.clip import Clip
from ...datasets.loading import common_length
from ...datasets.splits import splits
from ...models import of_chapter
from ..parameters import split
from ..selection import by_folds, on_split
from .as_published import as_published as read_as_published
from .extraction import extract
from .sizes import knobs
from .systems import BASELINE, SYSTEMS, requested


class Scale(NamedTuple):
    """The size of the experiment.

    Attributes:
        per_class: number of clips per class to render.
        at_most: number of clips per class to use of a data set that is not rendered; None for all.
        seconds: longest input; shorter if the longest clip is.
        n_features: approximate number of features of a front-end.
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


def sizes(scale: str) -> dict:
    """Return the arguments of `datasets.loading.load` at a scale."""
    size = SCALES[scale]
    return {"per_class": size.per_class, "at_most": size.at_most, "seconds": size.seconds}


def settings(
    clips: Sequence[Clip], *, scale: str, architectures: str, classifiers: str, n_features: int, seed: int,
    draws: int = 1, as_published: bool = False,
) -> dict:  # fmt: skip
    """Return the arguments of `evaluate` for a chapter's parameters; the scale decides what they leave open."""
    size = SCALES[scale]
    return {
        "architectures": split(architectures, of_chapter("IV")),
        "classifiers": split(classifiers, CLASSIFIERS),
        "n_features": n_features or size.n_features,
        "seconds": common_length(clips, size.seconds),
        "seed": seed,
        "draws": draws,
        "as_published": as_published,
    }


def evaluate(
    clips: Sequence[Clip], *, architectures: Sequence[str], classifiers: Sequence[str], n_features: int, seed: int,
    seconds: float, draws: int = 1, as_published: bool = False,
    done: Callable[..., bool] = lambda **fields: False,
) -> Iterator[list[dict]]:  # fmt: skip
    """Score every front-end and the baseline with every classifier, for several draws of random weights.

    Args:
        clips: N labelled clips with folds or a fixed split.
        architectures: names of chapter IV's architectures.
        classifiers: keys of `CLASSIFIERS`.
        n_features: approximate number of features of a front-end; 120 and 3500 are the original code's two sizes.
        seed: random seed for the first draw of weights and for the ELM's hidden layers; each further draw adds 1.
        seconds: duration to which all clips are cropped or repeated.
        draws: number of draws. The baseline without the ELM is not random and is scored in the first draw only.
        as_published: whether to score the frame-level front-ends a second time with features as the original code reads
            them, of which most are zero.
        done: tells for (system=..., classifier=..., seed=...) whether its records exist, like `Run.has`.

    Yields:
        The records of one system with one classifier in one draw, with the labels that it predicted.
    """
    systems = requested(list(architectures), as_published=as_published)
    todo = {
        (drawn, name): [
            kind for kind in classifiers
            if not done(system=name, classifier=kind, seed=drawn)
            and (drawn == seed or name != BASELINE or kind == "elm")
        ]
        for drawn in range(seed, seed + draws)
        for name in systems
    }  # fmt: skip
    for drawn in range(seed, seed + draws):
        wanted = [name for name in systems if todo[drawn, name]]
        sources = dict.fromkeys(SYSTEMS[name].features for name in wanted)
        found = extract(clips, sources, n_features=n_features, seed=drawn, seconds=seconds)
        pairs = [(name, kind) for name in wanted for kind in todo[drawn, name]]
        progress = tqdm(pairs, f"classifiers, draw {drawn - seed + 1} of {draws}", unit="fit", disable=not pairs)
        for name, kind in progress:
            progress.set_postfix_str(f"{name}, {kind}")
            source = SYSTEMS[name].features
            values, n_params, extracting = found[source]
            values = np.asarray(values)
            if SYSTEMS[name].as_published:
                values = read_as_published(values, knobs(source, n_features, frames=0)["width"])
            rows = _score(values, clips, name, kind, drawn)
            first = name == source and kind == todo[drawn, name][0]  # the features are counted once
            extra = {"n_params": n_params, "seconds": round(rows[0]["seconds"] + first * extracting, 2)}
            yield [row | extra for row in rows]


def _score(values: np.ndarray, clips: Sequence[Clip], system: str, classifier: str, seed: int) -> list[dict]:
    """Return the records of one system with one classifier under both protocols."""
    start = time.monotonic()
    labels = np.array([clip.label for clip in clips])
    groups = np.array([clip.group or str(number) for number, clip in enumerate(clips)])
    _, predict = prepare(classifier, values, labels, rng=np.random.default_rng(seed))
    if clips[0].split:
        predicted = on_split(predict, labels, np.array([clip.split for clip in clips]), groups)
    else:
        predicted = by_folds(predict, labels, np.array([clip.fold for clip in clips]), groups)
    shared = {"system": system, "classifier": classifier, "seed": seed, "metric": "accuracy"}
    shared["seconds"] = time.monotonic() - start
    return [
        shared
        | {"protocol": protocol, "fold": part.fold, "train_size": len(part.train)}
        | {"value": float((found[part.test] == labels[part.test]).mean()), "predicted": (part.test, found[part.test])}
        for protocol, found in predicted.items()
        for part in splits(clips, validate=False)
    ]
