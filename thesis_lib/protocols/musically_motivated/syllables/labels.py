"""Label the frames of phrases by the onsets of syllables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .... import audio
from ....datasets.clip import Clip
from ..frames import Frames
from ..singing import FRONT_END

# Frames up to `NEAR` from an onset are positive, with weights that fall to 1/4; the next `NEAR` are negative, with
# weights that rise from 1/4 (the paper's code).
NEAR = 3


def labels(clips: Sequence[Clip], frames: Frames) -> tuple[np.ndarray, np.ndarray]:
    """Label all frames of phrases.

    Returns:
        Targets, 1 in the first column where no syllable starts and in the second where one does, (n, 2), and the
        weights of the frames in the loss, before classes are balanced, (n,).
    """
    counts = np.bincount(frames.phrase, minlength=len(clips))
    found = [label(np.array(clip.onsets), n) for clip, n in zip(clips, counts, strict=True)]
    positive, weights = (np.concatenate(one) for one in zip(*found, strict=True))
    return np.stack([1 - positive, positive], axis=1), weights


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


def check(clips: Sequence[Clip]) -> None:
    """Check the onsets and the scores of phrases.

    Raises:
        ValueError: a phrase has no onsets, one after its end, or another number of durations than of onsets.
    """
    for clip in clips:
        if not clip.onsets:
            raise ValueError(f"{clip.path} has no onsets; this page needs phrases with the onsets of their syllables.")
        if clip.onsets[-1] >= (duration := audio.duration(clip.path)):
            raise ValueError(f"{clip.path} lasts {duration:.2f} s and has an onset at {clip.onsets[-1]:.2f} s.")
        if clip.durations and len(clip.durations) != len(clip.onsets):
            raise ValueError(
                f"{clip.path}: its score has {len(clip.durations)} durations for {len(clip.onsets)} onsets; "
                "both must be as many."
            )
