"""Synthesise clips of ten everyday sounds over backgrounds on first use.

The classes are those of UrbanSound8K. Each has two physical models, such as an electronic siren and a rotor siren. A
source is one draw of one of them (a particular dog or siren) with its place and microphone. Four clips come from each
source, with different timing, level, distance and background.

- Not shared between folds: sources, places and microphones. No background is used twice.
- Shared between folds: the twenty models and the ranges of their parameters, the eight scenes and the signal-to-noise
  ratios, which are drawn in the same way for every class; for street music, the rules of the dances and the sound font.
  With 3, 4, 5, 6, 8 or 10 folds, each fold has sources of both models of each class; with 5 or 10, equally many.

Events differ in their sound and in their course over time. Accuracy in % over seeds 0 to 2 with 40 clips of 4 s per
class, 5 folds, chance 10:

- 20 MFCCs with first and second differences, mean and standard deviation: 5 nearest neighbours 27-32, SVM 38-41
- 160 features of a VGG with random weights, SVM: 43-46
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from ..clip import Card, Clip
from . import dances, shelf
from .everyday.backgrounds import SCENES, background
from .everyday.sources import CLASSES, draw, perform, record

# Increase after any change of a rule or a sound, so that clips of other versions are not used.
COMPOSITION_VERSION = 2

# Clips 0 to 79 of a class come from sources 0 to 19 in turn, clips 80 to 159 from the next 20 sources.
SOURCES, CLIPS_A_SOURCE = 20, 4
SNR_DB = (-3.0, 15.0)

CARD = Card(
    name="rendered_events",
    title="Ten everyday sounds from physical models, over eight backgrounds",
    task="classify ten sound events at signal-to-noise ratios from -3 to 15 dB; one class per clip",
    proxy_for="UrbanSound8K; by its backgrounds, TUT Acoustic Scenes 2017 (chapters IV and VI)",
    cannot_show="how a system performs on recordings: each class is two models, so its sources differ only in the "
    "model and its parameters, and no sound occurs outside the rules",
    licence="rendered locally; the sound font TimGM6mb (GPL-2, street music) is read from the package pretty_midi",
    source="thesis_lib.datasets.rendered; classes of UrbanSound8K (Salamon, Jacoby & Bello, 2014)",
    chapters=("IV", "VI"),
    sounds="events",
    rendered=True,
    length=4.0,
)


def clips(
    data_home: Path | None = None,
    *,
    per_class: int = 40,
    seconds: float = 4.0,
    seed: int = 0,
    n_folds: int = 5,
    sample_rate: int = 16000,
) -> list[Clip]:
    """Return the clips; render those that do not exist yet.

    Clip k of a class does not depend on the number of clips or folds. An interrupted rendering continues.

    Args:
        data_home: folder for the audio; by default `rendered_events` in the cache.
        per_class: number of clips per class.
        seconds: duration of a clip.
        seed: random seed.
        n_folds: number of folds, 3 to 10. Each contains complete sources and the same number of clips of each class;
            all folds have the same size if `n_folds` divides 20 and 20 divides `per_class`.
        sample_rate: in Hz.

    Returns:
        `per_class` clips of each class, in the order of the classes; a clip's group is its source.

    Raises:
        ValueError: a setting is out of range.
        ImportError: tinysoundfont or pretty_midi is not installed.
    """
    _check(per_class=per_class, seconds=seconds, seed=seed, n_folds=n_folds, sample_rate=sample_rate)
    settings = {"seed": seed, "seconds": seconds, "sample_rate": sample_rate}
    # street music is composed by the rules of the dances
    folder = shelf.place(CARD.name, data_home, COMPOSITION_VERSION, dances=dances.COMPOSITION_VERSION, **settings)
    keys = {f"{label}-{k:04d}.flac": (label, k) for label in CLASSES for k in range(per_class)}
    shelf.shelve(folder, keys, partial(_make, **settings), sample_rate=sample_rate, title="rendering events")
    return [
        Clip(folder / name, (label,), fold=1 + source(k) % n_folds, group=_group(label, k))
        for name, (label, k) in keys.items()
    ]


def source(index: int) -> int:
    """Return the number of the source of clip `index` of a class."""
    return index // (SOURCES * CLIPS_A_SOURCE) * SOURCES + index % SOURCES


def parts(
    label: str, index: int, *, seconds: float, seed: int, sample_rate: int
) -> tuple[np.ndarray, np.ndarray, dict]:
    """Synthesise event and background of clip `index` of a class.

    Returns:
        The event, (n,), the background, (n,), and the truth. During the event, from the onsets and for the durations in
        the truth, its mean square is `snr_db` above the background's.
    """
    number, stream = source(index), [seed, list(CLASSES).index(label), index]
    model, microphone = draw(label, number, seed=seed), {"sample_rate": sample_rate}
    rng = np.random.default_rng([*stream, 3])  # 1 and 2 are streams of the sources
    sound, onsets, durations = perform(label, number, seconds, rng, seed=seed, sample_rate=sample_rate)
    rng = np.random.default_rng([*stream, 4])  # the scene does not depend on the event
    scene, snr = str(rng.choice(list(SCENES))), round(float(rng.uniform(*SNR_DB)), 2)
    level = 10 ** (rng.uniform(-12, -1) / 20)  # peak, relative to full scale
    event = record(sound, model, **microphone)
    behind = record(background(scene, len(sound), rng, sample_rate=sample_rate), model, **microphone)
    active = heard(onsets, durations, len(sound))
    event *= np.sqrt(10 ** (snr / 10) * np.mean(behind[active] ** 2) / np.mean(event[active] ** 2))
    level /= np.abs(event + behind).max()
    truth = {
        "label": label,
        "source": _group(label, index),
        "scene": scene,
        "snr_db": snr,
        "onsets": (onsets / sample_rate).tolist(),  # seconds
        "durations": (durations / sample_rate).tolist(),
        "physics": model,
    }
    return event * level, behind * level, truth


def heard(onsets: np.ndarray, durations: np.ndarray, n: int) -> np.ndarray:
    """Mark which of n samples are in an event, (n,) of bool; onsets and durations are in samples."""
    edges = np.bincount(onsets, minlength=n + 1) - np.bincount(np.minimum(onsets + durations, n), minlength=n + 1)
    return np.cumsum(edges)[:n] > 0


def _check(*, per_class: int, seconds: float, seed: int, n_folds: int, sample_rate: int) -> None:
    """Raise ValueError if a setting is out of range."""
    if not 3 <= n_folds <= 10:
        raise ValueError(f"n_folds must be from 3 to 10; got n_folds={n_folds}.")
    if per_class < n_folds:
        raise ValueError(f"each fold needs a clip of each class; got per_class={per_class} with n_folds={n_folds}.")
    if not 2 <= seconds <= 30:
        raise ValueError(
            f"seconds must be from 2, for a short event and some of its scene, to 30; got seconds={seconds}."
        )
    if not 8000 <= sample_rate <= 48000:
        raise ValueError(f"sample_rate must be from 8000 to 48000 Hz; got sample_rate={sample_rate}.")
    if seed < 0:
        raise ValueError(f"seed must not be negative; got seed={seed}.")


def _group(label: str, index: int) -> str:
    return f"{label}-source{source(index)}"


def _make(key: tuple[str, int], *, seconds: float, seed: int, sample_rate: int) -> tuple[np.ndarray, dict]:
    """Synthesise one clip and describe it."""
    label, index = key
    event, behind, truth = parts(label, index, seconds=seconds, seed=seed, sample_rate=sample_rate)
    return (event + behind).astype(np.float32), truth
