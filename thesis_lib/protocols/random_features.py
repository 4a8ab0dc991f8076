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

import keras
import librosa
import numpy as np
from tqdm import tqdm

from .. import audio, features
from ..classifiers import CLASSIFIERS
from ..datasets.clip import Clip
from ..models import ARCHITECTURES, build
from ..models.random_cnns import EVENT_LENGTHS, MUSIC_LENGTHS
from ..parameters import split
from .selection import accuracies

SAMPLE_RATE = 12_000  # Hz
LOG_MEL = {"n_mels": 96, "n_fft": 512, "hop": 256, "compression": "db80"}
BATCH_BYTES = 128e6  # of the widest layer's activations: bounds the memory at every width
BASELINE = "mfcc"  # the name of the baseline among the systems


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
    clips: Sequence[Clip], *, scale: str, architectures: str, classifiers: str, n_features: int, seed: int
) -> dict:
    """The arguments of `evaluate` that a chapter's parameters stand for; the scale says what they leave open."""
    size = SCALES[scale]
    return {
        "architectures": split(architectures, ARCHITECTURES),
        "classifiers": split(classifiers, CLASSIFIERS),
        "n_features": n_features or size.n_features,
        "seconds": input_seconds(clips, size.seconds),
        "seed": seed,
    }


def evaluate(
    clips: Sequence[Clip], *, architectures: Sequence[str], classifiers: Sequence[str], n_features: int, seed: int,
        seconds: float,
    done: Callable[..., bool] = lambda **fields: False,
) -> Iterator[list[dict]]:  # fmt: skip
    """Scores every front-end, and the baseline, with every classifier.

    Args:
        clips: N labelled clips with folds.
        architectures: keys of `ARCHITECTURES`.
        classifiers: keys of `CLASSIFIERS`.
        n_features: features a front-end gives, about: 120 and 3500 are the paper's two sizes.
        seed: of the random weights and of the ELM's hidden layers.
        seconds: length that all clips are brought to.
        done: tells of (system=..., classifier=...) whether it can be left out, `results.Run.has` for instance.

    Yields:
        The records of one system with one classifier.
    """
    todo = {
        name: [kind for kind in classifiers if not done(system=name, classifier=kind)]
        for name in (*architectures, BASELINE)
    }
    progress = tqdm([name for name, kinds in todo.items() if kinds], "front-ends", unit="front-end")
    for name in progress:
        progress.set_postfix_str(name)
        start = time.monotonic()
        if name == BASELINE:
            values, n_params = mfcc_statistics(clips, seconds), None
        else:
            values, n_params = random_features(clips, name, n_features=n_features, seed=seed, seconds=seconds)
        extraction = time.monotonic() - start
        for kind in todo[name]:
            yield _score(values, clips, name, kind, seed, n_params, extraction)
            extraction = 0.0  # counted once


def random_features(
    clips: Sequence[Clip], name: str, *, n_features: int, seed: int, seconds: float
) -> tuple[np.ndarray, int]:
    """Features of every clip from a CNN whose weights keep their random first values.

    Args:
        clips: N clips.
        name: of the architecture.
        n_features: about how many.
        seed: of the weights.
        seconds: length that all clips are brought to.

    Returns:
        Memory-mapped float32 of shape (N, D), and the CNN's number of parameters.
    """
    waveform = ARCHITECTURES[name].signal == "waveform"
    kind = {"sample_rate": SAMPLE_RATE, "seconds": seconds} | ({} if waveform else LOG_MEL)
    inputs = features.waveforms(clips, **kind) if waveform else features.log_mels(clips, **kind)
    sizes = knobs(name, n_features, inputs.shape[1])
    keras.utils.set_random_seed(seed)  # right before the weights are drawn: nothing may draw in between
    model = build(name, input_shape=inputs.shape[1:], **sizes)
    # On a CPU, TensorFlow's own kernels are faster than XLA's; JAX cannot do without.
    model.compile(jit_compile=False if keras.backend.backend() == "tensorflow" else "auto")
    recipe = {
        "system": name, "knobs": sizes, "seed": seed, "input": kind, "clips": features.fingerprint(clips),
        "keras": keras.__version__, "backend": keras.backend.backend(),
    }  # fmt: skip

    def fill(values: np.ndarray) -> None:
        size = batch_size(model)
        for start in tqdm(range(0, len(inputs), size), name, unit="batch", leave=False):
            batch = inputs[start : start + size]
            full = np.resize(
                batch, (size, *batch.shape[1:])
            )  # one shape: traced once, and no clip's values depend on it
            values[start : start + size] = model.predict_on_batch(full)[: len(batch)]

    return features.stored(recipe, (len(clips), model.output_shape[-1]), fill), model.count_params()


