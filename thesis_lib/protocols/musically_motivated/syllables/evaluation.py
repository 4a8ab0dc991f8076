"""Train the networks that find syllables on every fold, and score the onsets of the phrases to test.

The beginning of a phrase is known, as in the paper, where a phrase starts with its first syllable: curves start at the
first onset, which is not counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from .... import audio
from ....datasets.clip import Clip
from ....datasets.splits import splits_to_learn
from ....files import written
from ...parameters import split as listed
from ...training import n_trainable
from ..chunks import Chunks
from ..faults import SOUND
from ..frames import Frames, cut
from ..singing import EXAMPLE, FRONT_END
from ..training import Diverged, Trained
from . import decoding, scores
from .labels import check, labels
from .systems import FUSED, FUSION, SYSTEMS

BATCH = 128  # as in the paper
PEAKS, MAXIMA, SCORE = "peaks", "maxima", "score"  # the decoders, which stand in the records as classifiers
ALREADY = 0.1  # seconds after the first onset, which is known, in which no other one is sought


class Scale(NamedTuple):
    """The size of the experiment.

    Attributes:
        n: number of phrases to render.
        seconds: about the duration of a phrase to render.
        at_most: number of phrases to use of a data set that is not rendered; None for all.
        folds: number of folds to test; None for all.
        epochs: number of epochs at most.
        patience: number of epochs without improvement after which a training stops.
    """

    n: int
    seconds: float
    at_most: int | None
    folds: int | None
    epochs: int
    patience: int


SCALES = {
    "smoke": Scale(n=10, seconds=2.5, at_most=10, folds=1, epochs=1, patience=1),
    "quick": Scale(n=20, seconds=5.0, at_most=20, folds=1, epochs=4, patience=4),
    "full": Scale(n=60, seconds=6.0, at_most=None, folds=None, epochs=20, patience=4),
    "paper": Scale(n=0, seconds=0, at_most=None, folds=None, epochs=500, patience=10),
}


def sizes(scale: str) -> dict:
    """Return the arguments of `datasets.loading.load` at a scale."""
    size = SCALES[scale]
    return {"n": size.n, "seconds": size.seconds, "at_most": size.at_most, "sample_rate": 22_050}


def settings(clips: Sequence[Clip], *, scale: str, systems: str, seed: int, draws: int, epochs: int) -> dict:
    """Return the arguments of `evaluate` for a chapter's parameters; the scale decides what they leave open.

    Raises:
        ValueError: the data set has no onsets.
    """
    size = SCALES[scale]
    if not any(clip.onsets for clip in clips):
        raise ValueError(
            "this page needs sung phrases with the onsets of their syllables; use dataset=rendered_singing, or a table "
            "with a column onsets."
        )
    return {
        "systems": listed(systems, SYSTEMS),
        "folds": size.folds,
        "epochs": epochs or size.epochs,
        "patience": size.patience,
        "seed": seed,
        "draws": draws,
    }


def evaluate(
    clips: Sequence[Clip], *, systems: Sequence[str], seed: int, draws: int, epochs: int, patience: int,
    folds: int | None = None, done: Callable[..., bool] = lambda **fields: False, folder: Path | None = None,
) -> Iterator[list[dict]]:  # fmt: skip
    """Train every system on every fold, and score the onsets that it finds in the fold's phrases.

    Args:
        clips: phrases with onsets, and at least three folds or a fixed split with a validation part.
        systems: keys of `SYSTEMS`. With both of `FUSED`, their fusion is scored, too.
        seed: random seed of the first draw of weights; each further draw adds 1.
        draws: number of draws.
        epochs: as in `Trained.fit`.
        patience: as in `Trained.fit`.
        folds: number of folds to test, in their order; None for all.
        done: tells for (fold=..., seed=...) whether its records exist, like `Run.has`.
        folder: where the curves of the first phrase to test are written, as `EXAMPLE`.

    Yields:
        The records of one fold and draw: one per system, decoder and metric. The decoder with the score needs phrases
        that have one. If a training diverges, its metric is "diverged".

    Raises:
        ValueError: there is no validation part, or a phrase's onsets do not fit.
    """
    parts = splits_to_learn(clips, folds=folds, called="phrases")
    check(clips)
    frames, fitted = cut(clips), {}
    targets, near = labels(clips, frames)
    asked = [
        (part, drawn) for drawn in range(seed, seed + draws) for part in parts if not done(fold=part.fold, seed=drawn)
    ]
    with tqdm(total=len(asked) * len(systems), desc="trainings", unit="fit") as bar:
        for part, drawn in asked:
            chunks = frames.divide(part)
            weights = _balanced(targets, near, chunks.train)
            rows, curves = [], {}
            for name in systems:
                bar.set_postfix_str(f"{name}, fold {part.fold}, draw {drawn - seed + 1}")
                start = time.monotonic()
                if name not in fitted:
                    fitted[name] = Trained(partial(SYSTEMS[name].build, 2), BATCH)
                row = {
                    "system": name, "protocol": SOUND, "seed": drawn, "fold": part.fold,
                    "train_size": len(part.train), "n_params": n_trainable(fitted[name].model),
                }  # fmt: skip
                try:
                    fitted[name].fit(chunks, targets, weights=weights, epochs=epochs, patience=patience, seed=drawn)
                    curves[name] = _curves(fitted[name], chunks, frames, clips, part.test)
                    found = _scored(clips, part.test, curves[name])
                except Diverged as error:
                    tqdm.write(f"{SYSTEMS[name].label}, fold {part.fold}: {error}; the other trainings go on.")
                    found = [{"metric": "diverged", "value": 1.0}]
                took = round(time.monotonic() - start, 2)
                rows += [row | one | {"seconds": took} for one in found]
                bar.update()
            if set(FUSED) <= set(curves):
                curves[FUSION] = [decoding.fuse(*both) for both in zip(*(curves[one] for one in FUSED), strict=True)]
                sizes = sum(n_trainable(fitted[one].model) for one in FUSED)
                both = row | {"system": FUSION, "n_params": sizes}
                rows += [both | one for one in _scored(clips, part.test, curves[FUSION])]
            if folder and (part, drawn) == asked[0]:
                _keep_example(folder, clips[part.test[0]], {name: found[0] for name, found in curves.items()})
            yield rows


def _balanced(targets: np.ndarray, weights: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Return the weights of frames, (n,), multiplied so that both classes weigh the same in the frames to train on."""
    share = targets[train[:, 0]].mean(axis=0)
    return (weights * (targets / (2 * np.maximum(share, 1e-6))).sum(axis=1)).astype(np.float32)


