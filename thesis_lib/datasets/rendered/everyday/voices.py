"""Draw and play second models of sources with a voice: a playground, hoarse dogs, and a player of tuned steel.

Each model has two functions, as in `machines`: one draws a source, the other plays it once for a number of samples.
"""

from __future__ import annotations

import numpy as np

from . import callers
from .sounds import coloured, faded, formants, peaks, ringing, strokes, struck, unit, wander

SCALES = ((0, 2, 4, 7, 9), (0, 3, 5, 7, 10), (0, 2, 3, 7, 8), (0, 1, 5, 7, 8))  # pentatonic, in semitones
STEEL = ((1.0, 2.0, 3.0, 4.2), (1.0, 2.76, 5.4, 8.93), (1.0, 4.0, 9.9, 18.0))  # partials: pan, bar, tuned bar


def draw_playground(rng: np.random.Generator) -> dict:
    """Draw many children at a distance, who shout and scream at once, run and clap."""
    return callers.draw_children_playing(rng) | {
        "pitch_hz": rng.uniform(230, 480, 12).tolist(),
        "tract": rng.uniform(1.2, 1.6, 12).tolist(),
        "breath": rng.uniform(0.05, 0.5, 12).tolist(),
        "screams": float(rng.uniform(0.2, 0.6)),
        "voices": float(rng.uniform(4, 10)),  # calls per second
        "feet": float(rng.uniform(0.1, 1.0)),
        "steps_hz": float(rng.uniform(4, 9)),
        "ground_hz": float(rng.uniform(80, 300)),
        "murmur": float(rng.uniform(0.3, 1.2)),
        "count": (1, 1), "lasts": (2.0, 3.9), "gap": (0.3, 1.0),
    }  # fmt: skip


