"""Clips in, accuracies of systems that learn from a few of them out: the protocol of chapter VI.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from ... import models
from ...datasets.clip import Clip
from .systems import SYSTEMS, USUAL
from ...cli.parameters import split
from ...cli.quiet import retracing_unmentioned
from .draws import COUNTS, Trial, trials
from .inputs import PATCH, length
from .preparation import Effort, prepared
from .regularised import EPOCHS


class Scale(NamedTuple):
    """The same experiment at another size.

    Attributes:
        counts: labelled clips a class.
        folds: how many are tested; None for all.
        epochs: of training.
        width: filters of a layer of the prototypical network.
        updates: an epoch of prototypical networks; None asks for every patch once, as in the paper, which with 20 clips
            of 5 s a class are twelve.
    """

    counts: tuple[int, ...]
    folds: int | None
    epochs: int
    width: int
    updates: int | None = 1


SCALES = {
    "smoke": Scale(counts=(1, 2), folds=1, epochs=3, width=8),
    "quick": Scale(counts=(1, 5), folds=3, epochs=24, width=16),
    "full": Scale(counts=(1, 2, 5, 10, 20), folds=None, epochs=200, width=128),
    "paper": Scale(counts=COUNTS, folds=None, epochs=200, width=128, updates=None),
}


def settings(
    *, scale: str, systems: str, counts: str, draws: int, epochs: int, precision: str, seed: int
) -> dict:  # fmt: skip
    """The arguments of `evaluate` that a chapter's parameters stand for; the scale says what they leave open."""
    size = SCALES[scale]
    effort = Effort(epochs or size.epochs, size.updates, size.width, precision or models.precision())
    return {
        "systems": split(systems, SYSTEMS),
        "counts": tuple(sorted({int(count) for count in counts.split(",")})) if counts else size.counts,
        "draws": draws,
        "folds": size.folds,
        "seed": seed,
        **effort._asdict(),
    }


def seconds(clips: Sequence[Clip]) -> float:
    """Length that all clips are brought to for the spectrograms."""
    return length(clips, PATCH)


def evaluate(
    clips: Sequence[Clip], *, systems: Sequence[str] = USUAL, counts: Sequence[int], draws: int = 1,
    folds: int | None = None, seed: int = 0, epochs: int = EPOCHS, updates: int | None = None, width: int = 128,
    precision: str = "float32", done: Callable[..., bool] = lambda **fields: False,
) -> Iterator[list[dict]]:  # fmt: skip
    """Scores every system on every trial; all of them learn from the same clips.

    Args:
        clips: N clips of one label each, with folds or a fixed split.
        systems: names out of `few_table.SYSTEMS`.
        counts: labelled clips a class.
        draws: of the labelled clips, for each fold.
        folds: how many are tested, in their order; all by default.
        seed: of the draws and of what is random in the systems; a record's seed is this one and the draw's number.
        epochs: of what is trained with a softmax layer; those of prototypical networks are as many as get better, and
            that many more.
        updates: an epoch of prototypical networks; None asks for every patch once.
        width: filters of a layer of the prototypical network.
        precision: of wide convolutions, Keras' dtype policy.
        done: tells of (system=..., n_per_class=..., fold=..., seed=...) whether it can be left out.

    Yields:
        The record of one system on one trial.
    """
    retracing_unmentioned()
    targets = np.unique([clip.label for clip in clips], return_inverse=True)[1]
    asked = list(trials(clips, counts=counts, draws=draws, folds=folds, seed=seed))
    if any(not len(t.validation) for t in asked) and any(name.endswith("validated") for name in systems):
        raise ValueError("the validated systems need a part to validate on, which a set of two folds cannot give.")

    def left(system: str) -> list[Trial]:
        return [t for t in asked if not done(system=system, n_per_class=t.n, fold=t.fold, seed=seed + t.draw)]

    todo = {system: found for system in systems if (found := left(system))}
    # what a fit costs grows with the clips that it learns from; without that, the time left would be far off
    with tqdm(total=sum(t.n for found in todo.values() for t in found), desc="fits", unit="clip a class") as bar:
        for system, found in todo.items():
            predict, n_params = prepared(system, clips, targets, Effort(epochs, updates, width, precision))
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
