"""Clips in, what the systems of chapter VI read out: a patch of each clip at random, or all patches of a clip.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019, section 3: a
training clip gives one random patch an epoch; a tested clip is judged by the mean over its patches.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ... import audio, features
from ...datasets.clip import Clip
from ...models.few_data import FRAMES, MELS
from ...features.store import Stored
from ..non_trained.extraction import BASELINE, extract

SAMPLE_RATE, HOP = 44_100, 1024  # Hz, samples
# Frames from one tested patch to the next. Deviation: the original's regularised models take a patch at every frame.
HOP_PATCHES = 42
PATCH = FRAMES * HOP / SAMPLE_RATE  # seconds
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

    def first(self, rows: np.ndarray) -> np.ndarray:
        """The first patch of some clips: (len(rows), *shape)."""
        return np.stack([self._cut(int(row), 0) for row in rows])

    def _cut(self, row: int, start: int) -> np.ndarray:
        return self._values[row, start : start + self._length] if self._length else self._values[row, start]


def length(clips: Sequence[Clip], shortest: float = 0.0) -> float:
    """Seconds that all clips are brought to: those of the longest, at least one patch and at most `LONGEST`."""
    longest = max(audio.duration(clip.path) for clip in clips)
    return round(float(np.clip(longest, shortest, LONGEST)), 3)


def log_mels(clips: Sequence[Clip]) -> Patches:
    """Patches of 3 s of log-mel spectrograms: 44.1 kHz, 128 bands, log10(power + eps); shorter clips are repeated."""
    values = features.log_mels(
        clips, sample_rate=SAMPLE_RATE, seconds=length(clips, PATCH), n_mels=MELS, n_fft=1024,
        hop=HOP, compression="log10(x+eps)",
    )  # fmt: skip
    return Patches(values, FRAMES, HOP_PATCHES)


def mfcc_statistics(clips: Sequence[Clip]) -> Patches:
    """The baseline of chapter IV: one row of 120 statistics of MFCCs a clip."""
    found = extract(clips, [BASELINE], n_features=120, seed=0, seconds=length(clips))[BASELINE].values
    return Patches(np.asarray(found)[:, None], 0)
