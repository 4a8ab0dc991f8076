"""Draw and play second models of sources that are driven by compressed air: lorry horns, rotor sirens, compressors.

Each model has two functions, as in `machines`: one draws a source, the other plays it once for a number of samples.
"""

from __future__ import annotations

import numpy as np

from .sounds import coloured, faded, partials, peaks, regular, ringing, slope, sparse, strokes, struck, unit, wander

CHORDS = ((1.0,), (1.0, 1.25), (1.0, 1.26, 1.5), (1.0, 1.19, 1.41, 1.68), (1.0, 1.2, 1.5, 1.8, 2.0))  # of trumpets


def draw_air_horn(rng: np.random.Generator) -> dict:
    """Draw the trumpets of a lorry, a ship or a train: a chord of one to five, blown by one valve."""
    low = float(rng.uniform(110, 380))
    return {
        "trumpets_hz": [low * ratio for ratio in CHORDS[int(rng.integers(len(CHORDS)))]],
        "bright": float(rng.uniform(-7, -1)),  # dB per octave at full pressure
        "pressure": float(rng.uniform(0.05, 0.3)),  # seconds to build up
        "bell_hz": float(rng.uniform(500, 1600)),
        "breath": float(rng.uniform(0.05, 0.5)),
        "count": (1, 3), "lasts": (0.4, float(rng.uniform(0.9, 3.0))), "gap": (0.1, 0.7),
    }  # fmt: skip