def knobs(name: str, n_features: int, frames: int) -> dict:
    """Width that gives about `n_features`, and the lengths of temporal filters that suit the input.

    120 and 3500 mean the paper's two sizes; another number is reached as nearly as the architecture allows.
    """
    sizes = {120: "small", 3500: "large"}
    published = {size: ARCHITECTURES[name].settings[size][0]["width"] for size in sizes.values()}
    if n_features in sizes:
        width = published[sizes[n_features]]
    else:
        a_width = features_per_width(name)
        step = 4 if "temporal" in name else 1
        width = max(step, round(n_features / a_width / step) * step)
    if "temporal" not in name:
        return {"width": width}
    # The paper takes shorter filters for UrbanSound8K's 188 frames, since the longest for music has 165.
    return {"width": width, "lengths": MUSIC_LENGTHS if frames >= 2 * max(MUSIC_LENGTHS) else EVENT_LENGTHS}


def features_per_width(name: str) -> int:
    """Features that each unit of an architecture's `width` gives."""
    return build(name, width=4).output_shape[-1] // 4


def batch_size(model: keras.Model) -> int:
    """Clips a batch such that the widest layer's activations stay within `BATCH_BYTES`, at most 32."""
    widest = max(np.prod(layer.output.shape[1:]) for layer in model.layers)
    return int(np.clip(BATCH_BYTES // (4 * widest), 1, 32))


def mfcc_statistics(clips: Sequence[Clip], seconds: float) -> np.ndarray:
    """The paper's baseline: mean and standard deviation of 20 MFCCs and their first and second differences.

    Returns:
        Memory-mapped float32 of shape (N, 120).
    """
    waveforms = features.waveforms(clips, sample_rate=SAMPLE_RATE, seconds=seconds)

    def fill(values: np.ndarray) -> None:
        for index, waveform in enumerate(tqdm(waveforms[..., 0], BASELINE, unit="clip", leave=False)):
            mfcc = librosa.feature.mfcc(y=np.asarray(waveform), sr=SAMPLE_RATE, n_mfcc=20)  # (20, T)
            series = [np.diff(mfcc, n, axis=1) for n in range(3)]
            values[index] = np.concatenate([stat for x in series for stat in (x.mean(axis=1), x.std(axis=1))])

    recipe = {"system": BASELINE, "sample_rate": SAMPLE_RATE, "seconds": seconds, "clips": features.fingerprint(clips)}
    return features.stored(recipe, (len(clips), 120), fill)


def _score(
    values: np.ndarray,
    clips: Sequence[Clip],
    system: str,
    classifier: str,
    seed: int,
    n_params: int | None,
    extraction: float,
) -> list[dict]:
    """Records of one system with one classifier, under both protocols."""
    start = time.monotonic()
    labels, folds = np.array([clip.label for clip in clips]), np.array([clip.fold for clip in clips])
    _, predict = CLASSIFIERS[classifier](values, labels, rng=np.random.default_rng(seed))
    by_protocol = accuracies(predict, labels, folds)
    shared = {"system": system, "classifier": classifier, "metric": "accuracy", "n_params": n_params}
    shared["seconds"] = round(extraction + time.monotonic() - start, 2)
    return [
        shared | {"protocol": protocol, "fold": fold, "train_size": int((folds != fold).sum()), "value": value}
        for protocol, by_fold in by_protocol.items()
        for fold, value in by_fold.items()
    ]
