"""Settings in, clips of eight dances out: composed and rendered at first use, found again afterwards.

Each dance has five base patterns: drums, bass and comp at one place of the style table. Clip k plays number k % 5 with
its own ornaments and now and then another instrument, and all clips of a base pattern are one group and in one fold.

- Not shared between folds: a dance's drum patterns, bass lines and comping patterns.
- Shared between folds: at most one drum line of any two patterns of a dance, such as snare on 2 and 4, and sometimes
  the rhythm of another line on another instrument; tempo range, instruments, chord progressions, and the rules of
  ornaments, fills, melody and sound. Two dances may have a bass line or a comping pattern in common.

A dance is told by its rhythm and only partly by its sound, and no simple system solves it. Accuracy in % over seeds 0
to 2 at 40 clips a class of 15 s, 5 folds, audio at 12 kHz, chance 12.5; on standardised features, the SVM with an RBF
kernel and C=8:

- 20 MFCC with first and second differences, mean and deviation: 5 nearest neighbours 25-31, SVM 37
- mean tempogram (hop and window 256): SVM 72-79; together with MFCC 77-78; the true tempo alone 76-79
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import joblib
import numpy as np
import soundfile
from tqdm import tqdm

from ...files import cache_dir, written
from ..clip import Card, Clip
from . import synth
from .compose import DRUM, Piece, compose, vary
from .styles import N_PATTERNS, STYLES

# To be raised with any change of a rule, a table or the sound: clips of another version are then left alone.
COMPOSITION_VERSION = 4
TRUTH = ("file", "label", "bpm", "metre", "key", "pattern", "drums", "programs")

CARD = Card(
    name="rendered_dances",
    title="Eight ballroom dances, composed by rule and rendered with sampled instruments",
    task="tell eight dances apart: one class a clip, told mostly by tempo, metre and rhythm",
    stands_for="Ballroom and Extended Ballroom (chapters III and IV)",
    cannot_show="how a system does on recordings: no voices, no studio production, no music outside these rules",
    licence="made where it is used; the sound font TimGM6mb is GPL-2 and is read from the package pretty_midi",
    source="thesis_lib.datasets.rendered; tempo ranges of Ballroom (Gouyon et al., 2006; Krebs et al., 2013)",
    chapters=("III", "IV"),
    sounds="rhythm",
)


def clips(
    data_home: Path | None = None,
    *,
    per_class: int = 24,
    seconds: float = 15.0,
    seed: int = 0,
    n_folds: int = 5,
    sample_rate: int = 16000,
) -> list[Clip]:
    """The clips, rendered where they are not there yet.

    Clip k of a class is the same however many are asked for. An interrupted rendering goes on where it stopped.

    Args:
        data_home: folder for the audio; by default `rendered_dances` in the cache.
        per_class: clips a class.
        seconds: length of a clip.
        seed: of everything drawn at random.
        n_folds: folds, 2 to 5. Each is made of whole base patterns and holds as many clips of one class as of another;
            below 5 some folds hold more patterns than others.
        sample_rate: in Hz.

    Returns:
        `per_class` clips of each class, class by class.

    Raises:
        ValueError: a setting is out of its range.
        ImportError: tinysoundfont or pretty_midi is missing and has to be installed.
    """
    _check(per_class=per_class, seconds=seconds, seed=seed, n_folds=n_folds, sample_rate=sample_rate)
    folder = _folder(data_home, seconds, seed, sample_rate)
    names = {_file(label, k): (label, k) for label in STYLES for k in range(per_class)}
    here = {entry.name for entry in os.scandir(folder) if entry.stat().st_size} if folder.is_dir() else set()
    missing = [name for name in names if name not in here]
    if missing or "truth.csv" not in here or not names.keys() <= _read_truth(folder).keys():
        folder.mkdir(parents=True, exist_ok=True)
        _write_truth(folder, names, seconds, seed)
    _render_all(folder, {name: names[name] for name in missing}, seconds=seconds, seed=seed, sample_rate=sample_rate)
    return [
        Clip(folder / name, (label,), fold=1 + k % N_PATTERNS % n_folds, group=_group(label, k))
        for name, (label, k) in names.items()
    ]


def truth(clip: Clip | Path) -> dict[str, str | float | int | bool | tuple[int, ...]]:
    """What is known of a clip because it was composed.

    Args:
        clip: one that `clips` returned, or its path.

    Returns:
        file, label, bpm, metre, key, pattern, drums (whether there are any) and programs (General MIDI; not the kit).

    Raises:
        ValueError: the clip is not listed beside its file.
    """
    path = Path(clip.path if isinstance(clip, Clip) else clip)
    row = _read_truth(path.parent).get(path.name)
    if row is None:
        raise ValueError(f"A clip's truth stands in the truth.csv of its folder, written by clips(); got clip={path}.")
    return row | {
        "bpm": float(row["bpm"]),
        "metre": int(row["metre"]),
        "drums": row["drums"] == "yes",
        "programs": tuple(map(int, row["programs"].split())),
    }


def piece(label: str, index: int, *, seconds: float, seed: int) -> Piece:
    """The piece behind clip `index` of a class: its notes, before they are played."""
    style, number = STYLES[label], list(STYLES).index(label)
    # The last word tells the streams apart: a missing word counts as zero, so it must not be zero.
    groove = vary(style, index % N_PATTERNS, np.random.default_rng([seed, number, index, 1]))
    return compose(style, groove, np.random.default_rng([seed, number, index]), seconds=seconds)


def _check(*, per_class: int, seconds: float, seed: int, n_folds: int, sample_rate: int) -> None:
    """Raise ValueError where a setting is out of its range."""
    if not 2 <= n_folds <= N_PATTERNS:
        raise ValueError(f"Folds are made of whole patterns, so there can be 2 to {N_PATTERNS}; got n_folds={n_folds}.")
    if per_class < n_folds:
        raise ValueError(f"Each fold needs a clip of each class; got per_class={per_class} with n_folds={n_folds}.")
    if not 3 <= seconds <= 600:
        raise ValueError(f"A clip must last 3 s, about a bar of the slowest dance, to 600 s; got seconds={seconds}.")
    if not 8000 <= sample_rate <= 48000:
        raise ValueError(f"The sample rate must be 8000 to 48000 Hz; got sample_rate={sample_rate}.")
    if seed < 0:
        raise ValueError(f"A seed must not be negative; got seed={seed}.")


def _folder(data_home: Path | None, seconds: float, seed: int, sample_rate: int) -> Path:
    """Where the clips of these settings lie: whatever changes a sample is in the name, the number of clips is not."""
    home = cache_dir() / CARD.name if data_home is None else Path(data_home)
    key = f"v{COMPOSITION_VERSION}-seed{seed}-{float(seconds)}s-{sample_rate}Hz-{synth.fingerprint()}"
    return home / key


def _file(label: str, index: int) -> str:
    return f"{label}-{index:04d}.flac"


def _group(label: str, index: int) -> str:
    return f"{label}-pattern{index % N_PATTERNS}"


def _render_all(folder: Path, names: dict[str, tuple[str, int]], **settings: float) -> None:
    """Render clips on all cores, with a bar that says how long it will still take."""
    jobs = (joblib.delayed(_render)(folder / name, label, k, **settings) for name, (label, k) in names.items())
    n_jobs = min(joblib.cpu_count(), 1 + len(names) // 8)  # to start a process costs about as much as a few clips
    done = joblib.Parallel(n_jobs, return_as="generator_unordered")(jobs)
    for _ in tqdm(done, total=len(names), desc="rendering dances", unit="clip", disable=len(names) < 8):
        pass


def _render(path: Path, label: str, index: int, *, seconds: float, seed: int, sample_rate: int) -> None:
    """Compose, play and write one clip: mono FLAC of 16 bits."""
    played = synth.render(piece(label, index, seconds=seconds, seed=seed), seconds=seconds, sample_rate=sample_rate)
    room = np.random.default_rng([seed, list(STYLES).index(label), index, 2])
    wave = synth.master(played, room, sample_rate=sample_rate)
    with written(path) as partial:
        soundfile.write(partial, wave, sample_rate, format="FLAC", subtype="PCM_16")


def _read_truth(folder: Path) -> dict[str, dict[str, str]]:
    """Rows of truth.csv by file; none where there is no such file."""
    try:
        with open(folder / "truth.csv", newline="", encoding="utf-8") as lines:
            return {row["file"]: row for row in csv.DictReader(lines)}
    except FileNotFoundError:
        return {}


def _write_truth(folder: Path, names: dict[str, tuple[str, int]], seconds: float, seed: int) -> None:
    """Add to truth.csv the clips that it does not list."""
    rows = _read_truth(folder)
    for name, (label, k) in names.items():
        if name in rows:
            continue
        music = piece(label, k, seconds=seconds, seed=seed)
        playing = {note.channel for note in music.notes}
        rows[name] = {
            "file": name,
            "label": label,
            "bpm": f"{music.bpm:.1f}",
            "metre": str(music.metre),
            "key": music.key,
            "pattern": _group(label, k),
            "drums": "yes" if DRUM in playing else "no",
            "programs": " ".join(str(music.programs[channel]) for channel in sorted(playing - {DRUM})),
        }
    with written(folder / "truth.csv") as partial, partial.open("w", newline="", encoding="utf-8") as lines:
        table = csv.DictWriter(lines, TRUTH, lineterminator="\n")
        table.writeheader()
        table.writerows(rows[name] for name in sorted(rows))