def play_air_horn(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise trumpets that become brighter and slightly higher with the pressure, and sag when it falls."""
    time = np.arange(n) / sample_rate
    left = (time[-1] - time) / source["pressure"]
    pressure = (1 - np.exp(-time / source["pressure"])) * (1 - np.exp(-3 * left))
    at = sparse(pressure)  # (C,)
    dull = 12 * (1 - at) - source["bright"]  # dB per octave of fall

    def gain(f: np.ndarray) -> np.ndarray:  # (K, C)
        return np.maximum(f / source["bell_hz"], 1.0) ** (-dull / 6.02) * np.minimum(f / source["bell_hz"], 1.0) ** 0.7

    detuned = [hz * (1 + 0.004 * rng.standard_normal()) for hz in source["trumpets_hz"]]
    tones = (partials(hz * (0.95 + 0.05 * pressure), gain, sample_rate=sample_rate) for hz in detuned)
    breath = coloured(n, peaks([2 * source["bell_hz"]], [source["bell_hz"]], [1.0]), rng, sample_rate=sample_rate)
    wave = unit(sum(tones)) + source["breath"] * breath
    return faded(wave * pressure, 0.01, 0.03, sample_rate=sample_rate)


def draw_rotor_siren(rng: np.random.Generator) -> dict:
    """Draw a motor siren: a rotor whose ports cut the air, perhaps with a second row of ports."""
    top = float(rng.uniform(350, 900))
    return {
        # at full speed
        "ports_hz": [top] if rng.random() < 0.4 else [top, top * float(rng.choice((5 / 6, 4 / 5, 3 / 4)))],
        "spin_up": float(rng.uniform(0.8, 3.0)),  # seconds to 63 % of the speed
        "coast": float(rng.uniform(1.5, 5.0)),  # seconds in which the speed falls to 37 %
        "power": float(rng.uniform(2.0, 5.0)),  # seconds between two times the motor is switched on
        "port_slope": float(rng.uniform(-8, -3)),
        "horn_hz": float(rng.uniform(400, 1200)),
        "rush": float(rng.uniform(0.1, 0.6)),  # of air
        "count": (1, 1), "lasts": (2.0, 3.9), "gap": (0.3, 1.0),
    }  # fmt: skip


def rotor_speed(source: dict, n: int, phase: float, *, sample_rate: int) -> np.ndarray:
    """Compute the speed of a rotor relative to the highest, (n,), from a phase of its cycle of power, 0 to 1."""
    step = 1 / 50  # seconds
    time = np.arange(int(n / sample_rate / step) + 2) * step + phase * source["power"]
    powered = time // (source["power"] / 2) % 2 == 0
    speed, found = 0.5 + 0.5 * phase, []
    for on in powered:
        found.append(speed)
        speed += step * ((1 - speed) / source["spin_up"] if on else -speed / source["coast"])
    return np.interp(np.arange(n) / sample_rate / step, np.arange(len(found)), found)


def play_rotor_siren(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise cut air whose pitch and loudness follow the rotor, and the rush of the air between the ports."""
    speed, tilt = rotor_speed(source, n, rng.random(), sample_rate=sample_rate), slope(source["port_slope"], corner=300)
    horn = peaks([source["horn_hz"]], [0.8 * source["horn_hz"]], [3.0], floor=0.5)
    rows = (partials(hz * speed, lambda f: tilt(f) * horn(f), sample_rate=sample_rate) for hz in source["ports_hz"])
    cut = 1 + np.sin(2 * np.pi * np.cumsum(source["ports_hz"][0] * speed) / sample_rate)
    rush = coloured(n, slope(-4.0, corner=800), rng, sample_rate=sample_rate) * cut
    return faded((unit(sum(rows)) + source["rush"] * unit(rush)) * speed**2, 0.1, 0.1, sample_rate=sample_rate)


def draw_compressor(rng: np.random.Generator) -> dict:
    """Draw a compressor on a wall: a motor behind the mains, pistons, refrigerant in a pipe, and a shaking panel."""
    mains, poles, slip = float(rng.choice((50.0, 60.0))), int(rng.choice((1, 2))), float(rng.uniform(0.01, 0.06))
    return {
        "hum_hz": 2 * mains,
        "hum": rng.uniform(0.05, 1.0, 12).tolist(),  # level of each harmonic
        "turn_hz": mains / poles * (1 - slip),
        "strokes": int(rng.integers(1, 4)),  # pistons
        "thump": float(rng.uniform(0.3, 1.5)),
        "case_hz": np.sort(rng.uniform(120, 1800, 5)).tolist(),
        "case_decay": rng.uniform(0.004, 0.04, 5).tolist(),
        "pipe_hz": float(rng.uniform(1200, 5500)),
        "pipe": float(rng.uniform(0.1, 0.8)),
        "breathing": float(rng.uniform(0.2, 0.9)),  # of the refrigerant with the pistons
        "count": (1, 1), "lasts": (2.0, 3.9), "gap": (0.3, 1.0),
    }  # fmt: skip


def play_compressor(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise a hum of the mains, strokes on a ringing case just below its rate, and pulsing refrigerant."""
    levels, time = np.array(source["hum"]), np.arange(n) / sample_rate

    def gain(f: np.ndarray) -> np.ndarray:  # (K, C)
        return np.broadcast_to((levels / np.arange(1, 13) ** 0.5)[: len(f), None], f.shape)

    hum = partials(np.full(n, source["hum_hz"]), gain, sample_rate=sample_rate, most=12)
    rate = source["turn_hz"] * source["strokes"]
    times = regular(rate, n / sample_rate, 0.002, rng)
    loud = 1 + 0.3 * np.resize(rng.standard_normal(source["strokes"]), len(times))
    case = ringing(source["case_hz"], source["case_decay"], [1.0, 0.8, 0.6, 0.5, 0.4], sample_rate=sample_rate)
    thump = struck(strokes(times, n, levels=loud, sample_rate=sample_rate), case)
    width = 0.25 * source["pipe_hz"]
    pipe = coloured(n, peaks([source["pipe_hz"]], [width], [1.0]), rng, sample_rate=sample_rate)
    pipe = pipe * (1 + source["breathing"] * np.sin(2 * np.pi * rate * time))
    wave = hum + source["thump"] * unit(thump) + source["pipe"] * pipe
    drift = 1 + 0.1 * wander(n, 2.0, rng, sample_rate=sample_rate)
    return faded(wave * drift, 0.15, 0.15, sample_rate=sample_rate)
