"""Compose and render clips with one to three predominant instruments out of eleven on first use.

As in IRMAS, a training clip of 3 s has one label, the predominant instrument, and a test clip of 5 to 20 s has one to
three. A band of other instruments accompanies them, 6 to 12 dB softer. A quarter of the clips contain another of the
eleven instruments, softer still and not labelled. There are two splits:

- split="official": training and test parts have the same ranges of pitch.
- split="pitch": an instrument plays the 14 semitones below the middle of its range in the training part and those above
  it in the test part, where a system that has learnt pitches instead of timbre fails.

- Not shared between the parts: songs, which are the groups, and therefore keys, lines, bands and mixes; in the split by
  pitch, pitches. With 40 training clips per class, 20 songs per class are for training and 154 songs are tested.
- Shared: the sampled instruments, ways of playing and rules. Two training clips may come from one song.

Accuracy in % (a prediction is correct if it is among the labels), 40 training clips per class, audio at 12 kHz, seed 0,
official / by pitch; always predicting the most frequent label gives 19.5:

- 20 MFCCs with first and second differences, mean and standard deviation: 5 nearest neighbours 36-38 / 20, SVM 51-54 /
19
- SVM on 160 features of a random VGG: 42 / 25
- the small CNN of `protocols.separation`, trained: 72 / 25 (on the first 3 s)
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import librosa
import numpy as np

from ..clip import Card, Clip
from ..splits import PARTS
from . import shelf, synth
from .ensembles import SONG, Instrument, Part, Score, compose, play
from .players import DRUM, MELODY

# Increase after any change of a rule, a table or the sound, so that clips of other versions are not used.
COMPOSITION_VERSION = 1

CARD = Card(
    name="rendered_instruments",
    title="Eleven instruments in front of a band, composed by rule and rendered with sampled instruments",
    task="name a predominant instrument; training clips have one, test clips one to three",
    proxy_for="IRMAS (chapter III)",
    cannot_show="how a system performs on recordings: each class is 1 to 6 sampled instruments, the same in all parts; "
    "voices without words; no playing techniques except note length and loudness; no studio production",
    licence="rendered locally; the sound font TimGM6mb (GPL-2) is read from the package pretty_midi",
    source="thesis_lib.datasets.rendered; classes and parts after IRMAS (Bosch et al., 2012)",
    chapters=("III",),
    sounds="instruments",
    rendered=True,
    one_label=False,
)

# General MIDI programs with their lowest and highest MIDI pitch: the usual ranges of books on orchestration without the
# extremes. Then ways of playing, notes per second and shortest note: see `Instrument`.
INSTRUMENTS = {
    "cello": Instrument({42: (36, 76)}, "tune tune long broken thirds", (1.0, 2.6), 0.5),
    "clarinet": Instrument({71: (50, 86)}, "tune tune long runs broken", (1.4, 3.2), 0.45),
    "flute": Instrument({73: (60, 93)}, "tune tune long runs broken", (1.4, 3.4), 0.45),
    "acoustic guitar": Instrument(dict.fromkeys((24, 25), (40, 79)), "tune broken broken strum block", (1.6, 3.2), 0.6),
    "electric guitar": Instrument(
        dict.fromkeys(range(26, 32), (40, 84)), "tune runs power strum chords thirds", (1.4, 3.2), 0.4),
    "organ": Instrument(dict.fromkeys(range(16, 21), (41, 88)), "tune block chords held runs", (1.2, 2.8), 0.4),
    "piano": Instrument(dict.fromkeys(range(4), (40, 91)), "tune block chords broken runs", (1.4, 3.2), 0.4),
    "saxophone": Instrument(  # soprano, alto, tenor, baritone
        {64: (56, 87), 65: (49, 80), 66: (44, 76), 67: (37, 68)}, "tune tune long runs", (1.2, 3.0), 0.4),
    "trumpet": Instrument(dict.fromkeys((56, 59), (54, 82)), "tune tune long broken", (1.2, 2.8), 0.35),
    "violin": Instrument(dict.fromkeys((40, 110), (55, 93)), "tune tune long runs broken thirds", (1.2, 3.2), 0.4),
    "voice": Instrument(dict.fromkeys((52, 53, 54), (40, 81)), "tune tune long held", (1.0, 2.4), 0.7),
}  # fmt: skip

SPAN = 14  # adjacent pitches that a song uses: a little more than an octave
TAKES = {"train": 2, "validation": 2, "test": 1}  # clips per song
N_LABELS = (2, 1, 3, 2, 1)  # number of labels of an instrument's test clips, in turn
TEST_SECONDS = (5.0, 20.0)
LEVEL = (6.0, 12.0)  # dB of each predominant instrument above the band, as A-weighted energy over the clip
BYSTANDER_BELOW = (9.0, 15.0)  # dB of the unlabelled instrument below the softest labelled one
BYSTANDER_OFTEN = 0.25

Key = tuple[str, str, int]  # part, first label, number


def clips(
    data_home: Path | None = None,
    *,
    per_class: int = 40,
    seconds: float = 3.0,
    seed: int = 0,
    sample_rate: int = 16000,
    split: str = "official",
) -> list[Clip]:
    """Return the clips; render those that do not exist yet.

    Clip k of a part does not depend on the number of clips. An interrupted rendering continues.

    Args:
        data_home: folder for the audio; by default `rendered_instruments` in the cache.
        per_class: number of training clips per class. There are a fifth as many validation clips, and a third as many
            test clips with the class as their first label, each rounded up.
        seconds: duration of a training or validation clip; a test clip lasts 5 to 20 s.
        seed: random seed.
        sample_rate: in Hz.
        split: "official", or "pitch", in which an instrument plays low in its range in training and validation clips
            and high in test clips: see `pitches`.

    Returns:
        The training, validation and test clips. Test clips have one to three labels.

    Raises:
        ValueError: a setting is out of range.
        ImportError: tinysoundfont or pretty_midi is not installed.
    """
    _check(per_class=per_class, seconds=seconds, seed=seed, sample_rate=sample_rate, split=split)
    settings = {"seed": seed, "seconds": seconds, "sample_rate": sample_rate, "split": split}
    folder = shelf.place(CARD.name, data_home, COMPOSITION_VERSION, **settings)
    many = {"train": per_class, "validation": -(-per_class // 5), "test": -(-per_class // 3)}
    keys = {
        f"{part}/{label.replace(' ', '-')}-{k:04d}.flac": (part, label, k)
        for part in PARTS
        for label in INSTRUMENTS
        for k in range(many[part])
    }
    shelf.shelve(folder, keys, partial(_make, **settings), sample_rate=sample_rate, title="rendering instruments")
    return [Clip(folder / name, labels(key, seed), group=_group(key), split=key[0]) for name, key in keys.items()]


def pitches(label: str, part: str, split: str) -> dict[int, tuple[int, int]]:
    """Return the lowest and highest MIDI pitch of each program of an instrument in a part.

    In the official split, this is the program's range. In the split by pitch, the middle of an instrument is (lowest +
    highest) // 2 over all its programs. Training and validation clips use the `SPAN` pitches up to the middle, test
    clips the `SPAN` pitches above it. Programs without enough pitches on both sides are left out, because they would
    identify the part: soprano and baritone saxophone.
    """
    ranges = INSTRUMENTS[label].ranges
    if split == "official":
        return ranges
    middle = (min(low for low, _ in ranges.values()) + max(high for _, high in ranges.values())) // 2
    window = (middle + 1, middle + SPAN) if part == "test" else (middle - SPAN + 1, middle)
    return {p: window for p, (low, high) in ranges.items() if low <= middle - SPAN + 1 and middle + SPAN <= high}


def labels(key: Key, seed: int) -> tuple[str, ...]:
    """Return the predominant instruments of a clip; a test clip may have others after the first."""
    part, first, number = key
    others = [label for label in INSTRUMENTS if label != first]
    more = N_LABELS[number % len(N_LABELS)] - 1 if part == "test" else 0
    return (first, *_rng(key, seed, 1).choice(others, more, replace=False).tolist())


def score(key: Key, *, seconds: float, seed: int, split: str) -> tuple[Score, float, str | None]:
    """Compose the music of a clip; return it, its duration in seconds, and the unlabelled instrument or None."""
    part, first, number = key
    song = (part, first, number // TAKES[part])
    rng, take = _rng(song, seed, 2), _rng(key, seed, 3)
    leading = labels(key, seed)
    other = str(rng.choice([label for label in INSTRUMENTS if label not in leading]))
    bystander = other if rng.random() < BYSTANDER_OFTEN else None
    *leads, background = (_part(label, part, split, rng) for label in (*leading, other))
    if part == "test":
        seconds = float(np.round(take.uniform(*TEST_SECONDS), 1))
    entropy, offset = [*_words(song, seed), 4], float(take.uniform(0, SONG - seconds))
    music = compose(leads, background if bystander else None, entropy, offset=offset, seconds=seconds)
    return music, seconds, bystander


def _part(label: str, part: str, split: str, rng: np.random.Generator) -> Part:
    """Draw one of an instrument's programs, and the part of its range that a song uses."""
    of_program = pitches(label, part, split)
    program = int(rng.choice(list(of_program)))
    low, high = of_program[program]
    low += round((high - SPAN + 1 - low) * rng.beta(3, 3))  # mostly around the middle, like real music
    return Part(INSTRUMENTS[label], program, (low, low + SPAN - 1))


