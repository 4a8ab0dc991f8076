"""Settings in, tagged clips of music of many kinds out: composed and rendered at first use, found again afterwards.

Fifty tags with a long tail: drums on a third of the clips, half of the tags on less than 7 %, the rarest on 2 %; 4.8
tags a clip. `vocabulary.TAGS` states for each when it is true, as a rule on the notes of the piece, and how people err:
they leave out 15 to 35 % of what is true, put 0.5 % of what is not, and take some tags for others. A clip's truth holds
what is true ("clean_tags"), what people gave ("tags"), and all that the rules ask for.

The split is that of MagnaTagATune: clip k lies in folder k % 16, of which 0 to b train, c validates and d to f test.

- Not shared between the sides: pieces. Each clip is composed on its own.
- Shared: the recipes, patterns, instruments and rules, and how people err.

Macro ROC-AUC / PR-AUC on the test side at 1,000 clips of 10 s, seed 0, audio at 12 kHz, chance 0.50 / 0.10; in brackets
trained and tested on what is true, at 600 clips:

- 20 MFCC with first and second differences, mean and deviation: 5 nearest neighbours 0.61 / 0.17 (0.62 / 0.22), SVM
  0.68 / 0.24 (0.71 / 0.30)
- SVM on 160 features of a random VGG: 0.65 / 0.24 (0.70 / 0.32)
- the small CNN of `protocols.separation`: 0.72 / 0.33
- the best that the errors leave, by each tag's probability given what is true: 0.93 / 0.72

Easiest are drums, density, solo and techno, hardest are mode, ensemble, odd metres, arpeggios and piano.
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

# To be raised with any change of a rule, a table or the sound: clips of another version are then left alone.
COMPOSITION_VERSION = 1
SHARD = 1000  # clips in a folder: the work of one job
FOLDERS = "0123456789abcdef"  # as in MagnaTagATune: 0 to b train, c validates, d to f test
PART = 0.05  # share of a clip's time above which an instrument counts as playing in it
TOLERANCE = 0.04  # seconds from a beat within which a stroke is on it

CARD = Card(
    name="rendered_tags",
    title="Music of many kinds, composed by rule, rendered with sampled instruments and tagged as people would",
    task=f"tag a clip with any of {len(TAGS)} words: instruments, tempo, metre, mode, loudness, texture, style",
    proxy_for="MagnaTagATune and the Million Song Dataset with the tags of Last.fm (chapter V)",
    cannot_show="how a system does on recordings: no singers, no studio production, no artists, tags of stated rules, "
    "and errors that are independent of each other",
    licence="made where it is used; the sound font TimGM6mb is GPL-2 and is read from the package pretty_midi",
    source="thesis_lib.datasets.rendered; split by sixteen folders as MagnaTagATune (Law et al., 2009) is used",
    chapters=("V",),
    sounds="tags",
    rendered=True,
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
    """The clips, rendered where they are not there yet.

    Clip k is the same however many are asked for. An interrupted rendering goes on where it stopped.

    Args:
        data_home: folder for the audio; by default `rendered_tags` in the cache.
        n: clips of the whole set.
        seconds: length of a clip.
        seed: of everything drawn at random.
        sample_rate: in Hz.
        shard: render and return only clips 1000 * shard to 1000 * shard + 999, so that several machines share the
            work: they never write to one file. A call without it then finds all there.
        noisy: label the clips with the tags that people gave, else with those that are true; the audio is the same.

    Returns:
        The clips in the order of their numbers. Some have no tag.

    Raises:
        ValueError: a setting is out of its range.
        ImportError: tinysoundfont or pretty_midi is missing and has to be installed.
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
    """The side on which a clip stands, by the folder that its number gives."""
    folder = FOLDERS[index % len(FOLDERS)]
    return "train" if folder <= "b" else "validation" if folder == "c" else "test"


def piece(index: int, *, seconds: float, seed: int) -> tuple[Piece, dict]:
    """The piece behind a clip before it is played, and all that is known of it."""
    music, drawn = arrange(np.random.default_rng([seed, index, 1]), seconds=seconds)
    return music, drawn | describe(music, swing=drawn["swing"], seconds=seconds)


