"""Waveform at 16 kHz in, the patches that VGGish reads out.

What differs from the other spectrograms of this book: magnitudes and not powers, mel bands that are triangles on the
mel axis and not on that of frequency, and frames that begin with the signal and are not centred on its ends.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .. import audio
from .filters import hann

SAMPLE_RATE = 16_000  # Hz
WINDOW, HOP, N_FFT = 400, 160, 512  # samples: 25 ms every 10 ms
FMIN, FMAX, MELS = 125.0, 7500.0, 64  # Hz, Hz, bands
FRAMES = 96  # a patch: 0.96 s


def patches(waveform: np.ndarray, *, hop: int | None = None) -> np.ndarray:
    """Patches of log(mel magnitude + 0.01).

    Args:
        waveform: float32 of shape (samples,), at `SAMPLE_RATE`.
        hop: frames of 10 ms between the starts of two patches; by default they do not overlap.

    Returns:
        float32 of shape (n, 96, 64); a last part of less than 0.96 s is left out.

    Raises:
        ValueError: too short for one patch.
    """
    if len(waveform) < WINDOW:
        raise ValueError(f"a patch needs {FRAMES * HOP + WINDOW - HOP} samples; got {len(waveform)}.")
    return audio.patches(log_mel(waveform), FRAMES, hop=hop)


def log_mel(waveform: np.ndarray) -> np.ndarray:
    """(samples,) to float32 of shape (1 + (samples - 400) // 160, 64)."""
    frames = np.lib.stride_tricks.sliding_window_view(waveform, WINDOW)[::HOP]  # (T, 400)
    magnitude = np.abs(np.fft.rfft(frames * hann(WINDOW), N_FFT))  # (T, 257)
    return audio.COMPRESSIONS["log(x+0.01)"](magnitude @ mel_filters()).astype(np.float32)


@lru_cache(maxsize=1)
def mel_filters() -> np.ndarray:
    """Triangles of height one on the mel axis of HTK, equally wide there; (257, 64). The constant bin is in none."""
    bins = _mel(np.linspace(0, SAMPLE_RATE / 2, N_FFT // 2 + 1))[:, None]  # (257, 1)
    edges = np.linspace(_mel(FMIN), _mel(FMAX), MELS + 2)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    filters = np.maximum(0, np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)))
    filters[0] = 0
    return filters


def _mel(hertz: np.ndarray | float) -> np.ndarray | float:
    return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)