def stems(key: Key, *, seconds: float, seed: int, sample_rate: int, split: str) -> dict[str, np.ndarray]:
    """Render the parts of a clip's mix: one waveform per label, `band`, and `bystander` if there is one, each
    (samples,).

    They have their levels in the mix, relative to the band at 0 dB.
    """
    music, seconds, _ = score(key, seconds=seconds, seed=seed, split=split)
    rng = _rng(key, seed, 5)
    levels = rng.uniform(*LEVEL, size=len(music.leads)).tolist()
    pieces = dict(zip((*labels(key, seed), "band"), (*music.leads, music.band), strict=True))
    if music.bystander:
        pieces["bystander"] = music.bystander
    waves = {name: play(piece, seconds, sample_rate).astype(np.float64) for name, piece in pieces.items()}
    wanted = [*levels, 0.0, min(levels) - rng.uniform(*BYSTANDER_BELOW)]
    gains = (level - loudness(wave, sample_rate) for wave, level in zip(waves.values(), wanted, strict=False))
    return {name: wave * 10 ** (gain / 20) for (name, wave), gain in zip(waves.items(), gains, strict=True)}


def loudness(wave: np.ndarray, sample_rate: int) -> float:
    """Compute the A-weighted level of a waveform, (samples,), in dB of its mean square."""
    power = 2 * np.abs(np.fft.rfft(wave)[1:] / len(wave)) ** 2
    weights = librosa.A_weighting(np.fft.rfftfreq(len(wave), 1 / sample_rate)[1:], min_db=None)  # dB
    return float(10 * np.log10(np.sum(power * 10 ** (weights / 10))))


