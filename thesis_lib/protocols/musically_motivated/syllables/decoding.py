"""Find onsets in a curve of probabilities: by its peaks, or by the durations of a score."""

from __future__ import annotations

import librosa
import numpy as np
from scipy.signal import find_peaks
from scipy.stats import norm

SMOOTHING = 5  # frames of the Hann window
SPREAD = 0.35  # standard deviation of a syllable's duration, relative to the score
# Of a peak, in frames: it is the largest of itself and `MAXIMUM` frames before, at least `DELTA` above the mean of
# itself and `AVERAGE` frames before, and more than `WAIT` frames after the last one (Vogl et al., ISMIR 2017).
AVERAGE, MAXIMUM, WAIT, DELTA = 5, 2, 20, 0.15


def smooth(curve: np.ndarray) -> np.ndarray:
    """Smooth a curve, (n,), with a Hann window of five frames."""
    window = np.hanning(SMOOTHING)
    return np.convolve(curve, window / window.sum(), mode="same")


def fuse(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Multiply the square roots of two curves, (n,) each, after stretching each to the range from 0 to 1."""
    stretched = [(curve - curve.min()) / max(np.ptp(curve), 1e-12) for curve in (one, other)]
    return np.sqrt(stretched[0] * stretched[1])


def peaks(curve: np.ndarray) -> np.ndarray:
    """Return the frames of the peaks of a curve, (n,)."""
    return librosa.util.peak_pick(
        curve, pre_max=MAXIMUM, post_max=1, pre_avg=AVERAGE, post_avg=1, delta=DELTA, wait=WAIT
    )


def maxima(curve: np.ndarray) -> np.ndarray:
    """Return the frames of the local maxima of a curve, (n,), that stand out: `DELTA` above the lows on both sides.

    Unlike `peaks`, this looks at later frames. Of two within `WAIT` frames, the larger counts.
    """
    return find_peaks(curve, prominence=DELTA, distance=WAIT)[0]


def segment(curve: np.ndarray, durations: np.ndarray) -> np.ndarray:
    """Find the most probable onsets of syllables whose durations are about those of a score (segmental Viterbi).

    The first syllable starts at the first frame, and the last one ends at the last. The durations of the score are
    stretched to the length of the curve; a syllable's duration is normal around its own, with a standard deviation of
    0.35 of it, and at most three of them longer.

    Args:
        curve: probability of an onset at each frame, (n,).
        durations: of the score, in any unit, (S,).

    Returns:
        The frame at which each syllable starts, (S,).

    Raises:
        ValueError: the phrase is too short for so many syllables.
    """
    n, many = len(curve), len(durations)
    if n <= many:
        raise ValueError(f"a phrase of {n} frames is too short for the {many} syllables of its score.")
    tiny = np.finfo(float).eps
    emitted = np.log(np.maximum(curve, tiny))
    emitted[[0, -1]] = 0.0
    lasts = np.arange(n) - np.arange(n)[:, None]  # from frame i to frame j, [i, j]
    best, came = np.full(n, -np.inf), np.zeros((many, n), int)
    best[0] = 0.0
    for number, mean in enumerate(durations * ((n - 1) / np.sum(durations))):
        longest = max((1 + 3 * SPREAD) * mean, 1)
        probable = np.log(np.maximum(norm.pdf(np.arange(n), mean, SPREAD * mean), tiny))
        step = np.where((lasts > 0) & (lasts <= longest), probable[np.abs(lasts)], -np.inf)
        paths = best[:, None] + step
        came[number] = paths.argmax(axis=0)
        best = paths.max(axis=0) + emitted
    frames = [n - 1]
    for number in range(many - 1, -1, -1):
        frames.append(int(came[number, frames[-1]]))
    return np.array(frames[:0:-1])
