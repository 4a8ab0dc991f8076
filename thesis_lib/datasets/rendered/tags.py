"""Compose, render and tag clips of many kinds of music on first use.

There are fifty tags with a long tail: drums on a third of the clips, half of the tags on less than 7 %, the rarest on
2 %; 4.8 tags per clip. For each tag, `vocabulary.TAGS` defines when it is true, as a rule on the notes of the piece,
and the errors of simulated annotators: they omit 15 to 35 % of the true tags, add 0.5 % of the false ones, and confuse
some tags. A clip's truth contains the true tags ("clean_tags"), the annotators' tags ("tags"), and everything the rules
use.

The split is that of MagnaTagATune: clip k is in folder k % 16; folders 0 to b are for training, c for validation, and d
to f for testing.

- Not shared between the parts: pieces. Each clip is composed separately.
- Shared: the recipes, patterns, instruments and rules, and the annotators' errors.

Macro ROC-AUC / PR-AUC on the test part with 1,000 clips of 10 s, seed 0, audio at 12 kHz, chance 0.50 / 0.10; in
brackets, trained and tested on true tags with 600 clips:

- 20 MFCCs with first and second differences, mean and standard deviation: 5 nearest neighbours 0.61 / 0.17 (0.62 /
0.22), SVM
  0.68 / 0.24 (0.71 / 0.30)
- SVM on 160 features of a random VGG: 0.65 / 0.24 (0.70 / 0.32)
- the small CNN of `protocols.separation`: 0.72 / 0.33
- the upper bound set by the errors, from each tag's probability given the true tags: 0.93 / 0.72

The easiest tags are drums, density, solo and techno; the hardest are mode, ensemble, odd metres, arpeggios and piano.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from functools import partial
from pathlib import Path

import numpy as np

from ..clip import Card, Clip
from . import shelf, synth
from .arrange import arrange
from .compose import COMP, DRUM, KEYS, Piece
from .styles import DRUMS
from .vocabulary import FALSE, INSTRUMENTS, TAGS

# Increase after any change of a rule, a table or the sound, so that clips of other versions are not used.
COMPOSITION_VERSION = 1
SHARD = 1000  # clips per folder, rendered by one job
FOLDERS = "0123456789abcdef"  # as in MagnaTagATune: 0 to b for training, c for validation, d to f for testing
PART = 0.05  # share of a clip's duration above which an instrument counts as playing
TOLERANCE = 0.04  # seconds from a beat within which a stroke counts as on the beat

CARD = Card(
    name="rendered_tags",
    title="Music of many kinds, composed by rule, rendered with sampled instruments and tagged by simulated annotators",
    task=f"tag a clip with any of {len(TAGS)} words: instruments, tempo, metre, mode, loudness, texture, style",
    proxy_for="MagnaTagATune and the Million Song Dataset with the tags of Last.fm (chapter V)",
    cannot_show="how a system performs on recordings: no singers, no studio production, no artists, tags defined by "
    "rules, and independent errors",
    licence="rendered locally; the sound font TimGM6mb (GPL-2) is read from the package pretty_midi",
    source="thesis_lib.datasets.rendered; split by sixteen folders like MagnaTagATune (Law et al., 2009)",
    chapters=("III", "V"),
    sounds="tags",
    rendered=True,
    one_label=False,
)


def clips(
    data_home: Path | None = None,
    *,
    n: int = 1000,
    seconds: float = 10.0,
    seed: int = 0,
    sample_rate: int = 16000,
    shard: int | None = None,
    noisy: bool = True,
) -> list[Clip]:
    """Return the clips; render those that do not exist yet.

    Clip k does not depend on the number of clips. An interrupted rendering continues.

    Args:
        data_home: folder for the audio; by default `rendered_tags` in the cache.
        n: number of clips of the data set.
        seconds: duration of a clip.
        seed: random seed.
        sample_rate: in Hz.
        shard: render and return only clips 1000 * shard to 1000 * shard + 999, so that several machines can share the
            work without writing to the same file; None returns all clips.
        noisy: whether to label the clips with the annotators' tags instead of the true ones; the audio is the same.

    Returns:
        The clips in order; some have no tags.

    Raises:
        ValueError: a setting is out of range.
        ImportError: tinysoundfont or pretty_midi is not installed.
    """
    _check(n=n, seconds=seconds, seed=seed, sample_rate=sample_rate, shard=shard)
    settings = {"seed": seed, "seconds": seconds, "sample_rate": sample_rate}
    folder = shelf.place(CARD.name, data_home, COMPOSITION_VERSION, **settings)
    wanted = range(n) if shard is None else range(n)[shard * SHARD : (shard + 1) * SHARD]
    keys = {f"shard-{k // SHARD:04d}/{k:06d}.flac": k for k in wanted}
    truths = shelf.shelve(folder, keys, partial(_make, **settings), sample_rate=sample_rate, title="rendering tags")
    labels = "tags" if noisy else "clean_tags"
    return [Clip(folder / name, tuple(truths[name][labels]), split=split(k)) for name, k in keys.items()]


def split(index: int) -> str:
    """Return the part of the split of a clip, by its folder."""
    folder = FOLDERS[index % len(FOLDERS)]
    return "train" if folder <= "b" else "validation" if folder == "c" else "test"


def piece(index: int, *, seconds: float, seed: int) -> tuple[Piece, dict]:
    """Compose the piece of a clip and describe it."""
    music, drawn = arrange(np.random.default_rng([seed, index, 1]), seconds=seconds)
    return music, drawn | describe(music, swing=drawn["swing"], seconds=seconds)


def describe(music: Piece, *, swing: float, seconds: float) -> dict:
    """Measure what the tags' rules use on the notes of a piece.

    Args:
        music: a piece with at least one note that is not percussion.
        swing: position of the off-beat within the beat.
        seconds: duration of the clip.

    Returns:
        bpm, metre, key, swing; plays: share of the time in which each instrument sounds, without those below `PART`
        (unless all are); strokes: per second, for each drum; notes: per second; players: number of instruments in
        `plays`, plus one for drums; pitch: mean MIDI pitch over the sounding time; velocity: mean; rise: mean velocity
        in the last third minus that in the first; held: longest note as a share of the clip; lone: number of notes per
        second of the accompaniment that start alone; major_third, minor_third above the tonic: shares of the sounding
        time; kick: share of beats with a kick; backbeat: share of beats 2 and 4 with a snare drum, rim or clap minus
        that of beats 1 and 3 (0 unless the metre is 4).
    """
    rows = [(n.start, min(n.start + n.duration, seconds), n.pitch, n.velocity, n.channel) for n in music.notes]
    start, end, pitch, velocity, channel = np.array(rows).T
    tuned = channel != DRUM
    band = {c: word for c in set(channel[tuned]) for word, own in INSTRUMENTS.items() if music.programs[c] in own}
    of = {word: np.isin(channel, [c for c, own in band.items() if own == word]) for word in sorted({*band.values()})}
    plays = {word: round(_covered(start[own], end[own]) / seconds, 4) for word, own in of.items()}
    strokes = Counter(pitch[~tuned])
    sounding = np.where(tuned, end - start, 0) / (end - start)[tuned].sum()
    above_tonic = (pitch - KEYS.index(music.key.split()[0])) % 12
    first, last = velocity[start < seconds / 3], velocity[start >= seconds * 2 / 3]
    apart = (
        np.diff(start[channel == COMP], prepend=-1, append=seconds + 1) > 0.05
    )  # tones of a strummed chord are closer
    measured = {
        "notes": len(rows) / seconds,
        "pitch": (pitch * sounding).sum(),
        "velocity": velocity.mean(),
        "rise": last.mean() - first.mean() if len(first) and len(last) else 0.0,
        "held": (end - start)[tuned].max() / seconds,
        "lone": (apart[:-1] & apart[1:]).sum() / seconds,
        "major_third": sounding[above_tonic == 4].sum(),
        "minor_third": sounding[above_tonic == 3].sum(),
    } | _pulse(music, start, np.where(tuned, -1, pitch), seconds)
    plays = {word: part for word, part in plays.items() if part > PART} or plays
    return {
        "bpm": music.bpm,
        "metre": music.metre,
        "key": music.key,
        "swing": swing,
        "plays": plays,
        "strokes": {name: round(strokes[key] / seconds, 4) for name, key in DRUMS.items() if key in strokes},
        "players": len(plays) + bool(strokes),
    } | {name: round(float(value), 4) for name, value in measured.items()}


def true_tags(known: dict) -> list[str]:
    """Return the tags whose rule holds, given the result of `piece` or a clip's truth."""
    return [name for name, tag in TAGS.items() if tag.rule(known)]