def _make(key: Key, *, seconds: float, seed: int, sample_rate: int, split: str) -> tuple[np.ndarray, dict]:
    """Compose, play and mix one clip, and describe it."""
    waves = stems(key, seconds=seconds, seed=seed, sample_rate=sample_rate, split=split)
    music, length, bystander = score(key, seconds=seconds, seed=seed, split=split)
    level = {name: round(loudness(wave, sample_rate), 2) for name, wave in waves.items()}
    predominant = {}
    for label, piece, way in zip(labels(key, seed), music.leads, music.ways, strict=True):
        heard = [note.pitch for note in piece.notes if note.start + note.duration > 0]
        predominant[label] = {
            "program": piece.programs[MELODY], "way": way, "notes": len(heard),
            "lowest": min(heard), "highest": max(heard), "level_db": level[label],
        }  # fmt: skip
    wave = synth.master(sum(waves.values()), _rng(key, seed, 6), sample_rate=sample_rate)
    return wave, {
        "labels": list(predominant),
        "predominant": predominant,
        "in_turn": music.in_turn,
        "bystander": {bystander: level["bystander"]} if bystander else {},  # dB, as for the predominant instruments
        "band": [program for channel, program in music.band.programs.items() if channel != DRUM],
        "drums": DRUM in music.band.programs,
        "key": music.band.key,
        "bpm": music.band.bpm,
        "metre": music.band.metre,
        "seconds": length,
        "composition": _group(key),
        "part": key[0],
        "split": split,
    }


def _group(key: Key) -> str:
    part, first, number = key
    return f"{part}-{first}-song{number // TAKES[part]}"


def _words(key: Key, seed: int) -> list[int]:
    part, first, number = key
    return [seed, PARTS.index(part), list(INSTRUMENTS).index(first), number]


def _rng(key: Key, seed: int, stream: int) -> np.random.Generator:
    """Return a random generator per clip and purpose; `stream` must not be 0, because a missing word counts as 0."""
    return np.random.default_rng([*_words(key, seed), stream])


def _check(*, per_class: int, seconds: float, seed: int, sample_rate: int, split: str) -> None:
    """Raise ValueError if a setting is out of range."""
    if split not in ("official", "pitch"):
        raise ValueError(f"split must be official or pitch; got split={split!r}.")
    if per_class < 2:
        raise ValueError(f"per_class must be at least 2; got per_class={per_class}.")
    if not 3 <= seconds <= 20:
        raise ValueError(f"seconds must be from 3, about a bar of the slowest song, to 20; got seconds={seconds}.")
    if not 8000 <= sample_rate <= 48000:
        raise ValueError(f"sample_rate must be from 8000 to 48000 Hz; got sample_rate={sample_rate}.")
    if seed < 0:
        raise ValueError(f"seed must not be negative; got seed={seed}.")
