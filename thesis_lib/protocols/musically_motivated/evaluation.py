"""Train chapter III's networks on every fold, and score how many tracks each classifies.

The input is that of the papers: log10(10000 x + 1) of 40 mel bands at 44.1 kHz, with a window of 2,048 and a hop of
1,024 samples. Deviations: the originals' bands and window are Essentia's (Blackman-Harris), and this book's are
librosa's (Slaney, Hann).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from ... import features
from ...datasets.clip import Clip
from ...datasets.loading import common_length
from ...datasets.splits import Split, splits
from ...models.cbmi2016 import start_from
from ..parameters import split as listed
from ..training import n_trainable
from .chunks import cut, divide
from .faults import PROTOCOLS
from .systems import SYSTEMS, network
from .training import EPOCHS, PATIENCE, Diverged, Trained, majority

SAMPLE_RATE, HOP = 44_100, 1024  # Hz, samples
LOG_MEL = {"n_mels": 40, "n_fft": 2048, "hop": HOP, "compression": "log10(10000x+1)"}


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
    return {"per_class": size.per_class, "at_most": size.at_most, "seconds": size.seconds, "sample_rate": SAMPLE_RATE}


def settings(
    clips: Sequence[Clip], *, scale: str, systems: str, protocol: str, seed: int, draws: int, epochs: int
) -> dict:
    """Return the arguments of `evaluate` for a chapter's parameters; the scale decides what they leave open."""
    size = SCALES[scale]
    longest = max(network(name, 2).input_shape[1] for name in listed(systems, SYSTEMS))
    return {
        "systems": listed(systems, SYSTEMS),
        "protocols": listed(protocol, PROTOCOLS),
        "seconds": common_length(clips, size.seconds, shortest=longest * HOP / SAMPLE_RATE),
        "folds": size.folds,
        "epochs": epochs or size.epochs,
        "patience": size.patience,
        "seed": seed,
        "draws": draws,
    }


def evaluate(
    clips: Sequence[Clip], *, systems: Sequence[str], protocols: Sequence[str], seconds: float, seed: int, draws: int,
    folds: int | None = None, epochs: int = EPOCHS, patience: int = PATIENCE,
    done: Callable[..., bool] = lambda **fields: False,
) -> Iterator[list[dict]]:  # fmt: skip
    """Train every system on every fold, and test it on the fold's tracks.

    Args:
        clips: N labelled tracks with at least three folds, or a fixed split with a validation part.
        systems: keys of `SYSTEMS`.
        protocols: keys of `PROTOCOLS`.
        seconds: duration to which all tracks are cropped or repeated.
        seed: random seed of the first draw of weights; each further draw adds 1.
        draws: number of draws.
        folds: number of folds to test, in their order; None for all.
        epochs: as in `Trained.fit`.
        patience: as in `Trained.fit`.
        done: tells for (system=..., protocol=..., fold=..., seed=...) whether its record exists, like `Run.has`.

    Yields:
        The record of one training: accuracy over the tracks of the fold by majority vote, with the predicted labels.
        If the training diverges, its accuracy is missing and its metric is "diverged".

    Raises:
        ValueError: there is no validation part.
    """
    parts = splits(clips)[:folds]
    if not all(len(part.validation) for part in parts):
        raise ValueError(
            "training needs validation tracks, and this data set has none; use three folds or more, or such a split."
        )
    names, targets = np.unique([clip.label for clip in clips], return_inverse=True)
    values = features.log_mels(clips, sample_rate=SAMPLE_RATE, seconds=seconds, **LOG_MEL)
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
            fitted, x = {}, None
            for protocol, part, drawn in wanted:
                bar.set_postfix_str(f"{name}, {protocol}, fold {part.fold}, draw {drawn - seed + 1}")
                if not fitted:
                    fitted = _fitted(name, len(names))
                    x = cut(values, fitted[name].model.input_shape[1])
                yield [_one(fitted, name, x, targets, names, part, protocol, drawn, epochs, patience)]
                bar.update()


def _fitted(name: str, n_outputs: int) -> dict[str, Trained]:
    """Compile a system's network, and those that it starts from."""
    return {one: Trained(partial(network, one, n_outputs)) for one in (*SYSTEMS[name].starts_from, name)}


def _one(
    fitted: dict[str, Trained], name: str, x: np.ndarray, targets: np.ndarray, names: np.ndarray, part: Split,
    protocol: str, seed: int, epochs: int, patience: int,
) -> dict:  # fmt: skip
    start = time.monotonic()
    chunks = divide(x, part, np.random.default_rng([seed, part.fold or 0]), PROTOCOLS[protocol])
    row = {
        "system": name, "protocol": protocol, "classifier": "softmax", "seed": seed, "fold": part.fold,
        "train_size": len(part.train), "n_params": n_trainable(fitted[name].model),
    }  # fmt: skip
    first = [fitted[one] for one in SYSTEMS[name].starts_from]
    try:
        for one in first:
            one.fit(chunks, targets, epochs=epochs, patience=patience, seed=seed)
        fitted[name].fit(
            chunks, targets, epochs=epochs, patience=patience, seed=seed,
            start=lambda model: start_from(model, *(one.model for one in first)),
        )  # fmt: skip
    except Diverged as error:
        tqdm.write(f"{SYSTEMS[name].label}, fold {part.fold}: {error}; the other trainings go on.")
        return row | {"metric": "diverged", "value": 1.0, "seconds": round(time.monotonic() - start, 2)}
    predicted = majority(fitted[name].votes(chunks, part.test))
    return row | {
        "metric": "accuracy", "value": float((predicted == targets[part.test]).mean()),
        "predicted": (part.test, names[predicted]), "seconds": round(time.monotonic() - start, 2),
    }  # fmt: skip
