"""Compare chapter IV's front-ends with random and with trained weights.

The chapter assumes that architectures with good random features are also good when trained (Saxe et al., "On random
weights and unsupervised feature learning", ICML 2011, section 4). Here the same front-ends, with the same size and
initial weights, are also trained. Both ways use the same clips: what is fitted is fitted on the training part, what is
chosen (the setting of the support vector machine, the number of epochs) is chosen on the validation part, and the test
part decides nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from ... import features
from ...classifiers import prepare
from ...datasets.clip import Clip
from ...datasets.loading import common_length
from ...datasets.splits import Split, splits_to_learn
from ...features.store import Stored
from ...models import ARCHITECTURES, of_chapter
from ..parameters import split
from .extraction import extract
from .sizes import LOG_MEL, SAMPLE_RATE
from .training import Training


class Scale(NamedTuple):
    """The size of the comparison.

    Attributes:
        per_class: number of clips per class to render.
        at_most: number of clips per class to use of a data set that is not rendered; None for all.
        seconds: longest clip; shorter if the longest clip of the data set is.
        n_features: approximate number of features of a front-end.
        epochs: number of epochs at most.
    """

    per_class: int
    at_most: int | None
    seconds: float
    n_features: int
    epochs: int


SCALES = {
    "smoke": Scale(per_class=10, at_most=10, seconds=4.0, n_features=28, epochs=1),
    "quick": Scale(per_class=24, at_most=24, seconds=15.0, n_features=120, epochs=15),
    "full": Scale(per_class=40, at_most=None, seconds=15.0, n_features=120, epochs=100),
    "paper": Scale(per_class=0, at_most=None, seconds=29.3, n_features=3500, epochs=100),
}


def sizes(scale: str) -> dict:
    """Return the arguments of `datasets.loading.load` at a scale."""
    size = SCALES[scale]
    return {"per_class": size.per_class, "at_most": size.at_most, "seconds": size.seconds}


def settings(
    clips: Sequence[Clip], *, scale: str, architectures: str, n_features: int, seed: int, draws: int, epochs: int
) -> dict:
    """Return the arguments of `evaluate` for a chapter's parameters; the scale decides what they leave open."""
    size = SCALES[scale]
    return {
        "architectures": split(architectures, of_chapter("IV")),
        "n_features": n_features or size.n_features,
        "seconds": common_length(clips, size.seconds),
        "seed": seed,
        "draws": draws,
        "epochs": epochs or size.epochs,
    }


def evaluate(
    clips: Sequence[Clip], *, architectures: Sequence[str], n_features: int, seconds: float, seed: int, epochs: int,
    draws: int = 1, done: Callable[..., bool] = lambda **fields: False,
) -> Iterator[list[dict]]:  # fmt: skip
    """Score every front-end with random and with trained weights.

    Each draw has its own weights and its own test fold: the first draw is tested on the first fold, the second draw on
    the second. A fixed split is the same for all draws.

    Args:
        clips: N labelled clips with at least three folds, or a fixed split with a validation part.
        architectures: names of chapter IV's architectures.
        n_features: approximate number of features of a front-end.
        seconds: duration to which all clips are cropped or repeated.
        seed: random seed of the first draw; each further draw adds 1.
        epochs: number of epochs at most.
        draws: number of draws.
        done: tells for (system=..., protocol=..., seed=...) whether its records exist, like `Run.has`.

    Yields:
        The records of one front-end in one draw, with the labels that it predicted. Protocols: "random" and "trained",
        on the test part; "random, validation"; and "trained, validation", one record per check, in the order of the
        epochs.

    Raises:
        ValueError: there is no validation part.
    """
    parts = splits_to_learn(clips)
    labels = np.array([clip.label for clip in clips])
    todo = {
        drawn: [name for name in architectures if not done(system=name, protocol="trained", seed=drawn)]
        for drawn in range(seed, seed + draws)
    }
    left = sum(map(len, todo.values()))
    with tqdm(total=left * epochs, desc="training", unit="epoch", disable=not left) as bar:
        for number, (drawn, wanted) in enumerate(todo.items()):
            part = parts[number % len(parts)]
            random = extract(clips, wanted, n_features=n_features, seed=drawn, seconds=seconds)
            for name in wanted:
                bar.set_postfix_str(f"{name}, draw {number + 1} of {draws}")
                rows = _random(np.asarray(random[name].values), labels, part)
                training = Training(name, n_features, seconds, len(set(labels)), seed=drawn)
                rows += _trained(training, _inputs(clips, name, seconds), labels, part, epochs, bar.update)
                bar.update(-bar.n % epochs)  # the epochs that early stopping saved
                shared = {"system": name, "seed": drawn, "fold": part.fold, "train_size": len(part.train)}
                shared |= {"metric": "accuracy", "n_params": random[name].n_params}
                yield [shared | row for row in rows]


def _random(values: np.ndarray, labels: np.ndarray, part: Split) -> list[dict]:
    """Classify random features with the support vector machine that is best on the validation part."""
    start = time.monotonic()
    _, predict = prepare("svm", values, labels, rng=np.random.default_rng(0))  # nothing in it is random
    asked = np.concatenate([part.validation, part.test])
    found = predict(part.train, asked)  # (S, n): each setting is fitted once
    n = len(part.validation)
    best = (found[:, :n] == labels[part.validation]).mean(axis=1).argmax()
    chosen, tested = found[best, :n], found[best, n:]
    rows = [
        {"protocol": "random, validation"} | _scored(labels, part.validation, chosen),
        {"protocol": "random", "seconds": round(time.monotonic() - start, 2)} | _scored(labels, part.test, tested),
    ]
    return [{"classifier": "svm"} | row for row in rows]


def _trained(
    training: Training, inputs: Stored, labels: np.ndarray, part: Split, epochs: int, update: Callable[[], None]
) -> list[dict]:
    """Train a front-end; return its learning curve on the validation part and its accuracy on the test part."""
    start = time.monotonic()
    names, targets = np.unique(labels, return_inverse=True)
    curve = training.fit(inputs, targets, part.train, part.validation, epochs=epochs, update=update)
    tested = training.predict(inputs, part.test).argmax(axis=1)
    rows = [
        {"protocol": "trained, validation"} | _scored(labels, part.validation, names[check.predicted])
        for check in curve
    ]
    spent = round(time.monotonic() - start, 2)
    rows.append({"protocol": "trained", "seconds": spent} | _scored(labels, part.test, names[tested]))
    return [{"classifier": "softmax"} | row for row in rows]


def _scored(labels: np.ndarray, clips: np.ndarray, predicted: np.ndarray) -> dict:
    return {"value": float((predicted == labels[clips]).mean()), "predicted": (clips, predicted)}


def _inputs(clips: Sequence[Clip], name: str, seconds: float) -> Stored:
    """Return the input of an architecture for all clips."""
    if ARCHITECTURES[name].signal == "waveform":
        return features.waveforms(clips, sample_rate=SAMPLE_RATE, seconds=seconds)
    return features.log_mels(clips, sample_rate=SAMPLE_RATE, seconds=seconds, **LOG_MEL)
