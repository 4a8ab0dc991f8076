"""Compose and sing phrases with a known score on first use: syllables of consonants and vowels, one voice each.

A singer is a range, a vocal tract, a vibrato, a breath and a room. A phrase is a melody in beats with one syllable per
note, or several notes per syllable, which change the pitch without a new syllable. What is sung deviates from the
score: each syllable's duration by a factor, and there are breaths between syllables.

A voiced sound is a sum of partials with the formants of the vowels (after Peterson & Barney, "Control methods used in a
study of the vowels", JASA 1952), which move from syllable to syllable. Nasals and liquids are voiced and softer;
plosives are a silence and a burst, fricatives noise. A syllable starts with its consonant.

Folds contain complete singers. Shared by all parts: vowels, consonants and the rules.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from scipy import signal

from ..clip import Card, Clip
from . import shelf
from .everyday.sounds import coloured, formants, partials, peaks, sparse, wander

# Increase after any change of a rule, a table or the sound, so that clips of other versions are not used.
COMPOSITION_VERSION = 2

CARD = Card(
    name="rendered_singing",
    title="Sung phrases with a known score, composed and synthesised by rule",
    task="find the onsets of the syllables of a phrase, with or without the durations of its score; label the phoneme "
    "of every frame",
    proxy_for="the jingju a cappella recordings of chapter III (EUSIPCO and ISMIR 2017)",
    cannot_show="how a system performs on recordings: ten voices of one kind of synthesis, no words, no ornaments but "
    "vibrato and glides, no noise but a room; onsets are exact, where annotators differ",
    licence="rendered locally; no recordings are used",
    source="thesis_lib.datasets.rendered; formants after Peterson & Barney, JASA 1952",
    chapters=("III",),
    sounds="singing",
    rendered=True,
    one_label=False,
    has=("onsets", "segments"),
)

SINGERS, N_FOLDS = 10, 5
# Formants in Hz of a man's vocal tract.
VOWELS = {
    "a": (730, 1090, 2440, 3400), "e": (530, 1840, 2480, 3500), "i": (270, 2290, 3010, 3600),
    "o": (570, 840, 2410, 3300), "u": (300, 870, 2240, 3200), "y": (300, 1700, 2200, 3300),
}  # fmt: skip
# Kind of each consonant, then the centre in Hz of its noise, or None; "" is no consonant.
CONSONANTS = {
    "": ("none", None), "m": ("voiced", None), "n": ("voiced", None), "l": ("voiced", None), "w": ("voiced", None),
    "b": ("burst", 900), "d": ("burst", 3000), "g": ("burst", 1800), "p": ("burst", 1100), "t": ("burst", 3800),
    "k": ("burst", 2100), "s": ("noise", 6500), "sh": ("noise", 3200), "f": ("noise", 5000), "h": ("noise", 1500),
}  # fmt: skip
LASTS = {"none": 0.0, "voiced": 0.08, "burst": 0.07, "noise": 0.11}  # seconds of a consonant
BEATS = (0.5, 0.5, 1.0, 1.0, 1.0, 1.5, 2.0)  # of a note
SCALE = (0, 2, 4, 7, 9)  # semitones
DEVIATION = 0.18  # standard deviation of the logarithm of a syllable's duration, relative to the score
GLIDE = 0.07  # seconds from pitch to pitch
CONTROL = 200  # values of pitch and formants per second


def clips(
    data_home: Path | None = None, *, n: int = 60, seconds: float = 8.0, seed: int = 0, sample_rate: int = 22_050
) -> list[Clip]:
    """Return the phrases; sing those that do not exist yet.

    Phrase k does not depend on the number of phrases. An interrupted rendering continues.

    Args:
        data_home: folder for the audio; by default `rendered_singing` in the cache.
        n: number of phrases. Phrase k is of singer k % 10.
        seconds: about the duration of a phrase.
        seed: random seed.
        sample_rate: in Hz, at least 16,000.

    Returns:
        The phrases with onsets in seconds, durations in beats and phonemes; a clip's group is its singer.

    Raises:
        ValueError: a setting is out of range.
    """
    if n < SINGERS or not 2 <= seconds <= 60 or not 16_000 <= sample_rate <= 96_000 or seed < 0:
        raise ValueError(
            f"rendered_singing needs n from {SINGERS}, seconds from 2 to 60, sample_rate from 16000 to 96000 and "
            f"a seed from 0; got n={n}, seconds={seconds}, sample_rate={sample_rate}, seed={seed}."
        )
    settings = {"seed": seed, "seconds": seconds, "sample_rate": sample_rate}
    folder = shelf.place(CARD.name, data_home, COMPOSITION_VERSION, **settings)
    keys = {f"singer-{k % SINGERS}-{k // SINGERS:04d}.flac": k for k in range(n)}
    make = partial(_make, **settings)
    truths = shelf.shelve(folder, keys, make, sample_rate=sample_rate, title="rendering singing")
    return [
        Clip(
            folder / name, (), fold=1 + k % SINGERS % N_FOLDS, group=f"singer {k % SINGERS}",
            onsets=tuple(truths[name]["onsets"]), durations=tuple(truths[name]["beats"]),
            segments=tuple((start, end, symbol) for start, end, symbol in truths[name]["phonemes"]),
        )
        for name, k in keys.items()
    ]  # fmt: skip


def singer(number: int, seed: int) -> dict:
    """Draw a singer: pitch of the lowest note, vocal tract (smaller is longer), vibrato, breath, loudness and room."""
    rng = np.random.default_rng([seed, 1, number])
    high = number % 2
    return {
        "lowest": float(rng.uniform(57, 64) if high else rng.uniform(45, 52)),  # MIDI
        "tract": float(rng.uniform(1.08, 1.2) if high else rng.uniform(0.92, 1.05)),
        "vibrato_hz": float(rng.uniform(4.8, 6.5)),
        "vibrato": float(rng.uniform(0.1, 0.6)),  # semitones
        "breath": float(rng.uniform(0.005, 0.03)),
        "consonants": float(rng.uniform(0.1, 0.5)),  # level of noise and bursts, relative to a vowel
        "legato": float(rng.uniform(0.4, 0.95)),  # level of the voice between two syllables without a consonant
        "room_s": float(rng.uniform(0.2, 0.9)),
        "room": float(rng.uniform(0.05, 0.35)),
    }


def compose(rng: np.random.Generator, seconds: float) -> list[dict]:
    """Compose the syllables of a phrase.

    Returns:
        One dict per syllable: consonant, vowel, beats (of the score), notes (pairs of semitones above the singer's
        lowest note and share of the syllable), onset and lasts (sung, in seconds), breath (seconds of silence after).
    """
    beat, place, syllables, now = 60 / rng.uniform(60, 105), int(rng.integers(2, 6)), [], float(rng.uniform(0.1, 0.4))
    while now < seconds - 1.0:
        beats, n_notes = float(rng.choice(BEATS)), 1 + int(rng.random() < 0.25) * int(rng.integers(1, 3))
        notes = []
        for share in rng.dirichlet(np.full(n_notes, 6.0)):
            place = int(np.clip(place + rng.integers(-2, 3), 0, 9))
            notes.append((12 * (place // 5) + SCALE[place % 5], float(share)))
        lasts = max(beats * n_notes**0.5 * beat * np.exp(rng.normal(0, DEVIATION)), 0.22)
        breath = float(rng.uniform(0.1, 0.35)) if rng.random() < 0.15 else 0.0
        syllables.append(
            {"consonant": str(rng.choice(list(CONSONANTS))), "vowel": str(rng.choice(list(VOWELS)))}
            | {"beats": round(beats * n_notes**0.5, 3), "notes": notes, "onset": now, "lasts": float(lasts)}
            | {"breath": breath}
        )
        now += float(lasts) + breath
    return syllables


def phonemes(syllables: list[dict]) -> list[tuple[float, float, str]]:
    """Return start and end in seconds and symbol of each consonant, vowel and breath, whose symbol is ""."""
    found = []
    for one in syllables:
        start, end = one["onset"], one["onset"] + one["lasts"]
        vowel = start + LASTS[CONSONANTS[one["consonant"]][0]]
        parts = [
            (start, vowel, one["consonant"]), (vowel, end, one["vowel"]), (end, end + one["breath"], "")
        ]  # fmt: skip
        found += [(round(on, 4), round(off, 4), symbol) for on, off, symbol in parts if off > on]
    return found


def sing(syllables: list[dict], voice: dict, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise a phrase: (samples,)."""
    last = syllables[-1]
    n = round((last["onset"] + last["lasts"] + 0.4) * sample_rate)
    pitch, tract, level = _curves(syllables, voice, n / sample_rate, rng)
    times = np.arange(n) / sample_rate
    at = np.arange(len(level)) / CONTROL
    hertz = 440 * 2 ** ((np.interp(times, at, pitch) - 69) / 12)
    centres = [sparse(np.interp(times, at, one)) for one in tract]
    voiced = partials(hertz, formants(centres, (80, 100, 140, 200)), sample_rate=sample_rate)
    level = np.interp(times, at, level)
    air = coloured(n, peaks((1500, 3500), (2000, 3000), (1.0, 0.6)), rng, sample_rate=sample_rate)
    wave = level * (voiced + voice["breath"] * air)
    for one in syllables:
        _add_noise(wave, one, voice, rng, sample_rate=sample_rate)
    size = round(voice["room_s"] * sample_rate)
    room = rng.standard_normal(size) * 10 ** (-3 * np.arange(size) / size)
    return wave + voice["room"] * signal.fftconvolve(wave, room / np.linalg.norm(room))[:n]


