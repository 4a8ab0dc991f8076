"""Settings in, clips of ten everyday sounds over backgrounds out: synthesised at first use, found again afterwards.

The classes are those of UrbanSound8K. A source is one draw of a class's physical model (this dog, this siren) with one
place and one microphone; four clips come from each, with other timing, level and distance, over another background.

- Not shared between folds: sources, and with them place and microphone; no background is ever heard twice.
- Shared between folds: the ten models and the ranges of their parameters, the eight scenes and the signal-to-noise
  ratios, which are drawn alike for every class; for street music the rules of the dances and the sound font.

An event is told by its sound and by its course in time. Accuracy in % over seeds 0 to 2 at 40 clips a class of 4 s,
5 folds, chance 10, and in brackets for seed 0 at 120 clips a class:

- 20 MFCC with first and second differences, mean and deviation: 5 nearest neighbours 31-37 (41), SVM 46-52 (57)
- 160 features of a VGG with random weights, SVM: 47-53 (60)
- 40 log-mel bands: percentiles, and energy of modulation from 0.3 to 100 Hz, SVM: 66-71 (76)
- the small CNN of `protocols.separation`, trained, seed 0: 52

The SVM on MFCC is right on 39 of 100 events at -3 to 0 dB and on 68 at 12 to 15 dB (seed 0, 80 clips a class).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from ..clip import Card, Clip
from . import dances, shelf
from .everyday.backgrounds import SCENES, background
from .everyday.sources import CLASSES, draw, perform, record

# To be raised with any change of a rule or a sound: clips of another version are then left alone.
COMPOSITION_VERSION = 1

SOURCES, CLIPS_A_SOURCE = 20, 4  # a class: clips 0 to 79 come from sources 0 to 19 in turn, 80 to 159 from the next 20
SNR_DB = (-3.0, 15.0)

CARD = Card(
    name="rendered_events",
    title="Ten everyday sounds from physical models, over eight backgrounds",
    task="tell ten sound events apart: one class a clip, at signal-to-noise ratios from -3 to 15 dB",
    proxy_for="UrbanSound8K; by its backgrounds, TUT Acoustic Scenes 2017 (chapters IV and VI)",
    cannot_show="how a system does on recordings: each class is one model of one maker, so that sources differ only as "
    "far as its parameters do, and nothing sounds that no rule foresees",
    licence="made where it is used; the sound font TimGM6mb (street music) is GPL-2, read from the package pretty_midi",
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
    """The clips, rendered where they are not there yet.

    Clip k of a class is the same however many are asked for and in however many folds. An interrupted rendering goes
    on where it stopped.

    Args:
        data_home: folder for the audio; by default `rendered_events` in the cache.
        per_class: clips a class.
        seconds: length of a clip.
        seed: of everything drawn at random.
        n_folds: folds, 3 to 10, each of whole sources and with as many clips of one class as of another; all folds are
            of one size where `n_folds` divides 20 and 20 divides `per_class`.
        sample_rate: in Hz.

    Returns:
        `per_class` clips of each class, class by class; a clip's group is its source.

    Raises:
        ValueError: a setting is out of its range.
        ImportError: tinysoundfont or pretty_midi is missing and has to be installed.
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
    """The number of the source that clip `index` of a class is of."""
    return index // (SOURCES * CLIPS_A_SOURCE) * SOURCES + index % SOURCES


def parts(
    label: str, index: int, *, seconds: float, seed: int, sample_rate: int
) -> tuple[np.ndarray, np.ndarray, dict]:
    """What clip `index` of a class is the sum of.

    Returns:
        The event alone, (n,), the background alone, (n,), and the truth. In the samples between the onsets that the
        truth states and their durations later, the event's mean square is `snr_db` above the background's.
    """
    number, stream = source(index), [seed, list(CLASSES).index(label), index]
    model, microphone = draw(label, number, seed=seed), {"sample_rate": sample_rate}
    rng = np.random.default_rng([*stream, 3])  # 1 and 2 are streams of the sources
    sound, onsets, durations = perform(label, number, seconds, rng, seed=seed, sample_rate=sample_rate)
    rng = np.random.default_rng([*stream, 4])  # the scene does not depend on what was played
    scene, snr = str(rng.choice(list(SCENES))), round(float(rng.uniform(*SNR_DB)), 2)
    level = 10 ** (rng.uniform(-12, -1) / 20)  # of full scale, the peak
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
    """Which of n samples lie in an event, (n,) of bool; onsets and durations in samples."""
    edges = np.bincount(onsets, minlength=n + 1) - np.bincount(np.minimum(onsets + durations, n), minlength=n + 1)
    return np.cumsum(edges)[:n] > 0


def _check(*, per_class: int, seconds: float, seed: int, n_folds: int, sample_rate: int) -> None:
    """Raise ValueError where a setting is out of its range."""
    if not 3 <= n_folds <= 10:
        raise ValueError(f"Folds are made of whole sources, and there can be 3 to 10; got n_folds={n_folds}.")
    if per_class < n_folds:
        raise ValueError(f"Each fold needs a clip of each class; got per_class={per_class} with n_folds={n_folds}.")
    if not 2 <= seconds <= 30:
        raise ValueError(
            f"A clip must last 2 s, for a short event and some of its scene, to 30 s; got seconds={seconds}."
        )
    if not 8000 <= sample_rate <= 48000:
        raise ValueError(f"The sample rate must be 8000 to 48000 Hz; got sample_rate={sample_rate}.")
    if seed < 0:
        raise ValueError(f"A seed must not be negative; got seed={seed}.")


def _group(label: str, index: int) -> str:
    return f"{label}-source{source(index)}"


def _make(key: tuple[str, int], *, seconds: float, seed: int, sample_rate: int) -> tuple[np.ndarray, dict]:
    """Synthesises one clip, and says what it is."""
    label, index = key
    event, behind, truth = parts(label, index, seconds=seconds, seed=seed, sample_rate=sample_rate)
    return (event + behind).astype(np.float32), truth