def play_playground(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise overlapping calls at different distances, a murmur of voices, and feet."""
    wave = np.zeros(n)
    for _ in range(max(2, round(source["voices"] * n / sample_rate))):
        size = min(n, round(rng.uniform(0.2, 0.7) * sample_rate))
        call = unit(callers.play_children_playing(source, size, rng, sample_rate=sample_rate))
        onset = int(rng.integers(0, n - size + 1))
        wave[onset : onset + size] += 10 ** (rng.uniform(-15, 0) / 20) * call
    tract = formants([1.4 * f for f in (530, 1840, 2480)], (300, 400, 500))
    murmur = coloured(n, lambda f: f * tract(f), rng, sample_rate=sample_rate)
    murmur = murmur * (1 + 0.3 * wander(n, 5.0, rng, sample_rate=sample_rate))
    times = rng.uniform(0, n / sample_rate, rng.poisson(source["steps_hz"] * n / sample_rate))
    feet = strokes(times, n, levels=rng.uniform(0.2, 1.0, len(times)), sample_rate=sample_rate)
    feet = struck(feet, ringing([source["ground_hz"], 1100.0], [0.015, 0.004], [1.0, 0.4], sample_rate=sample_rate))
    wave = unit(wave) + source["murmur"] * murmur + source["feet"] * unit(feet)
    return faded(wave, 0.15, 0.15, sample_rate=sample_rate)


def draw_hoarse_dog(rng: np.random.Generator) -> dict:
    """Draw a dog whose folds beat irregularly: single low pulses that its vocal tract rings to, and much air."""
    size = float(rng.random())
    lasts = 0.14 + 0.2 * size * float(rng.uniform(0.6, 1.4))
    return {
        "size": size,
        "pulses_hz": float(170 * 3 ** -(size + rng.normal(0, 0.1))),
        "irregular": float(rng.uniform(0.05, 0.35)),
        "formants_hz": [float(f * rng.uniform(0.85, 1.15) * 1.8**-size) for f in (900, 2100, 3600)],
        "formants_decay": rng.uniform(0.001, 0.004, 3).tolist(),  # seconds
        "air": float(rng.uniform(0.3, 1.5)),
        "growl": float(rng.uniform(0.0, 0.6)),  # probability of a long growl
        "count": (1, 7), "lasts": (0.8 * lasts, 1.6 * lasts), "gap": (0.08, float(rng.uniform(0.2, 0.9))),
    }  # fmt: skip


def play_hoarse_dog(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise irregular pulses that speed up and slow down in a bark, or tremble in a growl."""
    place, growl = np.arange(n) / n, rng.random() < source["growl"]
    course = 0.6 + 0.05 * wander(n, 8.0, rng, sample_rate=sample_rate) if growl else 1.2 - 0.6 * np.abs(place - 0.3)
    cycles = np.cumsum(source["pulses_hz"] * course) / sample_rate
    whole = np.arange(int(cycles[-1]) + 1)
    times = np.interp(whole + source["irregular"] * rng.standard_normal(len(whole)), cycles, np.arange(n)) / sample_rate
    levels = np.maximum(1 + source["irregular"] * rng.standard_normal(len(times)), 0.2)
    tract = ringing(source["formants_hz"], source["formants_decay"], [1.0, 0.6, 0.35], sample_rate=sample_rate)
    voice = unit(struck(strokes(times, n, levels=levels, sample_rate=sample_rate), tract))
    widths = [0.4 * f for f in source["formants_hz"]]
    air = coloured(n, peaks(source["formants_hz"], widths, [1.0, 0.8, 0.6], floor=0.05), rng, sample_rate=sample_rate)
    burst = np.exp(-np.arange(n) / (0.03 * sample_rate))  # the mouth opens
    wave = voice + source["air"] * air * (0.4 + burst)
    shape = 1.0 if growl else np.exp(-4 * np.maximum(place - 0.25, 0))
    return faded(wave * shape, 0.01, 0.05, sample_rate=sample_rate)


def draw_steel_player(rng: np.random.Generator) -> dict:
    """Draw a player of a steel pan, a glockenspiel or a marimba with a scale and a figure that repeats."""
    steps = int(rng.choice((6, 8, 12, 16)))
    tonic, scale = float(rng.uniform(150, 500)), SCALES[int(rng.integers(len(SCALES)))]
    return {
        "tones_hz": [tonic * 2 ** ((scale[k % 5] + 12 * (k // 5)) / 12) for k in range(9)],
        "partials": list(STEEL[int(rng.integers(len(STEEL)))]),
        "ring": float(rng.uniform(0.08, 0.8)),  # seconds to 1/e of the lowest partial
        "mallet": float(rng.uniform(0.05, 0.6)),  # level of each partial relative to the one below
        "steps_hz": float(rng.uniform(3.5, 9)),
        "figure": [int(k) for k in np.where(rng.random(steps) < 0.7, rng.integers(0, 9, steps), -1)],  # -1 is a rest
        "drone": int(rng.integers(2)),  # whether the lowest tone marks every fourth step
        "count": (1, 1), "lasts": (2.0, 3.9), "gap": (0.3, 1.0),
    }  # fmt: skip


def play_steel_player(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise the figure from any of its steps, in which tones change sometimes."""
    steps = int(n / sample_rate * source["steps_hz"]) + 1
    figure = np.array(source["figure"])[
        (np.arange(steps) + rng.integers(len(source["figure"]))) % len(source["figure"])
    ]
    figure = np.where(rng.random(steps) < 0.1, rng.integers(0, 9, steps), figure)
    figure[0] = max(figure[0], 0)
    times = (np.arange(steps) + 0.02 * rng.standard_normal(steps)) / source["steps_hz"] + 0.01
    levels, wave = rng.uniform(0.5, 1.0, steps), np.zeros(n)
    for number, tone in enumerate(source["tones_hz"]):
        played = (figure == number) | ((number == 0) & (source["drone"] == 1) & (np.arange(steps) % 4 == 0))
        if not played.any():
            continue
        modes = [tone * ratio for ratio in source["partials"]]
        decays = [source["ring"] / ratio**0.7 for ratio in source["partials"]]
        bar = ringing(modes, decays, [source["mallet"] ** k for k in range(len(modes))], sample_rate=sample_rate)
        wave += struck(strokes(times[played], n, levels=levels[played], sample_rate=sample_rate), bar)
    return faded(wave, 0.0, 0.15, sample_rate=sample_rate)