def _curves(syllables: list[dict], voice: dict, seconds: float, rng: np.random.Generator):
    """Draw pitch (MIDI), formants (Hz) and level of the voice, `CONTROL` values per second."""
    n = int(seconds * CONTROL) + 2
    at = np.arange(n) / CONTROL
    pitch, level = np.zeros(n), np.zeros(n)
    tract = np.zeros((4, n))
    for one in syllables:
        start, end = one["onset"], one["onset"] + one["lasts"]
        kind = CONSONANTS[one["consonant"]][0]
        vowel = start + LASTS[kind]
        now = start
        for semitones, share in one["notes"]:
            pitch[at >= now] = voice["lowest"] + semitones
            now += share * one["lasts"]
        tract[:, at >= start] = voice["tract"] * np.array(VOWELS[one["vowel"]])[:, None]
        inside = (at >= vowel) & (at < end)
        level[inside] = 1.0
        if kind == "voiced":
            hum = (at >= start) & (at < vowel)
            level[hum], tract[:, hum] = 0.35, voice["tract"] * np.array([[280], [1100], [2300], [3300]])
        elif kind == "none":
            level[(at >= start - 0.02) & (at < start + 0.03)] = voice["legato"] if start > 0.5 else 0.3
    pitch[at < syllables[0]["onset"]] = voice["lowest"] + syllables[0]["notes"][0][0]
    tract[:, at < syllables[0]["onset"]] = tract[:, [int(syllables[0]["onset"] * CONTROL) + 1]]
    cycles = np.cumsum(voice["vibrato_hz"] * (1 + 0.05 * rng.normal(size=n))) / CONTROL
    vibrato = voice["vibrato"] * np.sin(2 * np.pi * cycles)
    drift = 0.1 * wander(n, 3.0, rng, sample_rate=CONTROL)
    tremble = 1 + 0.06 * wander(n, 4.0, rng, sample_rate=CONTROL)
    tract = [_smooth(one, 0.05) for one in tract]
    return _smooth(pitch, GLIDE) + vibrato + drift, tract, _smooth(level, 0.03) * tremble