def chance(name: str, true: Collection[str]) -> float:
    """Return the probability that annotators assign a tag, given the clip's true tags."""
    tag = TAGS[name]
    if name in true:
        return 1 - tag.omitted
    return 1 - (1 - FALSE) * math.prod(1 - rate for other, rate in tag.confused.items() if other in true)


def given_tags(true: Collection[str], rng: np.random.Generator) -> list[str]:
    """Draw the tags that annotators assign to a clip, each independently."""
    return [name for name, drawn in zip(TAGS, rng.random(len(TAGS)), strict=True) if drawn < chance(name, true)]


def _covered(start: np.ndarray, end: np.ndarray) -> float:
    """Return the time in which at least one of some notes sounds; the notes are sorted by their start."""
    before = np.maximum.accumulate(np.concatenate(([0.0], end[:-1])))
    return float(np.maximum(end - np.maximum(start, before), 0).sum())


def _pulse(music: Piece, start: np.ndarray, drum: np.ndarray, seconds: float) -> dict[str, float]:
    """Measure the share of beats with a kick, and how much more often the snare is on 2 and 4 than on 1 and 3."""
    place = (start - music.start) * music.bpm / 60  # in beats
    near = np.abs(place - np.rint(place)) * 60 / music.bpm < TOLERANCE
    beats = np.arange(np.ceil(-music.start * music.bpm / 60), (seconds - music.start) * music.bpm / 60)
    kick, snare = (
        np.isin(beats, np.rint(place)[near & np.isin(drum, [DRUMS[name] for name in names])])
        for names in (("kick",), ("snare", "clap", "stick"))
    )
    weak = beats % 2 == 1
    told = music.metre == 4 and weak.any() and not weak.all()
    return {"kick": kick.mean(), "backbeat": snare[weak].mean() - snare[~weak].mean() if told else 0.0}


