"""Compute log-mel spectrograms and cut them into patches."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .filters import hann, mel_filters

FRAMES_AT_ONCE = 128  # a block's spectra stay in a core's cache: 1.7 x faster than all frames at once


def mel_spectrogram(
    waveform: np.ndarray,
    sample_rate: int,
    *,
    n_mels: int = 96,
    n_fft: int = 512,
    hop: int = 256,
    fmin: float = 0.0,
    fmax: float | None = None,
    pad: str = "constant",
    window: int | None = None,
) -> np.ndarray:
    """Compute the power in mel bands: `librosa.feature.melspectrogram`, time first and block by block.

    Args:
        waveform: float32 of shape (samples,).
        sample_rate: in Hz.
        n_mels: number of Slaney mel bands, normalised by area.
        n_fft: length of the Hann window and of the transform in samples.
        hop: number of samples between frames.
        fmin: lowest frequency in Hz.
        fmax: highest frequency in Hz; half the sampling rate by default.
        pad: how the waveform is padded by half a window at each end: "constant" with zeros, "reflect" with its mirror
            image (as musicnn does), "none" not at all, which gives (samples - n_fft) // hop + 1 frames.
        window: length of the window in samples, if it is shorter than the transform (librosa's `win_length`).

    Returns:
        float32 of shape (1 + samples // hop, n_mels), power.
    """
    filters, weights = mel_filters(sample_rate, n_fft, n_mels, fmin, fmax), hann(window or n_fft)
    before = (n_fft - len(weights)) // 2
    weights = np.pad(weights, (before, n_fft - len(weights) - before))
    # frames are centred on multiples of the hop
    padded = waveform if pad == "none" else np.pad(waveform, n_fft // 2, mode=pad)
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop]  # (T, n_fft)
    mel = np.empty((len(frames), n_mels), dtype=np.float32)
    for start in range(0, len(frames), FRAMES_AT_ONCE):
        block = frames[start : start + FRAMES_AT_ONCE]
        # float64 transform, complex64 spectrum: bitwise equal to librosa up to the filterbank
        magnitude = np.abs(np.fft.rfft(block * weights).astype(np.complex64))
        np.matmul(magnitude**2, filters, out=mel[start : start + len(block)])
    return mel


def _decibels(power: np.ndarray, top_db: float = 80.0) -> np.ndarray:
    decibels = 10.0 * np.log10(np.maximum(power, 1e-10))
    return np.maximum(decibels, decibels.max() - top_db)


COMPRESSIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    # dB, floored 80 dB below the clip's own maximum (librosa's power_to_db): randomly weighted CNNs (ICASSP 2019)
    "db80": _decibels,
    # the same of the squared power, whose floor is at 40 dB of power: instruments (EUSIPCO 2017)
    "db80(x^2)": lambda power: _decibels(np.square(power)),
    # CBMI 2016, ICASSP 2017, EUSIPCO 2017 (tagging), musicnn
    "log10(10000x+1)": lambda power: np.log10(10000.0 * power + 1.0),
    # jingju phonemes and syllables (EUSIPCO 2017, ISMIR 2017), natural logarithm
    "log(100000x+1)": lambda power: np.log(100000.0 * power + 1.0),
    # what the phonemes' code computes when it tests, in place of the one above
    "log(10000x+1)": lambda power: np.log(10000.0 * power + 1.0),
    # few data (ICASSP 2019): float64's eps, 2.2e-16, so silence is at -15.65
    "log10(x+eps)": lambda power: np.log10(power + np.finfo(np.float64).eps),
    # VGGish
    "log(x+0.01)": lambda power: np.log(power + 0.01),
}


def log_mel(waveform: np.ndarray, sample_rate: int, *, compression: str = "db80", **mel: float) -> np.ndarray:
    """Compute the log-mel spectrogram of a waveform.

    Args:
        waveform: float32 of shape (samples,).
        sample_rate: in Hz.
        compression: a key of `COMPRESSIONS`.
        **mel: keyword arguments of `mel_spectrogram`.

    Returns:
        float32 of shape (T, n_mels).

    Raises:
        ValueError: the compression is unknown.
    """
    if compression not in COMPRESSIONS:
        raise ValueError(f"compression must be one of {', '.join(COMPRESSIONS)}; got compression={compression!r}.")
    power = mel_spectrogram(waveform, sample_rate, **mel)
    return COMPRESSIONS[compression](power).astype(np.float32, copy=False)


def patches(features: np.ndarray, n_frames: int, *, hop: int | None = None) -> np.ndarray:
    """Cut features into patches of equal length and drop an incomplete last patch.

    Args:
        features: shape (T, F).
        n_frames: number of frames per patch.
        hop: number of frames between the starts of two patches; `n_frames` (no overlap) by default.

    Returns:
        A read-only view of shape (1 + (T - n_frames) // hop, n_frames, F).

    Raises:
        ValueError: there are fewer frames than one patch needs.
    """
    if len(features) < n_frames:
        raise ValueError(
            f"a patch needs at least {n_frames} frames; got {len(features)}: pad or repeat the clip first."
        )
    windows = np.lib.stride_tricks.sliding_window_view(features, n_frames, axis=0)  # (T - n_frames + 1, F, n_frames)
    return windows[:: hop or n_frames].swapaxes(1, 2)