def _smooth(curve: np.ndarray, seconds: float) -> np.ndarray:
    window = np.hanning(int(seconds * CONTROL) + 3)[1:-1]
    half = len(window) // 2
    padded = np.pad(curve, (half, len(window) - 1 - half), mode="edge")
    return np.convolve(padded, window / window.sum(), mode="valid")


def _add_noise(wave: np.ndarray, one: dict, voice: dict, rng: np.random.Generator, *, sample_rate: int) -> None:
    """Add the noise of a fricative or the burst of a plosive to a waveform, in place."""
    kind, centre = CONSONANTS[one["consonant"]]
    if centre is None:
        return
    n = round(LASTS[kind] * sample_rate)
    noise = coloured(n, peaks((min(centre, 0.4 * sample_rate),), (0.5 * centre,), (1.0,)), rng, sample_rate=sample_rate)
    shape = np.hanning(n)
    if kind == "burst":  # after a closure of 30 ms
        shape = np.exp(-np.maximum(np.arange(n) / sample_rate - 0.03, 0) / 0.012) * (np.arange(n) > 0.03 * sample_rate)
    start = round(one["onset"] * sample_rate)
    wave[start : start + n] += (voice["consonants"] * noise * shape)[: len(wave) - start]


def _make(key: int, *, seed: int, seconds: float, sample_rate: int) -> tuple[np.ndarray, dict]:
    rng = np.random.default_rng([seed, 2, key])
    voice = singer(key % SINGERS, seed)
    syllables = compose(rng, seconds)
    wave = sing(syllables, voice, rng, sample_rate=sample_rate)
    wave = 10 ** (rng.uniform(-9, -1) / 20) * wave / np.abs(wave).max()
    onsets = [round(one["onset"], 4) for one in syllables]
    beats = [one["beats"] for one in syllables]
    truth = {"singer": key % SINGERS, "onsets": onsets, "beats": beats, "phonemes": phonemes(syllables)}
    return wave.astype(np.float32), truth
