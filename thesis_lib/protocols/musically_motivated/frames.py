"""Cut sung phrases into the patches around their frames: the input of the networks for phonemes and for syllables.

Deviation: each band is normalised by itself, not each of the 21 x 80 values of a patch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ... import audio, features
from ...datasets.clip import Clip
from ...datasets.splits import Split
from .chunks import Chunks
from .singing import CONTEXT, FRONT_END, LENGTH


class Frames(NamedTuple):
    """The frames of phrases, one after another.

    Attributes:
        patches: the frames around each frame, (n, 21, 80), a view.
        phrase: index of the phrase of each frame, (n,).
    """

    patches: np.ndarray
    phrase: np.ndarray

    def of(self, phrases: np.ndarray, length: int = LENGTH) -> np.ndarray:
        """Return the frames of some phrases as places of `Chunks`, with patches of a length: (m, 2)."""
        rows = np.flatnonzero(np.isin(self.phrase, phrases))
        return np.stack([rows, np.full_like(rows, (LENGTH - length) // 2)], axis=1)

    def divide(self, part: Split, length: int = LENGTH) -> Chunks:
        """Return the frames to train on and to stop by, with patches of a length, normalised band by band."""
        train = self.of(part.train, length)
        centre = np.stack([self.patches[row, CONTEXT] for row, _ in train])
        moments = centre.mean(axis=0), centre.std(axis=0) + 1e-6
        return Chunks(self.patches, length, train, self.of(part.validation, length), *moments)


def cut(clips: Sequence[Clip], **mel: object) -> Frames:
    """Compute the frames of phrases.

    Args:
        clips: the phrases. Before the first and after the last frame, the nearest one is repeated.
        **mel: settings of `audio.log_mel` in place of those of `FRONT_END`.
    """
    durations = [audio.duration(clip.path) for clip in clips]
    longest = round(max(durations), 3)
    values = features.log_mels(clips, sample_rate=FRONT_END.sample_rate, seconds=longest, **FRONT_END.mel | mel)
    parts, rows, start = [], [], 0
    counts = [int(duration / FRONT_END.hop) for duration in durations]
    for number, n in enumerate(counts):
        parts.append(np.pad(values[number, :n], ((CONTEXT, CONTEXT), (0, 0)), mode="edge"))
        rows.append(start + np.arange(n))
        start += n + 2 * CONTEXT
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate(parts), LENGTH, axis=0).swapaxes(1, 2)
    return Frames(_Rows(windows, np.concatenate(rows)), np.repeat(np.arange(len(clips)), counts))


class _Rows:
    """Some rows of an array, which are read from it when they are taken."""

    def __init__(self, values: np.ndarray, rows: np.ndarray) -> None:
        self._values, self._rows = values, rows
        self.shape = (len(rows), *values.shape[1:])

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, key: tuple) -> np.ndarray:
        return self._values[(self._rows[key[0]], *key[1:])]
