"""Render audio files to disk, each with the truth about its composition.

What is known about a composed clip is stored as JSON in the comment of its FLAC file, so it cannot be separated from
the audio. An `index.jsonl` in each folder repeats it for speed only: a missing index is written again, and files that
it does not list are opened.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from pathlib import Path

import joblib
import numpy as np
import soundfile
from tqdm import tqdm

from ...audio.workers import in_workers
from ...files import cache_dir, is_sealed, seal, write_text, written
from ..clip import Clip
from . import synth

INDEX = "index.jsonl"
CLIPS_A_JOB = 8  # starting a process takes about as long as rendering this many clips

Make = Callable[[Hashable], tuple[np.ndarray, dict]]


def place(name: str, data_home: Path | None, version: int, **settings: float) -> Path:
    """Return the folder of a rendered set; its name contains everything that changes a sample, but not the number of
    clips.

    Args:
        name: name of the data set.
        data_home: folder for the sets; by default a folder of that name in the cache.
        version: version of the rules of composition and sound.
        **settings: seed, seconds, sample_rate and everything else that the samples depend on.
    """
    home = cache_dir() / name if data_home is None else Path(data_home)
    said = "-".join(f"{key}{float(value) if key == 'seconds' else value}" for key, value in settings.items())
    return home / f"v{version}-{said}-{synth.fingerprint()}"


def shelve(folder: Path, keys: Mapping[str, Hashable], make: Make, *, sample_rate: int, title: str) -> dict[str, dict]:
    """Render the clips that do not exist yet on all cores, and return the truth about each.

    An interrupted call continues with the missing clips. Two processes at the same time render some clips twice, each
    completely.

    Args:
        folder: folder for the clips.
        keys: the argument of `make` for each file, by its name within the folder ("shard-0000/000001.flac").
        make: takes a key and returns a mono waveform and its truth (JSON types); must be picklable and depend on the
            key only.
        sample_rate: sampling rate of the waveforms in Hz.
        title: title of the progress bar.

    Returns:
        The truth about each clip by name, in the order of `keys`.

    Raises:
        OSError: the clips cannot be written.
    """
    shelves: dict[str, list[str]] = {}
    for name in keys:
        shelves.setdefault(os.path.dirname(name), []).append(name)
    known = {shelf: _known(folder / shelf) for shelf in shelves}
    missing = {name: key for name, key in keys.items() if os.path.basename(name) not in known[os.path.dirname(name)]}
    for shelf in {os.path.dirname(name) for name in missing}:
        _make_folder(folder / shelf)
    jobs = (joblib.delayed(_make)(folder / name, key, make, sample_rate) for name, key in missing.items())
    n_jobs = min(joblib.cpu_count(), 1 + len(missing) // CLIPS_A_JOB)
    done = in_workers(jobs, n_jobs=n_jobs, batch_size=4)
    bar = tqdm(done, title, len(missing), unit="clip", disable=len(missing) < CLIPS_A_JOB)
    for name, truth in zip(missing, bar, strict=True):
        known[os.path.dirname(name)][os.path.basename(name)] = truth
    for shelf in shelves:
        if _read_index(folder / shelf / INDEX) != known[shelf]:
            _write_index(folder / shelf, known[shelf])
    return {name: known[os.path.dirname(name)][os.path.basename(name)] for name in keys}


def truth(clip: Clip | Path) -> dict:
    """Read the truth about a rendered clip's composition.

    Args:
        clip: a clip of a rendered set, or the path of its file or of a copy.

    Returns:
        What its data set states about it.

    Raises:
        ValueError: the file is not a rendered clip.
    """
    path = Path(clip.path if isinstance(clip, Clip) else clip)
    try:
        with soundfile.SoundFile(path) as file:
            return json.loads(file.comment)
    except (soundfile.LibsndfileError, ValueError) as error:
        raise ValueError(
            f"clip must be a rendered clip, with its truth in the comment of the FLAC file; got clip={path}."
        ) from error


def complaints(home: Path) -> list[str]:
    """Check the rendered files in a folder; return one sentence per file that cannot be read completely."""
    found = []
    for path in sorted(home.rglob("*.flac")):
        try:
            truth(path)
            with soundfile.SoundFile(path) as file:
                if len(file.read(dtype="int16")) < file.frames:
                    found.append(f"{path} is truncated; remove it to render it again.")
        except (ValueError, soundfile.LibsndfileError):
            found.append(f"{path} is damaged; remove it to render it again.")
    return found


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(
            f"rendered clips cannot be stored in {folder} ({error.strerror or error}); set THESIS_CACHE to a folder "
            "that can be written."
        ) from error


def _make(path: Path, key: Hashable, make: Make, sample_rate: int) -> dict:
    """Render and write one clip: mono FLAC with 16 bits and its truth in the comment."""
    wave, truth = make(key)
    try:
        with written(path) as partial:
            with soundfile.SoundFile(partial, "w", sample_rate, 1, subtype="PCM_16", format="FLAC") as file:
                file.comment = json.dumps(truth)
                file.write(wave)
            # on a full disk, libsndfile writes the last pages of a file without an error
            if len(soundfile.read(partial, dtype="int16")[0]) < len(wave):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except (OSError, soundfile.LibsndfileError) as error:
        why = getattr(error, "strerror", None) or error
        raise OSError(
            f"{path} cannot be written ({why}); free some space and run the command again to continue."
        ) from error
    return truth


def _known(shelf: Path) -> dict[str, dict]:
    """Return the truth about every complete file in a folder, by name."""
    try:
        here = {entry.name for entry in os.scandir(shelf) if entry.name.endswith(".flac") and entry.stat().st_size}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    rows = _read_index(shelf / INDEX)
    for name in here - rows.keys():
        with suppress(ValueError):  # damaged: rendered again
            rows[name] = truth(shelf / name)
    return {name: rows[name] for name in here & rows.keys()}


def _read_index(index: Path) -> dict[str, dict]:
    if not is_sealed(index):
        return {}
    rows = [json.loads(line) for line in index.read_text(encoding="utf-8").splitlines()]
    return {row.pop("file"): row for row in rows}


def _write_index(shelf: Path, known: dict[str, dict]) -> None:
    rows = ({"file": name} | truth for name, truth in sorted(known.items()))
    write_text(shelf / INDEX, "".join(json.dumps(row) + "\n" for row in rows))
    seal(shelf / INDEX)
