"""Settings of a spectrogram in, librosa's mel filters and SciPy's window out, computed once on a machine."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version

import numpy as np

from ..files import cache_dir, written


@lru_cache(maxsize=8)
def mel_filters(sample_rate: int, n_fft: int, n_mels: int, fmin: float, fmax: float | None) -> np.ndarray:
    """The filterbank of librosa, (n_fft // 2 + 1, n_mels)."""

    def made() -> np.ndarray:
        import librosa

        return librosa.filters.mel(sr=sample_rate, n_fft=n_fft, n_mels=n_mels, fmin=fmin, fmax=fmax).T

    return _kept(f"mel-{sample_rate}-{n_fft}-{n_mels}-{fmin}-{fmax}-librosa{version('librosa')}", made)


@lru_cache(maxsize=8)
def hann(n_fft: int) -> np.ndarray:
    """The periodic Hann window of SciPy, float64."""

    def made() -> np.ndarray:
        import scipy.signal

        return scipy.signal.get_window("hann", n_fft, fftbins=True)

    return _kept(f"hann-{n_fft}-scipy{version('scipy')}", made)


def _kept(name: str, made: Callable[[], np.ndarray]) -> np.ndarray:
    """An array out of the cache, so that no process has to import librosa, which takes seconds, for one table."""
    path = cache_dir() / "filters" / f"{name}.npy"
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        values = np.ascontiguousarray(made())
    with suppress(OSError):  # where the cache cannot be written, it is made again
        path.parent.mkdir(parents=True, exist_ok=True)
        with written(path) as partial, partial.open("wb") as file:
            np.save(file, values, allow_pickle=False)
    return values
