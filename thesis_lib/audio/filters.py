"""Compute mel filterbanks and windows once per machine."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version

import numpy as np

from ..files import cache_dir, is_sealed, seal, written


@lru_cache(maxsize=8)
def mel_filters(sample_rate: int, n_fft: int, n_mels: int, fmin: float, fmax: float | None) -> np.ndarray:
    """Return librosa's mel filterbank, shape (n_fft // 2 + 1, n_mels)."""

    def compute() -> np.ndarray:
        import librosa

        return librosa.filters.mel(sr=sample_rate, n_fft=n_fft, n_mels=n_mels, fmin=fmin, fmax=fmax).T

    return _cached(f"mel-{sample_rate}-{n_fft}-{n_mels}-{fmin}-{fmax}-librosa{version('librosa')}", compute)


@lru_cache(maxsize=8)
def hann(n_fft: int) -> np.ndarray:
    """Return SciPy's periodic Hann window, float64."""

    def compute() -> np.ndarray:
        import scipy.signal

        return scipy.signal.get_window("hann", n_fft, fftbins=True)

    return _cached(f"hann-{n_fft}-scipy{version('scipy')}", compute)


def _cached(name: str, compute: Callable[[], np.ndarray]) -> np.ndarray:
    """Read an array from the cache, or compute and store it.

    A worker process then need not import librosa or SciPy, which takes seconds, for one table.
    """
    path = cache_dir() / "filters" / f"{name}.npy"
    if is_sealed(path):
        return np.load(path, allow_pickle=False)
    values = np.ascontiguousarray(compute())
    with suppress(OSError):  # a read-only cache only costs time
        path.parent.mkdir(parents=True, exist_ok=True)
        with written(path) as partial, partial.open("wb") as file:
            np.save(file, values, allow_pickle=False)
        seal(path)
    return values