def _check(*, n: int, seconds: float, seed: int, sample_rate: int, shard: int | None) -> None:
    """Raise ValueError if a setting is out of range."""
    if not len(FOLDERS) <= n <= 1_000_000:
        raise ValueError(f"n must be from {len(FOLDERS)}, one clip per folder, to 1,000,000; got n={n}.")
    if shard is not None and not 0 <= shard <= (n - 1) // SHARD:
        raise ValueError(f"shard must be from 0 to {(n - 1) // SHARD} for {n} clips; got shard={shard}.")
    if not 3 <= seconds <= 600:
        raise ValueError(f"seconds must be from 3, about a bar of slow music, to 600; got seconds={seconds}.")
    if not 8000 <= sample_rate <= 48000:
        raise ValueError(f"sample_rate must be from 8000 to 48000 Hz; got sample_rate={sample_rate}.")
    if seed < 0:
        raise ValueError(f"seed must not be negative; got seed={seed}.")


def _make(index: int, *, seconds: float, seed: int, sample_rate: int) -> tuple[np.ndarray, dict]:
    """Compose, play and tag one clip."""
    music, known = piece(index, seconds=seconds, seed=seed)
    true = true_tags(known)
    given = given_tags(true, np.random.default_rng([seed, index, 3]))
    wave = synth.render(music, seconds=seconds, sample_rate=sample_rate)
    wave = synth.master(wave, np.random.default_rng([seed, index, 2]), sample_rate=sample_rate)
    # `master` gives all pieces the same level; soft pieces are made quieter again by up to 14 dB.
    gain = 10 ** (min(0.0, 0.2 * (known["velocity"] - 90)) / 20)
    folder = FOLDERS[index % len(FOLDERS)]
    return wave * np.float32(gain), {"tags": given, "clean_tags": true, "folder": folder} | known
