"""Label the frames of phrases by their phonemes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .... import audio
from ....datasets.clip import Clip
from ..frames import Frames
from ..singing import FRONT_END


def labels(clips: Sequence[Clip], frames: Frames) -> tuple[np.ndarray, np.ndarray]:
    """Label all frames of phrases.

    Returns:
        The symbols of the data set in alphabetical order, and the number of each frame's symbol among them, (n,).
    """
    counts = np.bincount(frames.phrase, minlength=len(clips))
    found = [label(clip.segments, n) for clip, n in zip(clips, counts, strict=True)]
    return np.unique(np.concatenate(found), return_inverse=True)


def label(segments: Sequence[tuple[float, float, str]], n: int) -> np.ndarray:
    """Label the frames of a phrase.

    Args:
        segments: start and end in seconds and symbol of each phoneme, in their order.
        n: number of frames.

    Returns:
        The symbol that is sung at the centre of each frame, "" where none is, (n,).
    """
    starts, ends, symbols = zip(*segments, strict=True)
    times = np.arange(n) * FRONT_END.hop
    last = np.searchsorted(starts, times + 1e-9, side="right") - 1  # that has started
    inside = (last >= 0) & (times < np.array(ends)[last])
    return np.where(inside, np.array(symbols)[last], "")


def check(clips: Sequence[Clip]) -> None:
    """Check the phonemes of phrases.

    Raises:
        ValueError: a phrase has no phonemes, or they overlap, are not in order, or start after its end.
    """
    for clip in clips:
        if not clip.segments:
            raise ValueError(f"{clip.path} has no phonemes; this page needs phrases with the phonemes that are sung.")
        times = np.array([(start, end) for start, end, _ in clip.segments])
        # annotators' boundaries may be rounded
        if (times[:, 1] < times[:, 0]).any() or (times[1:, 0] < times[:-1, 1] - 0.001).any():
            raise ValueError(f"{clip.path}: its phonemes must be in order and must not overlap.")
        if times[-1, 0] >= (duration := audio.duration(clip.path)):
            raise ValueError(f"{clip.path} lasts {duration:.2f} s and has a phoneme at {times[-1, 0]:.2f} s.")
