"""Compute waveforms and log-mel spectrograms of clips in parallel and store them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from joblib import delayed
from tqdm import tqdm

from .. import audio
from ..audio.workers import in_workers
from ..files import digest, sha256
from .store import Stored, stored

if TYPE_CHECKING:  # worker processes import this module and need no data sets
    from ..datasets.clip import Clip

PARALLEL_FROM = 64  # clips: with fewer, starting worker processes takes longer than the computation


def fingerprint(clips: Sequence[Clip]) -> str:
    """Return a name for a data set, derived from its audio and all that is known of its clips, but not its location."""
    sung = [(clip.onsets, clip.durations, clip.segments) for clip in clips if clip.onsets or clip.segments]
    facts = [(_sha256(clip.path), clip.labels, clip.fold, clip.group, clip.split) for clip in clips]
    return digest(facts, sung) if sung else digest(facts)


def waveforms(clips: Sequence[Clip], *, sample_rate: int, seconds: float) -> Stored:
    """Return the waveforms of a data set, cropped or repeated to one length.

    Args:
        clips: N clips.
        sample_rate: in Hz.
        seconds: duration to which every clip is cropped or repeated.

    Returns:
        float32 of shape (N, seconds * sample_rate, 1), read from disk on access.

    Raises:
        AudioError: a clip cannot be used.
    """
    settings = {"kind": "waveform", "sample_rate": sample_rate, "seconds": seconds}
    return _of_clips(clips, settings, (round(seconds * sample_rate), 1), np.float32)


def log_mels(
    clips: Sequence[Clip], *, sample_rate: int, seconds: float, n_mels: int, semitones: int = 0, **mel: object
) -> Stored:
    """Return the log-mel spectrograms of a data set, each computed from its own clip only.

    They are stored as float16, as in the thesis, but after compression: the thesis stored powers, which overflow above
    65,504 and vanish below 6e-8. A value v is rounded by at most v / 2048, which is 0.03 dB at 64 dB.

    Args:
        clips: N clips.
        sample_rate: in Hz.
        seconds: duration to which every clip is cropped, or repeated from its start, before the transform.
        n_mels: number of mel bands.
        semitones: by which every clip is transposed, as a sampler does: it is played faster or slower.
        **mel: keyword arguments of `audio.log_mel`: compression, n_fft, hop, fmin, fmax, pad.

    Returns:
        float32 of shape (N, T, n_mels), T = 1 + seconds * sample_rate // hop, read from disk on access.

    Raises:
        AudioError: a clip cannot be used.
    """
    settings = {"kind": "log_mel", "sample_rate": sample_rate, "seconds": seconds, "n_mels": n_mels, **mel}
    settings |= {"semitones": semitones} if semitones else {}
    frames = 1 + round(seconds * sample_rate) // mel.get("hop", 256)
    return _of_clips(clips, settings, (frames, n_mels), np.float16)


def inputs(clips: Sequence[Clip], *, sample_rate: int, seconds: float, **mel: object) -> tuple[np.ndarray, np.ndarray]:
    """Compute waveforms and log-mel spectrograms of a few clips in memory, decoding each clip once.

    Args:
        clips: n clips.
        sample_rate: in Hz.
        seconds: duration to which every clip is cropped or repeated.
        **mel: keyword arguments of `audio.log_mel`.

    Returns:
        float32 of shape (n, samples, 1), and of shape (n, T, n_mels).

    Raises:
        AudioError: a clip cannot be used.
    """
    settings = {"sample_rate": sample_rate, "seconds": seconds, **mel}
    waveforms, spectrograms = zip(*_in_parallel(_both, [clip.path for clip in clips], settings), strict=True)
    return np.stack(waveforms), np.stack(spectrograms)


def _sha256(path: Path) -> str:
    try:
        return sha256(path)
    except OSError as error:
        raise audio.AudioError(f"{path} cannot be read ({error.strerror}).") from error


def _of_clips(clips: Sequence[Clip], settings: dict, shape: tuple[int, ...], dtype: type) -> Stored:
    """Compute one array of `shape` per clip in parallel, and store them."""
    recipe = {**settings, "audio": [_sha256(clip.path) for clip in clips]}

    def compute(rows: list[int]) -> Iterator[np.ndarray]:
        computed = _in_parallel(_one, [clips[row].path for row in rows], settings, dtype)
        bar = tqdm(computed, settings["kind"], len(clips), initial=len(clips) - len(rows), unit="clip")
        for result in bar:
            yield result
            if (elapsed := bar.format_dict["elapsed"]) > 0:
                done = bar.n - bar.initial + 1
                bar.set_postfix_str(f"{done * settings['seconds'] / elapsed:.0f} x real time", refresh=False)

    return stored(recipe, (len(clips), *shape), compute, dtype=dtype)


def _in_parallel(function: Callable, paths: Sequence[Path], *settings: object) -> Iterator:
    """Yield a function's result for each file, in order; report unusable files after all were read.

    Args:
        function: takes a path and the settings, and returns an AudioError for a file that cannot be used.
        paths: paths of the files.
        *settings: settings shared by all files.

    Raises:
        AudioError: the first file that cannot be used, and the number of the others.
    """
    jobs = (delayed(function)(path, *settings) for path in paths)
    n_jobs = -1 if len(paths) >= PARALLEL_FROM else 1
    rejected = []
    for result in in_workers(jobs, n_jobs=n_jobs, batch_size=8):
        if isinstance(result, audio.AudioError):
            rejected.append(str(result))
        elif not rejected:
            yield result
    if rejected:
        more = f" ({len(rejected) - 1} more clips cannot be used either.)" if len(rejected) > 1 else ""
        raise audio.AudioError(rejected[0] + more)


def _one(path: Path, settings: dict, dtype: type) -> np.ndarray | audio.AudioError:
    """Compute the features of one clip as they are stored; return an AudioError for an unusable file."""
    mel = dict(settings)
    kind, sample_rate, seconds = mel.pop("kind"), mel.pop("sample_rate"), mel.pop("seconds")
    speed = 2 ** (mel.pop("semitones", 0) / 12)
    try:
        # what was sampled at a lower rate and is taken for the higher one is played faster
        waveform = audio.load(path, round(sample_rate / speed), seconds=seconds * speed)
        waveform = audio.repeat_to(waveform, round(seconds * sample_rate))
    except audio.AudioError as error:
        return error
    values = waveform[:, None] if kind == "waveform" else audio.log_mel(waveform, sample_rate, **mel)
    return values.astype(dtype, copy=False)  # in the worker: half as many bytes go to the parent


def _both(path: Path, settings: dict) -> tuple[np.ndarray, np.ndarray] | audio.AudioError:
    """Compute the waveform and log-mel spectrogram of one clip, decoding it once."""
    waveform = _one(path, {"kind": "waveform"} | {key: settings[key] for key in ("sample_rate", "seconds")}, np.float32)
    if isinstance(waveform, audio.AudioError):
        return waveform
    mel = {key: value for key, value in settings.items() if key != "seconds"}
    return waveform, audio.log_mel(waveform[:, 0], **mel)
