"""Compute the input of VGGish: patches of log-mel magnitudes at 16 kHz.

Three differences from the other spectrograms of this book: magnitudes instead of powers, mel bands that are triangular
on the mel axis instead of the frequency axis, and a first frame that starts at the first sample instead of being
centred on it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .filters import hann
from .log_mel import COMPRESSIONS
from .log_mel import patches as cut

SAMPLE_RATE = 16_000  # Hz
WINDOW, HOP, N_FFT = 400, 160, 512  # samples: 25 ms every 10 ms
FMIN, FMAX, MELS = 125.0, 7500.0, 64  # Hz, Hz, bands
FRAMES = 96  # per patch: 0.96 s


def patches(waveform: np.ndarray, *, hop: int | None = None) -> np.ndarray:
    """Compute patches of log(mel magnitude + 0.01).

    Args:
        waveform: float32 of shape (samples,), at `SAMPLE_RATE`.
        hop: number of 10 ms frames between the starts of two patches; no overlap by default.

    Returns:
        float32 of shape (n, 96, 64), without an incomplete last patch.

    Raises:
        ValueError: the waveform is too short for one patch.
    """
    if len(waveform) < WINDOW:
        raise ValueError(f"a patch needs {FRAMES * HOP + WINDOW - HOP} samples; got {len(waveform)}.")
    return cut(log_mel(waveform), FRAMES, hop=hop)


def log_mel(waveform: np.ndarray) -> np.ndarray:
    """Compute log(mel magnitude + 0.01): (samples,) -> float32 (1 + (samples - 400) // 160, 64)."""
    frames = np.lib.stride_tricks.sliding_window_view(waveform, WINDOW)[::HOP]  # (T, 400)
    magnitude = np.abs(np.fft.rfft(frames * hann(WINDOW), N_FFT))  # (T, 257)
    return COMPRESSIONS["log(x+0.01)"](magnitude @ mel_filters()).astype(np.float32)


@lru_cache(maxsize=1)
def mel_filters() -> np.ndarray:
    """Return the filterbank (257, 64): triangles of height 1 and equal width on HTK's mel axis, without the DC bin."""
    bins = _mel(np.linspace(0, SAMPLE_RATE / 2, N_FFT // 2 + 1))[:, None]  # (257, 1)
    edges = np.linspace(_mel(FMIN), _mel(FMAX), MELS + 2)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    filters = np.maximum(0, np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)))
    filters[0] = 0
    return filters


def _mel(hertz: np.ndarray | float) -> np.ndarray | float:
    return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)
