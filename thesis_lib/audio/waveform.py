"""Audio file in, mono waveform out; waveform in, log-mel out; log-mel in, patches out.

One notation everywhere: time first, frequency second. Every function works on one clip, so that the features of a clip
never depend on the clips beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
import soxr

from .damage import is_cut, why_unreadable
from .filters import hann, mel_filters

MIN_SECONDS = 0.02  # shorter files are rejected; the shortest clips of UrbanSound8K last a few hundredths of a second
FRAMES_AT_ONCE = 128  # spectra of a block stay in the cache of a core: 1.7 x faster than all at once


class AudioError(ValueError):
    """A file that cannot be used, in one sentence that names it."""


def load(path: Path | str, sample_rate: int, *, seconds: float | None = None) -> np.ndarray:
    """Reads a file as a mono waveform at the asked rate.

    Equal to the last bit to `librosa.load(path, sr=sample_rate)`, in half the time: the channels are averaged column by
    column, and soxr is called directly.

    Args:
        path: any file that libsndfile reads (wav, flac, ogg, mp3, ...), of any rate, format and number of channels.
        sample_rate: in Hz.
        seconds: reads no further than that; the whole file by default.

    Returns:
        float32 of shape (samples,), in [-1, 1] where the file is.

    Raises:
        AudioError: the file is missing, no audio, empty, truncated, shorter than `MIN_SECONDS`, silent, or holds NaN.
    """
    path = Path(path)
    with _opened(path) as file:
        rate = file.samplerate
        # a tenth of a second beyond the cut keeps the resampler's edge out of what is returned
        frames = file.frames if seconds is None else min(file.frames, math.ceil((seconds + 0.1) * rate))
        (mono,) = _mono_blocks(path, file, frames, at_once=max(frames, 1))
    mono = resample(mono, rate, sample_rate)
    return mono if seconds is None else mono[: round(seconds * sample_rate)]


def stream(path: Path | str, sample_rate: int, *, at_once: float = 30.0) -> Iterator[np.ndarray]:
    """Reads a file as `load` does, piece by piece, so that a file of any length takes little memory.

    Args:
        path: as in `load`.
        sample_rate: in Hz.
        at_once: seconds of the file that are read for a piece.

    Yields:
        float32 of shape (samples,); joined, they are what `load` returns, to the last bit (an MP3: within 1e-7).

    Raises:
        AudioError: as in `load`; what shows at the end of a file only (truncated, silent) is raised there.
    """
    path = Path(path)
    with _opened(path) as file:
        rate = file.samplerate
        blocks = _mono_blocks(path, file, file.frames, at_once=round(at_once * rate))
        if rate == sample_rate:
            yield from blocks
            return
        resampler, left = (
            soxr.ResampleStream(rate, sample_rate, 1, quality="HQ"),
            _resampled(file.frames, rate, sample_rate),
        )
        for mono in blocks:
            piece = resampler.resample_chunk(mono)[:left]
            left -= len(piece)
            yield piece
        piece = resampler.resample_chunk(np.zeros(0, np.float32), last=True)[:left]
        yield np.pad(piece, (0, left - len(piece)))


def _resampled(samples: int, rate: int, sample_rate: int) -> int:
    """Samples at another rate: computed in floats, as librosa does, it is now and then one more."""
    return math.ceil(samples * (sample_rate / rate))


def _mono_blocks(path: Path, file: soundfile.SoundFile, frames: int, *, at_once: int) -> Iterator[np.ndarray]:
    """The first frames of a file as mono blocks; after the last of them, what is wrong with the whole is raised."""
    done, sounds = 0, False
    # 16-bit samples are summed as they are: a fifth of the time, and the same to the last bit
    kind = "int16" if file.subtype == "PCM_16" else "float32"
    while done < frames and len(samples := file.read(min(at_once, frames - done), dtype=kind, always_2d=True)):
        mono = _mono(samples)
        if not np.isfinite(mono).all():
            raise AudioError(f"{path} holds samples that are NaN or infinite; export it again.")
        done, sounds = done + len(samples), sounds or mono.any()
        yield mono
    if done < frames or is_cut(path, file):
        raise AudioError(f"{path} is truncated: it holds less audio than its header says; copy or download it again.")
    if done < MIN_SECONDS * file.samplerate:
        raise AudioError(f"{path} lasts {done / file.samplerate:.3f} s; at least {MIN_SECONDS} s are needed.")
    if not sounds and not any(block.any() for block in file.blocks(65_536)):
        raise AudioError(f"{path} is silent: every sample is zero; remove or replace it.")


def duration(path: Path) -> float:
    """Length of a file in seconds, from its header; raises as `load` does where there is no audio."""
    with _opened(path) as file:
        return file.frames / file.samplerate


def resample(waveform: np.ndarray, rate: int, sample_rate: int) -> np.ndarray:
    """Changes the rate (soxr, quality HQ) of a mono waveform to ceil(samples * sample_rate / rate) samples."""
    if rate == sample_rate:
        return waveform
    length = _resampled(len(waveform), rate, sample_rate)
    out = soxr.resample(waveform, rate, sample_rate, quality="HQ")[:length]
    return np.pad(out, (0, length - len(out)))


def repeat_to(waveform: np.ndarray, samples: int) -> np.ndarray:
    """Crops a waveform to `samples`, or repeats it from its start until it is that long."""
    return np.resize(waveform, samples) if len(waveform) < samples else waveform[:samples]


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
) -> np.ndarray:
    """Mel-band power of a waveform: `librosa.feature.melspectrogram`, time first and block by block.

    Args:
        waveform: float32 of shape (samples,).
        sample_rate: in Hz.
        n_mels: number of Slaney mel bands, normalised by area.
        n_fft: window and transform length in samples (Hann).
        hop: in samples.
        fmin: lowest frequency in Hz.
        fmax: highest frequency in Hz; half the rate by default.
        pad: what is heard beyond the ends, half a window on each side: "constant" is silence, "reflect" the sound
            backwards (musicnn), "none" nothing: then there are (samples - n_fft) // hop + 1 frames.

    Returns:
        float32 of shape (1 + samples // hop, n_mels), power.
    """
    filters, window = mel_filters(sample_rate, n_fft, n_mels, fmin, fmax), hann(n_fft)
    # frames are centred on multiples of the hop
    padded = waveform if pad == "none" else np.pad(waveform, n_fft // 2, mode=pad)
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop]  # (T, n_fft)
    mel = np.empty((len(frames), n_mels), dtype=np.float32)
    for start in range(0, len(frames), FRAMES_AT_ONCE):
        block = frames[start : start + FRAMES_AT_ONCE]
        # float64 transform, complex64 spectrum: librosa's arithmetic, to the last bit before the filters
        magnitude = np.abs(np.fft.rfft(block * window).astype(np.complex64))
        np.matmul(magnitude**2, filters, out=mel[start : start + len(block)])
    return mel


def _decibels(power: np.ndarray, top_db: float = 80.0) -> np.ndarray:
    decibels = 10.0 * np.log10(np.maximum(power, 1e-10))
    return np.maximum(decibels, decibels.max() - top_db)


COMPRESSIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    # dB, floor 80 dB below the clip's own loudest bin (librosa's power_to_db): randomly weighted CNNs (ICASSP 2019)
    "db80": _decibels,
    # CBMI 2016, ICASSP 2017, EUSIPCO 2017 (tagging), musicnn
    "log10(10000x+1)": lambda power: np.log10(10000.0 * power + 1.0),
    # jingju phonemes and syllables (EUSIPCO 2017, ISMIR 2017), natural logarithm
    "log(100000x+1)": lambda power: np.log(100000.0 * power + 1.0),
    # few data (ICASSP 2019): float32's eps
    "log10(x+eps)": lambda power: np.log10(power + np.float32(np.finfo(np.float32).eps)),
    # VGGish
    "log(x+0.01)": lambda power: np.log(power + 0.01),
}


def log_mel(waveform: np.ndarray, sample_rate: int, *, compression: str = "db80", **mel: float) -> np.ndarray:
    """Log-mel spectrogram of a waveform, per clip.

    Args:
        waveform: float32 of shape (samples,).
        sample_rate: in Hz.
        compression: a key of `COMPRESSIONS`.
        **mel: as in `mel_spectrogram`.

    Returns:
        float32 of shape (T, n_mels).

    Raises:
        ValueError: an unknown compression.
    """
    if compression not in COMPRESSIONS:
        raise ValueError(f"compression must be one of {', '.join(COMPRESSIONS)}; got compression={compression!r}.")
    power = mel_spectrogram(waveform, sample_rate, **mel)
    return COMPRESSIONS[compression](power).astype(np.float32, copy=False)


def patches(features: np.ndarray, n_frames: int, *, hop: int | None = None) -> np.ndarray:
    """Cuts features into patches of equal length; a last part that does not fill a patch is left out.

    Args:
        features: shape (T, F).
        n_frames: frames a patch.
        hop: frames between the starts of two patches; `n_frames` (no overlap) by default.

    Returns:
        A read-only view of shape (1 + (T - n_frames) // hop, n_frames, F).

    Raises:
        ValueError: fewer frames than one patch.
    """
    if len(features) < n_frames:
        raise ValueError(
            f"a patch needs at least {n_frames} frames; got {len(features)}: pad or repeat the clip first."
        )
    windows = np.lib.stride_tricks.sliding_window_view(features, n_frames, axis=0)  # (T - n_frames + 1, F, n_frames)
    return windows[:: hop or n_frames].swapaxes(1, 2)


def _mono(samples: np.ndarray) -> np.ndarray:
    """Mean over channels, (frames, channels) -> float32 (frames,), in the order in which `librosa.to_mono` adds."""
    mono = samples[:, 0].astype(np.float32)
    for channel in range(1, samples.shape[1]):
        mono += samples[:, channel]
    mono /= samples.shape[1] * (32_768 if samples.dtype == np.int16 else 1)
    return mono


@contextmanager
def _opened(path: Path) -> Iterator[soundfile.SoundFile]:
    try:
        with soundfile.SoundFile(path) as file:
            yield file
    except (soundfile.LibsndfileError, TypeError) as error:  # TypeError: a raw file has no header to read the rate from
        raise AudioError(f"{path} {why_unreadable(path, error)}") from error
