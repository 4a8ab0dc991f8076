"""Draw and play the sources that have a voice or a pitch.

Each class has two functions, as in `machines`: one draws a source, the other plays it once for a number of samples.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import signal

from .. import synth
from ..compose import compose, vary, written
from ..players import BASS, COMP, DRUM, MELODY
from ..styles import STYLES
from .sounds import coloured, faded, formants, partials, peaks, slope, sparse, wander

# First three formants of a man's vowels in Hz (Peterson & Barney, 1952): father, met, heed, law, who'd.
VOWELS = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240))
BUSKERS = (21, 22, 24, 25, 26, 40, 42, 46, 56, 65, 66, 71, 73, 75, 104, 105, 109, 110, 114)  # General MIDI


def draw_car_horn(rng: np.random.Generator) -> dict:
    """Draw a horn: one or two reeds, a third to a fourth apart, with a resonating flare; lorries are lower."""
    low = float(rng.uniform(150, 260) if rng.random() < 0.25 else rng.uniform(300, 520))
    reeds = [low] if rng.random() < 0.25 else [low, low * float(rng.uniform(1.18, 1.34))]
    return {
        "reeds_hz": reeds,
        "reed_slope": float(rng.uniform(-6, 0)),
        "flare_hz": float(rng.uniform(900, 3200)),
        "flare": float(rng.uniform(1, 8)),
        "rise": float(rng.uniform(0.01, 0.06)),
        "count": (1, 4), "lasts": (0.12, float(rng.uniform(0.3, 2.2))), "gap": (0.08, 0.7),
    }  # fmt: skip


def play_car_horn(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise reeds that glide up to their pitch from slightly below."""
    time, tilt = np.arange(n) / sample_rate, slope(source["reed_slope"], corner=300)
    flare = peaks([source["flare_hz"]], [0.5 * source["flare_hz"]], [source["flare"]], floor=1.0)
    rising = 1 - 0.03 * np.exp(-time / source["rise"])
    reeds = (
        partials(reed * rising, lambda f: tilt(f) * flare(f), sample_rate=sample_rate) for reed in source["reeds_hz"]
    )
    return faded(sum(reeds), source["rise"], 0.04, sample_rate=sample_rate)


def draw_siren(rng: np.random.Generator) -> dict:
    """Draw a siren: a wail (slow), a yelp (fast) or two alternating tones, from a loudspeaker."""
    kind = str(rng.choice(("wail", "yelp", "hi-lo")))
    low = float(rng.uniform(380, 520) if kind == "hi-lo" else rng.uniform(420, 800))
    ratio = rng.uniform(1.2, 1.45) if kind == "hi-lo" else rng.uniform(1.6, 2.6)
    rates = {"wail": (0.12, 0.45), "yelp": (2.0, 4.5), "hi-lo": (0.6, 1.6)}[kind]
    return {
        "kind": kind,
        "low_hz": low,
        "high_hz": low * float(ratio),
        "rate_hz": float(rng.uniform(*rates)),
        "rising": float(rng.uniform(0.2, 0.7)),  # share of the period
        "speaker_hz": float(rng.uniform(700, 2500)),
        "speaker": float(rng.uniform(0.5, 6.0)),
        "tone_slope": float(rng.uniform(-14, -5)),
        "count": (1, 1), "lasts": (2.0, 3.9), "gap": (0.3, 1.0),
    }  # fmt: skip


def siren_pitch(source: dict, n: int, phase: float, *, sample_rate: int) -> np.ndarray:
    """Compute the frequency of a siren in Hz, (n,), starting at a phase of its period, 0 to 1."""
    place = (np.arange(n) / sample_rate * source["rate_hz"] + phase) % 1
    if source["kind"] == "hi-lo":
        return np.where(place < 0.5, source["low_hz"], source["high_hz"])
    rising = source["rising"]
    height = np.where(place < rising, place / rising, (1 - place) / (1 - rising))
    return source["low_hz"] * (source["high_hz"] / source["low_hz"]) ** (0.5 - 0.5 * np.cos(np.pi * height))


