"""Synthesise the background of an event from the name of a scene.

The parameters of a scene are drawn again for each clip, so no background is used twice.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from .callers import VOWELS
from .sounds import coloured, faded, partials, peaks, regular, ringing, slope, strokes, struck, unit, wander


def quiet_room(n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise air noise, some mains hum, and occasional knocks."""
    air = coloured(n, slope(rng.uniform(-6, -2)), rng, sample_rate=sample_rate)
    mains = partials(np.full(n, rng.choice((50.0, 60.0))), slope(rng.uniform(-6, -1)), sample_rate=sample_rate, most=16)
    knocks = np.zeros(n)
    for _ in range(rng.poisson(0.3 * n / sample_rate)):
        body = ringing(rng.uniform(120, 2500, 4), rng.uniform(0.005, 0.04, 4), rng.random(4), sample_rate=sample_rate)
        knocks += struck(strokes(rng.uniform(0, n, 1) / sample_rate, n, sample_rate=sample_rate), unit(body))
    return air + rng.uniform(0, 0.8) * mains + rng.uniform(0.3, 1.5) * knocks


def traffic(n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise a street's rumble and passing cars with tyres and engine."""
    time = np.arange(n) / sample_rate
    wave = coloured(n, slope(rng.uniform(-9, -5)), rng, sample_rate=sample_rate)
    for _ in range(1 + rng.poisson(0.4 * n / sample_rate)):
        nearest, distance = rng.uniform(-1, n / sample_rate + 1), rng.uniform(0.4, 2.0)  # seconds at the car's speed
        near = 1 / (1 + ((time - nearest) / distance) ** 2)
        tyres = coloured(n, peaks([rng.uniform(500, 1100)], [900], [1.0], floor=0.05), rng, sample_rate=sample_rate)
        doppler = 1 - 0.04 * np.tanh((time - nearest) / distance)
        engine = partials(rng.uniform(50, 130) * doppler, slope(-8), sample_rate=sample_rate, most=12)
        wave += near * (rng.uniform(0.3, 1.2) * tyres + rng.uniform(0.1, 0.8) * engine)
    return wave


def wind(n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise gusts: low noise that becomes louder and brighter, then fades."""
    gust = np.exp(0.6 * wander(n, rng.uniform(0.8, 2.5), rng, sample_rate=sample_rate))
    low = coloured(n, slope(rng.uniform(-12, -7), corner=rng.uniform(60, 200)), rng, sample_rate=sample_rate)
    centre = rng.uniform(300, 1200)
    howl = coloured(n, peaks([centre], [0.3 * centre], [1.0]), rng, sample_rate=sample_rate)
    leaves = coloured(n, peaks([rng.uniform(2500, 5000)], [3000], [1.0]), rng, sample_rate=sample_rate)
    return gust * low + gust**2 * (rng.uniform(0, 0.3) * howl + rng.uniform(0, 0.4) * leaves)


def rain(n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise distant drops as a hiss, and single near drops on a few surfaces."""
    wave = coloured(n, peaks([rng.uniform(2000, 6000)], [5000], [1.0], floor=0.2), rng, sample_rate=sample_rate)
    for _ in range(int(rng.integers(2, 7))):
        count = rng.poisson(rng.uniform(3, 60) * n / sample_rate)
        times, levels = rng.uniform(0, n / sample_rate, count), rng.lognormal(0, 0.8, count)
        hit = ringing(rng.uniform(500, 7000, 5), rng.uniform(0.0005, 0.005, 5), rng.random(5), sample_rate=sample_rate)
        drops = struck(strokes(times, n, levels=levels, sample_rate=sample_rate), hit)
        wave += rng.uniform(0.1, 0.6) * unit(drops)
    return wave


def babble(n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise many people talking at once in a hall."""
    spoken = np.zeros((len(VOWELS), n))  # pulses of all voices per vowel, which share one vocal tract
    for _ in range(int(rng.integers(5, 16))):
        syllables = int(n / sample_rate * rng.uniform(3, 6)) + 2
        octaves = np.interp(np.arange(n) / n * syllables, np.arange(syllables + 1), rng.normal(0, 0.2, syllables + 1))
        turns = np.cumsum(rng.uniform(85, 260) * 2**octaves) / sample_rate + rng.random()
        at = np.flatnonzero(np.diff(np.floor(turns), prepend=0) > 0)  # the glottis closes
        said, part = np.divmod(at / n * syllables, 1)
        loud = rng.uniform(0.4, 1.0, syllables) * (rng.random(syllables) < 0.8)
        vowel = rng.integers(0, len(VOWELS), syllables)
        spoken[vowel[said.astype(int)], at] += rng.uniform(0.3, 1.0) * loud[said.astype(int)] * np.sin(np.pi * part)
    tract, voices = rng.uniform(0.95, 1.2), np.zeros(n)
    for vowel, pulses in zip(VOWELS, spoken, strict=True):
        modes = [tract * mode for mode in vowel]
        voices += struck(pulses, ringing(modes, [0.004] * 3, [1.0, 0.5, 0.2], sample_rate=sample_rate))
    time = np.arange(round(0.5 * sample_rate)) / sample_rate
    hall = struck(voices, rng.standard_normal(len(time)) * np.exp(-time / 0.1))
    air = coloured(n, slope(-5), rng, sample_rate=sample_rate)
    return unit(voices) + rng.uniform(0.3, 1.0) * unit(hall) + 0.1 * air


def park(n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise birds, each with a song of a few glides, over a breeze."""
    wave = coloured(n, slope(rng.uniform(-7, -3), corner=100), rng, sample_rate=sample_rate)
    for _ in range(int(rng.integers(1, 5))):
        centre, span, length = rng.uniform(2000, 5500), rng.normal(0, 0.3), rng.uniform(0.04, 0.2)
        level, trill = rng.uniform(0.3, 2.5), rng.uniform(0, 0.08)
        begin = rng.uniform(0, 1)
        while begin + length < n / sample_rate:
            size = round(length * sample_rate)
            place = np.arange(size) / size
            pitch = centre * 2 ** (span * place + trill * np.sin(2 * np.pi * 40 * length * place))
            at = round(begin * sample_rate)
            note = partials(pitch, slope(-18, corner=1000), sample_rate=sample_rate, most=2)
            wave[at : at + size] += level * faded(note, 0.01, 0.01, sample_rate=sample_rate)[: n - at]
            begin += length + (rng.uniform(0.03, 0.1) if rng.random() < 0.7 else rng.uniform(0.4, 1.5))
    return wave


def train(n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise a railway carriage: rumble, the motor's tone, and pairs of knocks at the rail joints."""
    rumble = coloured(n, slope(rng.uniform(-10, -6), corner=rng.uniform(60, 160)), rng, sample_rate=sample_rate)
    motor = rng.uniform(150, 700) * (1 + rng.uniform(-0.05, 0.05) * np.arange(n) / n)
    tone = partials(motor, slope(-9, corner=300), sample_rate=sample_rate, most=6)
    joints = regular(rng.uniform(0.5, 1.5), n / sample_rate, 0.01, rng)
    pairs = np.concatenate([joints, joints + rng.uniform(0.12, 0.25)])
    rails = ringing(rng.uniform(80, 900, 4), rng.uniform(0.01, 0.05, 4), rng.random(4), sample_rate=sample_rate)
    knocks = struck(strokes(pairs, n, sample_rate=sample_rate), rails)
    return rumble + rng.uniform(0, 0.6) * tone + rng.uniform(0.3, 1.2) * unit(knocks)


def beach(n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise overlapping waves that roll in, break and draw back."""
    time, wave = np.arange(n) / sample_rate, np.zeros(n)
    for _ in range(2 + int(0.4 * n / sample_rate)):
        crest, rise = rng.uniform(-2, n / sample_rate + 1), rng.uniform(0.3, 1.2)  # seconds
        shape = np.where(time < crest, np.exp((time - crest) / rise), np.exp((crest - time) / (3 * rise)))
        surf = coloured(n, slope(rng.uniform(-5, -1), corner=rng.uniform(200, 800)), rng, sample_rate=sample_rate)
        wave += rng.uniform(0.3, 1.0) * shape * surf
    return wave + 0.15 * coloured(n, slope(-6), rng, sample_rate=sample_rate)


SCENES = {
    "babble": babble, "beach": beach, "park": park, "quiet_room": quiet_room, "rain": rain, "traffic": traffic,
    "train": train, "wind": wind,
}  # fmt: skip


def background(scene: str, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise a scene of `SCENES`, (n,) with a mean square of 1; it contains no event."""
    wave = SCENES[scene](n, rng, sample_rate=sample_rate)
    return unit(signal.lfilter(*signal.butter(1, 30, "highpass", fs=sample_rate), wave))
