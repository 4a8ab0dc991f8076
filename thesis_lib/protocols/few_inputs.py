"""Clips in, what the systems of chapter VI read out: a patch of each clip at random, or all patches of a clip.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019, section 3: a
training clip gives one random patch an epoch; a tested clip is judged by the mean over its patches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from tqdm import tqdm

from .. import audio, features
from ..datasets.clip import Clip
from ..models import musicnn
from ..models.few_data import FRAMES, MELS
from ..models.folded import folded
from ..pretrained import load_musicnn
from ..store import Stored, stored
from .extraction import BASELINE, extract

SAMPLE_RATE, HOP = 44_100, 1024  # Hz, samples
HOP_PATCHES = (
    42  # frames from one tested patch to the next. Deviation: the original's regularised models take every one
)
LONGEST = 10.0  # seconds of a clip that are read


class Patches:
    """Patches of values that lie frame after frame, or embedding after embedding.

    Args:
        values: shape (N, T, ...), of all clips.
        length: frames a patch; 0 takes a single row of T, without its axis.
        hop: rows from one patch to the next where all are taken.
    """

    def __init__(self, values: Stored | np.ndarray, length: int, hop: int = 1) -> None:
        self._values, self._length = values, length
        self._starts = range(0, values.shape[1] - max(length, 1) + 1, hop)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one patch."""
        return ((self._length,) if self._length else ()) + tuple(self._values.shape[2:])

    def random(self, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """One patch, from anywhere, of each of some clips: (len(rows), *shape)."""
        starts = rng.integers(0, self._values.shape[1] - max(self._length, 1) + 1, len(rows))
        return np.stack([self._cut(int(row), int(start)) for row, start in zip(rows, starts, strict=True)])

    def all(self, rows: np.ndarray) -> np.ndarray:
        """Every patch of some clips: (len(rows), P, *shape)."""
        return np.stack([np.stack([self._cut(int(row), start) for start in self._starts]) for row in rows])

    def _cut(self, row: int, start: int) -> np.ndarray:
        return self._values[row, start : start + self._length] if self._length else self._values[row, start]


def log_mels(clips: Sequence[Clip]) -> Patches:
    """Patches of 3 s of log-mel spectrograms: 44.1 kHz, 128 bands, log10(power + eps); shorter clips are repeated."""
    shortest = FRAMES * HOP / SAMPLE_RATE
    longest = max(audio.duration(clip.path) for clip in clips)
    values = features.log_mels(
        clips, sample_rate=SAMPLE_RATE, seconds=round(float(np.clip(longest, shortest, LONGEST)), 3), n_mels=MELS,
        n_fft=1024, hop=HOP, compression="log10(x+eps)",
    )  # fmt: skip
    return Patches(values, FRAMES, HOP_PATCHES)


def musicnn_embeddings(clips: Sequence[Clip], model: str = "MSD_musicnn") -> Patches:
    """The 200 numbers that musicnn has before its tags, of patches of 3 s a second apart; shorter clips are repeated.

    Args:
        clips: N clips.
        model: a key of `pretrained.musicnn.MODELS`.
    """
    longest = max(audio.duration(clip.path) for clip in clips)
    seconds = round(float(np.clip(longest, (musicnn.FRAMES * 256) / 16_000, LONGEST)), 3)
    log_mel = {"n_mels": musicnn.MELS, "n_fft": 512, "hop": 256, "pad": "reflect", "compression": "log10(10000x+1)"}
    patches = Patches(features.log_mels(clips, sample_rate=16_000, seconds=seconds, **log_mel), musicnn.FRAMES, 62)
    recipe = {"embedding": model, "seconds": seconds, "clips": features.fingerprint(clips)}

    def compute(rows: list[int]) -> Iterator[np.ndarray]:
        network = folded(load_musicnn(model), features=True)
        for row in tqdm(rows, model, unit="clip", leave=False):
            yield np.asarray(network.predict_on_batch(patches.all(np.array([row]))[0])["penultimate"])

    shape = (len(clips), len(patches.all(np.array([0]))[0]), 200)
    return Patches(np.asarray(stored(recipe, shape, compute)), 0)


def mfcc_statistics(clips: Sequence[Clip]) -> Patches:
    """The baseline of chapter IV: one row of 120 statistics of MFCCs a clip."""
    seconds = round(min(LONGEST, max(audio.duration(clip.path) for clip in clips)), 3)
    found = extract(clips, [BASELINE], n_features=120, seed=0, seconds=seconds)[BASELINE].values
    return Patches(np.asarray(found)[:, None], 0)