def play_siren(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise an excerpt from any phase of the period that approaches and recedes."""
    pitch, tilt = siren_pitch(source, n, rng.random(), sample_rate=sample_rate), slope(source["tone_slope"], corner=400)
    speaker = peaks([source["speaker_hz"]], [0.6 * source["speaker_hz"]], [source["speaker"]], floor=1.0)
    wave = partials(pitch, lambda f: tilt(f) * speaker(f), sample_rate=sample_rate)
    passing = 10 ** (-((np.arange(n) / n - rng.uniform(0, 1)) ** 2) * rng.uniform(0, 0.8))
    return faded(wave * passing, 0.1, 0.1, sample_rate=sample_rate)


def draw_children_playing(rng: np.random.Generator) -> dict:
    """Draw a few children with their pitches and vocal tracts, who call, laugh and scream."""
    children = int(rng.integers(2, 6))
    return {
        "pitch_hz": rng.uniform(230, 480, children).tolist(),
        "tract": rng.uniform(1.2, 1.6, children).tolist(),  # a man's formants times this
        "breath": rng.uniform(0.05, 0.5, children).tolist(),
        "laughs": float(rng.uniform(0.0, 0.4)),  # probability
        "screams": float(rng.uniform(0.0, 0.3)),
        "count": (4, 12), "lasts": (0.2, 0.9), "gap": (-0.19, float(rng.uniform(0.1, 0.5))),
    }  # fmt: skip


def play_children_playing(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise one child's call: a few syllables with vowels on a gliding pitch, a laugh, or a scream."""
    child, seconds = int(rng.integers(len(source["tract"]))), n / sample_rate
    how = rng.random()
    laugh = how < source["laughs"]
    scream = not laugh and how < source["laughs"] + source["screams"]
    syllables = max(1, round(seconds * (5.5 if laugh else 1 if scream else rng.uniform(2, 4.5))))
    place = np.arange(n) / n * syllables
    corners = np.arange(syllables + 1)
    height = source["pitch_hz"][child] * (rng.uniform(1.8, 2.6) if scream else rng.uniform(0.9, 1.4))
    steps = height * 2 ** (rng.normal(0, 3, syllables + 1) / 12)  # three semitones
    pitch = np.interp(place, corners, steps) * (1 + 0.008 * wander(n, 25.0, rng, sample_rate=sample_rate))
    spoken = np.full(syllables + 1, rng.integers(5)) if laugh or scream else rng.integers(0, 5, syllables + 1)
    courses = [source["tract"][child] * np.interp(place, corners, np.array(VOWELS)[spoken, i]) for i in range(3)]
    voice = partials(pitch, formants([sparse(c) for c in courses], (110, 150, 220)), sample_rate=sample_rate)
    tract = formants([float(course.mean()) for course in courses], (200, 250, 300))
    breath = coloured(n, lambda f: f * tract(f), rng, sample_rate=sample_rate)
    closing = 1 - rng.uniform(0.5, 0.95) * np.cos(np.pi * place) ** 8  # between syllables
    wave = (voice + source["breath"][child] * (2 if laugh else 1) * breath) * closing
    return faded(wave, 0.03, 0.08, sample_rate=sample_rate)


def draw_dog_bark(rng: np.random.Generator) -> dict:
    """Draw a dog from small (0) to large (1); a larger dog has lower pitch and formants and longer barks."""
    size, lasts = float(rng.random()), 0.0
    lasts = 0.09 + 0.12 * size * float(rng.uniform(0.6, 1.4))
    return {
        "size": size,
        "pitch_hz": float(900 * 4 ** -(size + rng.normal(0, 0.1))),
        "formants_hz": [float(f * rng.uniform(0.85, 1.15) * 2.2**-size) for f in (1300, 2700, 4400)],
        "harsh": float(rng.uniform(0.15, 1.5)),
        "arch": float(rng.uniform(0.1, 0.6)),
        "count": (1, 9), "lasts": (0.8 * lasts, 1.5 * lasts), "gap": (0.06, float(rng.uniform(0.15, 0.9))),
    }  # fmt: skip


def play_dog_bark(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise a bark with a rising and falling pitch and the dog's harshness."""
    place = np.arange(n) / n
    arch = 1 - source["arch"] * np.abs(place - 0.3) ** 1.3 / 0.7
    rough = 1 + 0.03 * source["harsh"] * wander(n, 200.0, rng, sample_rate=sample_rate)
    pitch = source["pitch_hz"] * rng.uniform(0.92, 1.08) * arch * rough
    tract = formants(source["formants_hz"], (180, 260, 400))
    wave = partials(pitch, tract, sample_rate=sample_rate)
    wave = wave + source["harsh"] * coloured(n, lambda f: 0.02 * f * tract(f), rng, sample_rate=sample_rate)
    return faded(wave * np.exp(-3 * np.maximum(place - 0.3, 0)), 0.012, 0.04, sample_rate=sample_rate)


def draw_street_music(rng: np.random.Generator) -> dict:
    """Draw one to three street musicians with their instruments and a rhythm."""
    style = str(rng.choice(list(STYLES)))
    parts = ((MELODY,), (COMP,), (MELODY, COMP), (MELODY, COMP), (MELODY, DRUM), (COMP, DRUM), (MELODY, COMP, BASS))
    players = list(parts[int(rng.integers(len(parts)))])
    return {
        "style": style,
        "pattern": int(rng.integers(5)),
        "players": players,
        "programs": [32 if player == BASS else 0 if player == DRUM else int(rng.choice(BUSKERS)) for player in players],
        "levels": [int(level) for level in rng.integers(70, 115, len(players))],
        "distance_hz": float(rng.uniform(1200, 6000)),  # cutoff of the high frequencies
        "count": (1, 1), "lasts": (2.0, 3.9), "gap": (0.3, 1.0),
    }  # fmt: skip


def play_street_music(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise a distant excerpt of a piece with the players' rhythm."""
    style, seconds = STYLES[source["style"]], n / sample_rate + 0.5
    groove = vary(style, written(style, source["pattern"]), rng)
    passages = [compose(style, groove, rng, seconds=seconds) for _ in range(4)]
    heard = [tuple(note for note in music.notes if note.channel in source["players"]) for music in passages]
    # players pause sometimes: choose the excerpt in which most quarter seconds have an onset
    notes = max(heard, key=lambda notes: len({int(4 * note.start) for note in notes}))
    programs = dict(zip(source["players"], source["programs"], strict=True))
    levels = dict(zip(source["players"], source["levels"], strict=True))
    piece = replace(passages[0], notes=notes, programs=programs, levels=levels)
    wave = synth.render(piece, seconds=seconds, sample_rate=sample_rate)[-n:]
    far = signal.lfilter(*signal.butter(1, min(source["distance_hz"], 0.49 * sample_rate), fs=sample_rate), wave)
    return faded(far, 0.08, 0.15, sample_rate=sample_rate)
