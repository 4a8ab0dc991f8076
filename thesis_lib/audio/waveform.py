"""Read audio files as mono waveforms at a given sampling rate."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
import soxr

from .opening import Forward, is_cut, opened, stated_frames, why_unreadable

RATES = (1_000, 1_000_000)  # Hz: a header that states another sampling rate is damaged
LOUDEST = 100.0  # full scale is 1; more is a wrong scale, most often that of 16-bit integers
CANCELLED = 1e-6  # power of the channels' mean relative to theirs, below which they cancel out
LEVEL_OF = 16  # every so many samples are enough for these powers
BLOCK, MOST = 1 << 18, 1 << 22  # samples to read at once by default, and at most
MIN_SECONDS = 0.02  # shorter files are rejected; the shortest clips of UrbanSound8K last a few hundredths of a second


class AudioError(ValueError):
    """An audio file cannot be used; the message names the file and the reason."""


def load(path: Path | str, sample_rate: int, *, seconds: float | None = None) -> np.ndarray:
    """Read a file as a mono waveform at a given sampling rate.

    Bitwise equal to `librosa.load(path, sr=sample_rate)` wherever that reads a file to its end, in a third of the time
    for 16-bit WAV and two thirds for FLAC and MP3 (30 s, stereo, to 12 kHz): channels are averaged column by column and
    soxr is called directly.

    Args:
        path: any file that libsndfile reads (wav, flac, ogg, mp3, ...), with any rate, format and number of channels.
        sample_rate: in Hz.
        seconds: duration to read from the start; the whole file by default.

    Returns:
        float32 of shape (samples,), in [-1, 1] if the file's samples are.

    Raises:
        AudioError: the file is missing, not audio, empty, truncated, shorter than `MIN_SECONDS` or silent, its channels
            cancel out, or samples are NaN or beyond `LOUDEST`. The whole file is checked, whatever `seconds` is, so
            that a file is accepted everywhere or nowhere.
    """
    path = Path(path)
    with _opened(path) as file:
        rate, left, kept = file.samplerate, math.inf, []
        if seconds is not None:  # a tenth of a second more keeps the resampler's edge out of the result
            left = math.ceil((seconds + 0.1) * rate)
        for mono in _mono_blocks(path, file, at_once=BLOCK // file.channels):
            if left > 0:
                kept.append(mono[: None if seconds is None else left])
                left -= len(mono)
    mono = resample(np.concatenate(kept), rate, sample_rate)
    return mono if seconds is None else mono[: round(seconds * sample_rate)]


def stream(path: Path | str, sample_rate: int, *, at_once: float = 30.0) -> Iterator[np.ndarray]:
    """Read a file like `load`, piece by piece, with little memory for a file of any length.

    Args:
        path: as in `load`.
        sample_rate: in Hz.
        at_once: seconds of the file to read per piece.

    Yields:
        float32 of shape (samples,). Concatenated, the pieces are bitwise equal to the result of `load` (within 1e-7 for
        an MP3).

    Raises:
        AudioError: as in `load`. Faults that show only at the end of a file (truncated, silent) are raised there.
    """
    path = Path(path)
    with _opened(path) as file:
        rate = file.samplerate
        blocks = _mono_blocks(path, file, at_once=min(round(at_once * rate), MOST // file.channels))
        if rate == sample_rate:
            yield from blocks
            return
        resampler, read, given = soxr.ResampleStream(rate, sample_rate, 1, quality="HQ"), 0, 0
        for mono in blocks:
            piece = resampler.resample_chunk(mono)
            read, given = read + len(mono), given + len(piece)
            yield piece
        left = _resampled(read, rate, sample_rate) - given
        piece = resampler.resample_chunk(np.zeros(0, np.float32), last=True)[:left]
        yield np.pad(piece, (0, left - len(piece)))


def _resampled(samples: int, rate: int, sample_rate: int) -> int:
    """Return the number of samples after resampling; in floating point like librosa, which sometimes gives one more."""
    return math.ceil(samples * (sample_rate / rate))


def _mono_blocks(path: Path, file: Forward, *, at_once: int) -> Iterator[np.ndarray]:
    """Yield a file as mono blocks, then raise AudioError if the file cannot be used."""
    read, sounds, level, mean_level = 0, False, 0.0, 0.0
    # integers are summed in a fifth of the time, with bitwise equal results
    kind = "int16" if file.subtype == "PCM_16" else "float32"
    stated = stated_frames(path, file)
    end = math.inf if stated is None else stated  # what follows, such as a tag, is no audio
    while len(samples := file.read(min(max(at_once, 1), end - read), dtype=kind, always_2d=True)):
        if kind == "float32":
            _check_values(path, samples)
        mono = _mono(samples)
        read += len(samples)
        sounds = sounds or samples.any()
        few = slice(None, None, LEVEL_OF)
        level += np.square(samples[few], dtype=np.float64).mean(axis=1).sum()
        mean_level += np.square(mono[few], dtype=np.float64).sum() * (2.0**30 if kind == "int16" else 1)
        yield mono
    if is_cut(path, file, read):
        raise AudioError(
            f"{path} is truncated: it contains less audio than its header states; copy or download it again."
        )
    if read < MIN_SECONDS * file.samplerate:
        raise AudioError(f"{path} lasts {read / file.samplerate:.3f} s; at least {MIN_SECONDS} s are required.")
    if not sounds:
        raise AudioError(f"{path} is silent: every sample is zero; remove or replace it.")
    if mean_level < CANCELLED * level:
        raise AudioError(
            f"{path} has channels that cancel out, so that their mean is silent; keep one channel, or invert one."
        )


def _check_values(path: Path, samples: np.ndarray) -> None:
    """Raise AudioError if samples are not finite, or on another scale."""
    low, high = float(samples.min()), float(samples.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise AudioError(f"{path} contains NaN or infinite samples; export it again.")
    if max(-low, high) > LOUDEST:
        raise AudioError(f"{path} has samples of up to {max(-low, high):,.0f}, where full scale is 1; export it again.")


def duration(path: Path) -> float:
    """Return a file's duration in seconds, from its header if that states it; raise AudioError like `load`."""
    with _opened(path) as file:
        frames = stated_frames(path, file)
        if frames is None:
            frames = sum(map(len, _mono_blocks(path, file, at_once=BLOCK // file.channels)))
        return frames / file.samplerate


def resample(waveform: np.ndarray, rate: int, sample_rate: int) -> np.ndarray:
    """Resample a mono waveform (soxr, quality HQ) to ceil(samples * sample_rate / rate) samples."""
    if rate == sample_rate:
        return waveform
    length = _resampled(len(waveform), rate, sample_rate)
    out = soxr.resample(waveform, rate, sample_rate, quality="HQ")[:length]
    return np.pad(out, (0, length - len(out)))


def repeat_to(waveform: np.ndarray, samples: int) -> np.ndarray:
    """Crop a waveform to `samples`, or repeat it from its start until it has that length."""
    return np.resize(waveform, samples) if len(waveform) < samples else waveform[:samples]


def _mono(samples: np.ndarray) -> np.ndarray:
    """Average channels in the order of `librosa.to_mono`: (frames, channels) -> float32 (frames,)."""
    mono = samples[:, 0].astype(np.float32)
    for channel in range(1, samples.shape[1]):
        mono += samples[:, channel]
    mono /= samples.shape[1] * (32_768 if samples.dtype == np.int16 else 1)
    return mono


@contextmanager
def _opened(path: Path) -> Iterator[Forward]:
    try:
        if not os.path.isfile(path):  # reading a pipe would wait for its writer
            raise AudioError(f"{path} {why_unreadable(path)}")
        with opened(path) as file:
            if not RATES[0] <= file.samplerate <= RATES[1]:
                low, high = RATES
                raise AudioError(
                    f"{path} states a sampling rate of {file.samplerate:,} Hz, which is not between {low:,} and "
                    f"{high:,} Hz; it is damaged."
                )
            yield file
    except (OSError, soundfile.LibsndfileError, TypeError) as error:  # TypeError: a raw file has no header
        raise AudioError(f"{path} {why_unreadable(path, error)}") from error
