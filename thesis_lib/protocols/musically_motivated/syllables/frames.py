"""Cut phrases into the patches around their frames, and label the frames by the onsets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .... import audio, features
from ....datasets.clip import Clip
from .systems import CONTEXT, FRONT_END

# Frames up to `NEAR` from an onset are positive, with weights that fall to 1/4; the next `NEAR` are negative, with
# weights that rise from 1/4 (the paper's code).
NEAR = 3


class Frames(NamedTuple):
    """The frames of phrases, one after another.

    Attributes:
        patches: the frames around each frame, (n, 21, 80), a view.
        targets: 1 in the first column where no syllable starts, in the second where one does, (n, 2).
        weights: of each frame in the loss, (n,), before classes are balanced.
        phrase: index of the phrase of each frame, (n,).
    """

    patches: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    phrase: np.ndarray

    def of(self, phrases: np.ndarray) -> np.ndarray:
        """Return the frames of some phrases, as places of `Chunks`: (m, 2)."""
        rows = np.flatnonzero(np.isin(self.phrase, phrases))
        return np.stack([rows, np.zeros_like(rows)], axis=1)


def cut(clips: Sequence[Clip]) -> Frames:
    """Compute the frames of phrases and label them.

    Raises:
        ValueError: a clip has no onsets, or one after its end, or a score that does not match.
    """
    durations = [audio.duration(clip.path) for clip in clips]
    for clip, duration in zip(clips, durations, strict=True):
        check(clip, duration)
    longest = round(max(durations), 3)
    values = features.log_mels(clips, sample_rate=FRONT_END.sample_rate, seconds=longest, **FRONT_END.mel)
    parts, rows, phrase, targets, weights, start = [], [], [], [], [], 0
    for number, (clip, duration) in enumerate(zip(clips, durations, strict=True)):
        n = int(duration / FRONT_END.hop)
        parts.append(np.pad(values[number, :n], ((CONTEXT, CONTEXT), (0, 0)), mode="edge"))
        rows.append(start + np.arange(n))
        phrase.append(np.full(n, number))
        wanted, weight = label(np.array(clip.onsets), n)
        targets.append(wanted)
        weights.append(weight)
        start += n + 2 * CONTEXT
    joined = np.concatenate(parts)
    windows = np.lib.stride_tricks.sliding_window_view(joined, 2 * CONTEXT + 1, axis=0).swapaxes(1, 2)
    positive = np.concatenate(targets)
    hot = np.stack([1 - positive, positive], axis=1).astype(np.float32)
    return Frames(_Rows(windows, np.concatenate(rows)), hot, np.concatenate(weights), np.concatenate(phrase))


class _Rows:
    """Some rows of an array, which are read from it when they are taken."""

    def __init__(self, values: np.ndarray, rows: np.ndarray) -> None:
        self._values, self._rows = values, rows
        self.shape = (len(rows), *values.shape[1:])

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, key: tuple) -> np.ndarray:
        return self._values[(self._rows[key[0]], *key[1:])]


def check(clip: Clip, duration: float) -> None:
    """Check the onsets and the score of a phrase.

    Args:
        clip: a phrase.
        duration: of its audio in seconds.

    Raises:
        ValueError: it has no onsets, one after its end, or another number of durations than of onsets.
    """
    if not clip.onsets:
        raise ValueError(f"{clip.path} has no onsets; this page needs phrases with the onsets of their syllables.")
    if clip.onsets[-1] >= duration:
        raise ValueError(f"{clip.path} lasts {duration:.2f} s and has an onset at {clip.onsets[-1]:.2f} s.")
    if clip.durations and len(clip.durations) != len(clip.onsets):
        raise ValueError(
            f"{clip.path}: its score has {len(clip.durations)} durations for {len(clip.onsets)} onsets; "
            "both must be as many."
        )


def label(onsets: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Label the frames of a phrase.

    Args:
        onsets: in seconds, (S,).
        n: number of frames.

    Returns:
        Whether a syllable starts at or near each frame, (n,), and the frames' weights, (n,).
    """
    at = np.round(onsets / FRONT_END.hop)
    apart = np.abs(np.arange(n)[:, None] - at).min(axis=1)
    positive = apart <= NEAR
    weights = np.where(positive, 1 - apart / 4, np.minimum((apart - NEAR) / 4, 1))
    return positive.astype(np.float32), weights.astype(np.float32)