def _curves(fitted: Trained, chunks: Chunks, frames: Frames, clips: Sequence[Clip], test: np.ndarray) -> list:
    """Return the smoothed curve of each phrase to test, from its first onset to its end."""
    curves = []
    for number in test:
        curve = decoding.smooth(fitted.outputs(chunks, frames.of([number]))[:, 1])
        curves.append(curve[_first(clips[number]) :])
    return curves


def _first(clip: Clip) -> int:
    return round(clip.onsets[0] / FRONT_END.hop)


def decode(clip: Clip, curve: np.ndarray, decoder: str) -> np.ndarray:
    """Return the onsets of a phrase in seconds; the first one, which is known, among them.

    Args:
        clip: a phrase.
        curve: probability of an onset at each frame from the first onset on.
        decoder: `PEAKS`, `MAXIMA` or `SCORE`.
    """
    if decoder == SCORE:
        found = decoding.segment(curve, np.array(clip.durations))
    else:
        found = decoding.peaks(curve) if decoder == PEAKS else decoding.maxima(curve)
    later = found[found > ALREADY / FRONT_END.hop]
    return (_first(clip) + np.concatenate([[0], later])) * FRONT_END.hop


def _scored(clips: Sequence[Clip], test: np.ndarray, curves: list[np.ndarray]) -> list[dict]:
    rows = []
    with_score = all(clips[number].durations for number in test)
    for decoder in (PEAKS, MAXIMA, SCORE) if with_score else (PEAKS, MAXIMA):
        found = [decode(clips[number], curve, decoder) for number, curve in zip(test, curves, strict=True)]
        wanted = [np.array(clips[number].onsets) for number in test]
        ends = [audio.duration(clips[number].path) for number in test]
        for tolerance in reversed(scores.TOLERANCES):
            said = f"{1000 * tolerance:.0f} ms"
            onsets = [scores.onsets(a[1:], b[1:], tolerance) for a, b in zip(wanted, found, strict=True)]
            whole = [scores.syllables(a, b, end, tolerance) for a, b, end in zip(wanted, found, ends, strict=True)]
            for metric, counts in ((f"onset F, {said}", onsets), (f"syllable F, {said}", whole)):
                rows.append({"classifier": decoder, "metric": metric, "value": scores.f_measure(counts)})
    return rows


def _keep_example(folder: Path, clip: Clip, curves: dict[str, np.ndarray]) -> None:
    with written(folder / EXAMPLE) as partial_file, partial_file.open("wb") as file:
        np.savez_compressed(
            file, path=str(clip.path), onsets=clip.onsets, first=_first(clip) * FRONT_END.hop,
            score=decode(clip, next(iter(curves.values())), SCORE) if clip.durations else [], **curves,
        )  # fmt: skip
