"""Compute MFCC statistics, the baseline that needs no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import librosa
import numpy as np
from tqdm import tqdm

from .clips import fingerprint, inputs
from .store import Stored, stored

if TYPE_CHECKING:
    from ..datasets.clip import Clip

SAMPLE_RATE = 12_000  # Hz
N_STATISTICS = 120
AT_ONCE = 64  # clips that are decoded together


def statistics(waveforms: np.ndarray) -> np.ndarray:
    """Compute mean and standard deviation of 20 MFCCs and of their first and second differences.

    This is the baseline of Pons & Serra, "Randomly weighted CNNs for (music) audio classification", ICASSP 2019.

    Args:
        waveforms: shape (n, samples, 1) at `SAMPLE_RATE`.

    Returns:
        Shape (n, 120).
    """
    rows = []
    for waveform in waveforms[..., 0]:
        mfcc = librosa.feature.mfcc(y=waveform, sr=SAMPLE_RATE, n_mfcc=20)  # (20, T)
        series = [np.diff(mfcc, order, axis=1) for order in range(3)]
        rows.append(np.concatenate([stat for x in series for stat in (x.mean(axis=1), x.std(axis=1))]))
    return np.stack(rows)


def mfcc_statistics(clips: Sequence[Clip], seconds: float) -> Stored:
    """Return the statistics of every clip, float32 (N, 120); clips are cropped or repeated to `seconds`."""
    recipe = {"kind": "mfcc", "sample_rate": SAMPLE_RATE, "seconds": seconds, "clips": fingerprint(clips)}

    def compute(rows: list[int]) -> Iterator[np.ndarray]:
        for start in tqdm(range(0, len(rows), AT_ONCE), "MFCC statistics", leave=False):
            chosen = [clips[row] for row in rows[start : start + AT_ONCE]]
            yield from statistics(inputs(chosen, sample_rate=SAMPLE_RATE, seconds=seconds)[0])

    return stored(recipe, (len(clips), N_STATISTICS), compute)
