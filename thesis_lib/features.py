"""Clips in, memory-mapped features out, computed once.

A store is one `.npy` file under a name made of everything that decides its content: the audio's bytes, the settings,
and the versions of the computation and of the libraries that it uses. A `.json` beside it, written last, holds the
checksum; without it, or when it does not match, the features are computed again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from tqdm import tqdm

from . import audio
from .datasets.clip import Clip
from .files import cache_dir, digest, sha256, write_text, written

COMPUTE_WITH = ("librosa", "numpy", "scipy", "soundfile", "soxr")
VERSION = 1  # raise when the library changes what it computes
PARALLEL_FROM = 64  # clips: below that, starting worker processes takes longer than the work


def fingerprint(clips: Sequence[Clip]) -> str:
    """A name for a dataset made of its audio's bytes, labels, folds and groups, not of where it lies."""
    return digest([(_sha256(clip.path), clip.labels, clip.fold, clip.group) for clip in clips])


def waveforms(clips: Sequence[Clip], *, sample_rate: int, seconds: float) -> np.ndarray:
    """Waveforms of a dataset, repeated or cropped to one length.

    Args:
        clips: N clips.
        sample_rate: in Hz.
        seconds: length that every clip is brought to.

    Returns:
        Memory-mapped float32 of shape (N, seconds * sample_rate, 1).

    Raises:
        AudioError: one sentence on the clips that cannot be used.
    """
    settings = {"kind": "waveform", "sample_rate": sample_rate, "seconds": seconds}
    return _of_clips(clips, settings, (round(seconds * sample_rate), 1))


def log_mels(clips: Sequence[Clip], *, sample_rate: int, seconds: float, n_mels: int, **mel: object) -> np.ndarray:
    """Log-mel spectrograms of a dataset, each from its own clip alone.

    Args:
        clips: N clips.
        sample_rate: in Hz.
        seconds: length that every clip is brought to (repeated from its start, or cropped) before the transform.
        n_mels: number of bands.
        **mel: as in `audio.log_mel`: compression, n_fft, hop, fmin, fmax.

    Returns:
        Memory-mapped float32 of shape (N, T, n_mels), T = 1 + seconds * sample_rate // hop.

    Raises:
        AudioError: one sentence on the clips that cannot be used.
    """
    settings = {"kind": "log_mel", "sample_rate": sample_rate, "seconds": seconds, "n_mels": n_mels, **mel}
    frames = 1 + round(seconds * sample_rate) // mel.get("hop", 256)
    return _of_clips(clips, settings, (frames, n_mels))


def stored(recipe: dict, shape: tuple[int, ...], fill: Callable[[np.ndarray], None]) -> np.ndarray:
    """Reads an array from the store, or has it filled and stored.

    Args:
        recipe: everything that decides the content beside this library and those it computes with; JSON types.
        shape: of the array.
        fill: writes the values into a float32 array of that shape.

    Returns:
        Memory-mapped, read-only float32 of that shape.

    Raises:
        OSError: the store cannot be written; says where it is and how to move it.
    """
    recipe = recipe | {"version": VERSION} | {package: version(package) for package in COMPUTE_WITH}
    folder = cache_dir() / "features"
    name = digest(recipe, shape)
    array, seal = folder / f"{name}.npy", folder / f"{name}.json"
    if _is_whole(array, seal):
        return np.load(array, mmap_mode="r")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with written(array) as partial:
            values = np.lib.format.open_memmap(partial, mode="w+", dtype=np.float32, shape=shape)
            fill(values)
            values.flush()
        write_text(seal, json.dumps({"sha256": sha256(array), "recipe": recipe}, default=str))
    except OSError as error:
        raise OSError(
            f"features cannot be stored in {folder} ({error.strerror or error}); "
            "free some space there or set THESIS_CACHE to another folder."
        ) from error
    return np.load(array, mmap_mode="r")


def _sha256(path: Path) -> str:
    try:
        return sha256(path)
    except OSError as error:
        raise audio.AudioError(f"{path} cannot be read ({error.strerror}).") from error


def _is_whole(array: Path, seal: Path) -> bool:
    try:
        return json.loads(seal.read_text())["sha256"] == sha256(array)
    except (OSError, ValueError, KeyError):
        return False


def _of_clips(clips: Sequence[Clip], settings: dict, shape: tuple[int, ...]) -> np.ndarray:
    """Stores one array of `shape` a clip, computed in parallel."""
    recipe = {**settings, "audio": [_sha256(clip.path) for clip in clips]}

    def fill(values: np.ndarray) -> None:
        jobs = (delayed(_one)(clip.path, settings) for clip in clips)
        parallel = Parallel(n_jobs=-1 if len(clips) >= PARALLEL_FROM else 1, return_as="generator", batch_size=8)
        rejected = []
        for index, result in enumerate(tqdm(parallel(jobs), settings["kind"], len(clips), unit="clip")):
            if isinstance(result, audio.AudioError):
                rejected.append(str(result))
            else:
                values[index] = result
        if rejected:
            more = f" ({len(rejected) - 1} more clips cannot be used either.)" if len(rejected) > 1 else ""
            raise audio.AudioError(rejected[0] + more)

    return stored(recipe, (len(clips), *shape), fill)


def _one(path: Path, settings: dict) -> np.ndarray | audio.AudioError:
    """Features of one clip; an unusable file is returned as its error, so that the others are still looked at."""
    mel = dict(settings)
    kind, sample_rate, seconds = mel.pop("kind"), mel.pop("sample_rate"), mel.pop("seconds")
    try:
        waveform = audio.load(path, sample_rate, seconds=seconds)
    except audio.AudioError as error:
        return error
    waveform = audio.repeat_to(waveform, round(seconds * sample_rate))
    return waveform[:, None] if kind == "waveform" else audio.log_mel(waveform, sample_rate, **mel)