def describe(music: Piece, *, swing: float, seconds: float) -> dict:
    """What the rules of the tags ask for, measured on the notes of a piece that is heard for `seconds`.

    Args:
        music: with at least one note that is not percussion.
        swing: place of the off-beat within the beat.
        seconds: length of the clip.

    Returns:
        bpm, metre, key, swing; plays: share of the time in which each instrument sounds, those below `PART` left out
        (unless all are); strokes: of each drum a second; notes: of all a second; players: instruments in `plays`, and
        drums as one more; pitch: mean over the sounding time, as in MIDI; velocity: mean; rise: its mean in the last
        third less that in the first; held: longest note as a share of the clip; lone: notes a second of the
        accompaniment that begin alone; major_third, minor_third above the tonic: shares of the sounding time; kick:
        share of the beats that have one; backbeat: share of beats 2 and 4 with a snare drum, a rim or a clap, less
        that of 1 and 3 (0 in other metres than 4).
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
    apart = np.diff(start[channel == COMP], prepend=-1, append=seconds + 1) > 0.05  # strummed tones are closer
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
    """The tags whose rule holds, given what `piece` or a clip's truth says."""
    return [name for name, tag in TAGS.items() if tag.rule(known)]


def chance(name: str, true: Collection[str]) -> float:
    """Probability that people give a tag to a clip, given the true tags of the clip."""
    tag = TAGS[name]
    if name in true:
        return 1 - tag.omitted
    return 1 - (1 - FALSE) * math.prod(1 - rate for other, rate in tag.confused.items() if other in true)


def given_tags(true: Collection[str], rng: np.random.Generator) -> list[str]:
    """The tags that people give to a clip, each on its own."""
    return [name for name, drawn in zip(TAGS, rng.random(len(TAGS)), strict=True) if drawn < chance(name, true)]


def _covered(start: np.ndarray, end: np.ndarray) -> float:
    """Time in which at least one of some notes sounds; they are in the order of their start."""
    before = np.maximum.accumulate(np.concatenate(([0.0], end[:-1])))
    return float(np.maximum(end - np.maximum(start, before), 0).sum())


def _pulse(music: Piece, start: np.ndarray, drum: np.ndarray, seconds: float) -> dict[str, float]:
    """Which beats have a kick, and how much more a snare drum strikes on 2 and 4 than on 1 and 3."""
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
    """Raise ValueError where a setting is out of its range."""
    if not len(FOLDERS) <= n <= 1_000_000:
        raise ValueError(f"Each of the {len(FOLDERS)} folders needs a clip, and names hold 1,000,000; got n={n}.")
    if shard is not None and not 0 <= shard <= (n - 1) // SHARD:
        raise ValueError(f"{n} clips have shards 0 to {(n - 1) // SHARD}; got shard={shard}.")
    if not 3 <= seconds <= 600:
        raise ValueError(f"A clip must last 3 s, about a bar of slow music, to 600 s; got seconds={seconds}.")
    if not 8000 <= sample_rate <= 48000:
        raise ValueError(f"The sample rate must be 8000 to 48000 Hz; got sample_rate={sample_rate}.")
    if seed < 0:
        raise ValueError(f"A seed must not be negative; got seed={seed}.")


def _make(index: int, *, seconds: float, seed: int, sample_rate: int) -> tuple[np.ndarray, dict]:
    """Composes, plays and tags one clip."""
    music, known = piece(index, seconds=seconds, seed=seed)
    true = true_tags(known)
    given = given_tags(true, np.random.default_rng([seed, index, 3]))
    wave = synth.render(music, seconds=seconds, sample_rate=sample_rate)
    wave = synth.master(wave, np.random.default_rng([seed, index, 2]), sample_rate=sample_rate)
    # `master` levels all pieces; soft ones shall be quieter again, by up to 14 dB.
    gain = 10 ** (min(0.0, 0.2 * (known["velocity"] - 90)) / 20)
    folder = FOLDERS[index % len(FOLDERS)]
    return wave * np.float32(gain), {"tags": given, "clean_tags": true, "folder": folder} | known
