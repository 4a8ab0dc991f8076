"""Score systems that learn from a few labelled clips per class: the protocol of chapter VI.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from ...datasets.clip import Clip
from ...models import settings as keras_settings
from ..parameters import split
from .draws import COUNTS, Trial, trials
from .preparation import Effort, prepared
from .regularised import EPOCHS
from .systems import SYSTEMS


class Scale(NamedTuple):
    """The size of the experiment.

    Attributes:
        per_class: number of clips per class to render.
        at_most: number of clips per class to use of a data set that is not rendered; None for all.
        counts: numbers of labelled clips per class.
        folds: number of folds to test; None for all.
        epochs: number of epochs.
        width: number of filters per layer of the prototypical network.
        updates: number of updates per epoch of prototypical networks. None uses every patch once as a query, as in the
            paper: twelve updates with 20 clips of 5 s per class.
    """

    per_class: int
    at_most: int | None
    counts: tuple[int, ...]
    folds: int | None
    epochs: int
    width: int
    updates: int | None = 1


SCALES = {
    "smoke": Scale(per_class=10, at_most=10, counts=(1, 2), folds=1, epochs=3, width=8),
    "quick": Scale(per_class=40, at_most=None, counts=(1, 5), folds=3, epochs=24, width=16),
    "full": Scale(per_class=60, at_most=None, counts=(1, 2, 5, 10, 20), folds=None, epochs=200, width=128),
    "paper": Scale(per_class=0, at_most=None, counts=COUNTS, folds=None, epochs=200, width=128, updates=None),
}


def sizes(scale: str) -> dict:
    """Return the arguments of `datasets.loading.load` at a scale."""
    return {"per_class": SCALES[scale].per_class, "at_most": SCALES[scale].at_most}


def settings(
    *, scale: str, systems: str, counts: str, draws: int, epochs: int, precision: str, seed: int
) -> dict:  # fmt: skip
    """Return the arguments of `evaluate` for a chapter's parameters; the scale decides what they leave open."""
    size = SCALES[scale]
    effort = Effort(epochs or size.epochs, size.updates, size.width, precision or keras_settings.precision())
    return {
        "systems": split(systems, SYSTEMS),
        "counts": tuple(sorted({int(count) for count in counts.split(",")})) if counts else size.counts,
        "draws": draws,
        "folds": size.folds,
        "seed": seed,
        **effort._asdict(),
    }


def evaluate(
    clips: Sequence[Clip], *, systems: Sequence[str], counts: Sequence[int], draws: int = 1,
    folds: int | None = None, seed: int = 0, epochs: int = EPOCHS, updates: int | None = None, width: int = 128,
    precision: str = "float32", done: Callable[..., bool] = lambda **fields: False,
) -> Iterator[list[dict]]:  # fmt: skip
    """Score every system on every trial; all systems learn from the same clips.

    Args:
        clips: N clips with one label each, with folds or a fixed split.
        systems: keys of `SYSTEMS`.
        counts: numbers of labelled clips per class.
        draws: number of draws of the labelled clips for each fold.
        folds: number of folds to test, in their order; all by default.
        seed: random seed for the draws and the systems. A record's seed is this seed plus the number of the draw.
        epochs: as in `Effort`.
        updates: as in `Effort`.
        width: as in `Effort`.
        precision: as in `Effort`.
        done: tells for (system=..., n_per_class=..., fold=..., seed=...) whether its record exists.

    Yields:
        The record of one system on one trial, with the labels that it predicted.
    """
    names, targets = np.unique([clip.label for clip in clips], return_inverse=True)
    requested = list(trials(clips, counts=counts, draws=draws, folds=folds, seed=seed))
    if any(not len(t.validation) for t in requested) and any(SYSTEMS[name].validated for name in systems):
        raise ValueError("the validated systems need a validation part, which a data set with two folds does not have.")

    def left(system: str) -> list[Trial]:
        return [t for t in requested if not done(system=system, n_per_class=t.n, fold=t.fold, seed=seed + t.draw)]

    todo = {system: found for system in systems if (found := left(system))}
    # The cost of a fit grows with its number of clips; counting fits would make the estimate of the time left useless.
    with tqdm(total=sum(t.n for found in todo.values() for t in found), desc="fits", unit="clip per class") as bar:
        for system, found in todo.items():
            predict, n_params = prepared(system, clips, targets, Effort(epochs, updates, width, precision))
            for trial in found:
                bar.set_postfix_str(f"{system}, {trial.n} per class, fold {trial.fold}, draw {trial.draw + 1}")
                start = time.monotonic()
                predicted = predict(trial, seed + trial.draw)
                bar.update(trial.n)
                yield [
                    {
                        "system": system, "protocol": "few clips", "seed": seed + trial.draw, "fold": trial.fold,
                        "n_per_class": trial.n, "train_size": len(trial.train), "metric": "accuracy",
                        "value": float((predicted == targets[trial.test]).mean()), "n_params": n_params,
                        "predicted": (trial.test, names[predicted]),
                        "seconds": round(time.monotonic() - start, 2),
                    }
                ]  # fmt: skip
