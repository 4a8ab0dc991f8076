"""Draw and play the sources that turn, fire or strike.

Each class has two functions. One draws a source, as a dictionary of JSON types: its physics, and `count` (times in
4 s), `lasts` and `gap` (seconds) as ranges of its performances. The other plays it once for a number of samples.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from .sounds import coloured, faded, partials, peaks, regular, ringing, slope, strokes, struck, unit, wander


def draw_air_conditioner(rng: np.random.Generator) -> dict:
    """Draw an air conditioner: a fan, a compressor on the mains, and air in a duct."""
    blades, turns = int(rng.integers(3, 12)), float(rng.uniform(8, 24))
    return {
        "blades": blades,
        "rpm": 60 * turns,
        "blade_hz": blades * turns,
        "mains_hz": float(rng.choice((100.0, 120.0))),
        "fan": float(rng.uniform(0.0, 0.6)),
        "hum": float(rng.uniform(0.0, 0.6)),
        "air_slope": float(rng.uniform(-7.0, -2.0)),  # dB per octave
        "duct_hz": rng.uniform(150, 3500, 3).tolist(),
        "duct": rng.uniform(0.0, 4.0, 3).tolist(),
        "flutter": float(rng.uniform(0.0, 0.35)),
        "rattle": float(rng.choice((0.0, 0.0, 0.5))),
        "count": (1, 1), "lasts": (2.0, 3.9), "gap": (0.3, 1.0),
    }  # fmt: skip


def play_air_conditioner(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise coloured noise modulated by the rotation, the blades' tone and the compressor's hum."""
    tilt, time = slope(source["air_slope"]), np.arange(n) / sample_rate
    duct = peaks(source["duct_hz"], [0.2 * f for f in source["duct_hz"]], source["duct"], floor=1.0)
    air = coloured(n, lambda f: tilt(f) * duct(f), rng, sample_rate=sample_rate)
    turn = 2 * np.pi * (source["rpm"] / 60 * time + rng.random())
    air = air * (1 + source["flutter"] * np.sin(turn))
    drift = 1 + 0.002 * wander(n, 2.0, rng, sample_rate=sample_rate)
    fan = partials(source["blade_hz"] * drift, slope(-9.0), sample_rate=sample_rate, most=8)
    hum = partials(np.full(n, source["mains_hz"]), slope(-5.0), sample_rate=sample_rate, most=8)
    shaking = strokes(regular(source["rpm"] / 60, n / sample_rate, 0.02, rng), n, sample_rate=sample_rate)
    rattle = struck(shaking, ringing(source["duct_hz"], [0.01] * 3, [1, 1, 1], sample_rate=sample_rate))
    wave = air + source["fan"] * fan + source["hum"] * hum + source["rattle"] * unit(rattle)
    return faded(wave, 0.15, 0.15, sample_rate=sample_rate)


def draw_drilling(rng: np.random.Generator) -> dict:
    """Draw a drill: an electric motor, gears, a resonating chuck, and for a rotary hammer 50 to 80 blows per second."""
    motor = float(rng.uniform(130, 480))  # turns per second
    return {
        "motor_hz": motor,
        "mesh_hz": motor * int(rng.integers(4, 9)),
        "mesh": float(rng.uniform(0.1, 0.8)),
        "whine_slope": float(rng.uniform(-9, -3)),
        "chuck_hz": rng.uniform(700, 6500, 4).tolist(),
        "chuck_width": rng.uniform(0.05, 0.3, 4).tolist(),  # of the centre
        "grinding": float(rng.uniform(0.5, 2.5)),
        "hammer_hz": float(rng.uniform(50, 80)),
        "hammer": float(rng.choice((0.0, 0.0, 1.5))),
        "load": float(rng.uniform(0.05, 0.3)),  # share of the speed lost in the wall
        "spin_up": float(rng.uniform(0.05, 0.25)),  # seconds to 63 %
        "count": (1, 3), "lasts": (0.5, 2.5), "gap": (0.15, 0.6),
    }  # fmt: skip


def play_drilling(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise a motor that runs up, slows down at the wall, and grinds."""
    time = np.arange(n) / sample_rate
    contact = rng.uniform(0.1, 0.4) * n / sample_rate
    pressed = 1 / (1 + np.exp(-(time - contact) / 0.04))
    speed = 1 - 0.85 * np.exp(-time / source["spin_up"]) - source["load"] * pressed * rng.uniform(0.5, 1.0)
    speed = np.maximum(speed + 0.01 * wander(n, 12.0, rng, sample_rate=sample_rate), 0.1)
    whine = partials(source["motor_hz"] * speed, slope(source["whine_slope"], corner=200), sample_rate=sample_rate)
    mesh = partials(source["mesh_hz"] * speed, slope(-12, corner=500), sample_rate=sample_rate, most=3)
    centres, widths = source["chuck_hz"], np.array(source["chuck_hz"]) * source["chuck_width"]
    chuck = peaks(centres, widths, [1.0] * 4, floor=0.08)
    blows = strokes(regular(source["hammer_hz"], n / sample_rate, 0.01, rng), n, sample_rate=sample_rate)
    hammer = struck(blows, ringing(centres, [0.004] * 4, [1.0] * 4, sample_rate=sample_rate))
    turning = 1 + 0.4 * np.sin(2 * np.pi * np.cumsum(source["motor_hz"] / 12 * speed) / sample_rate)  # the bit
    grinding = source["grinding"] * coloured(n, chuck, rng, sample_rate=sample_rate) * turning
    wave = speed * (whine + source["mesh"] * mesh) + pressed * (grinding + source["hammer"] * unit(hammer))
    return faded(wave, 0.02, 0.08, sample_rate=sample_rate)


def draw_engine_idling(rng: np.random.Generator) -> dict:
    """Draw a four-stroke engine: each cylinder fires every second turn, into a resonating exhaust."""
    cylinders, rpm = int(rng.choice((1, 2, 3, 4, 4, 4, 6, 8))), float(rng.uniform(600, 1100))
    return {
        "cylinders": cylinders,
        "rpm": rpm,
        "firing_hz": rpm / 60 * cylinders / 2,
        "uneven": rng.uniform(-0.25, 0.25, cylinders).tolist(),  # the cylinders' levels about 1
        "pulse": float(rng.uniform(0.15, 0.4)),  # share of the time between two firings
        "exhaust_hz": np.sort(rng.uniform(60, 700, 3)).tolist(),
        "exhaust_decay": rng.uniform(0.004, 0.03, 3).tolist(),
        "knock_hz": rng.uniform(800, 4000, 3).tolist(),
        "knock": float(rng.uniform(0.0, 1.2)),  # large for a diesel
        "belt_hz": float(rng.uniform(400, 2500)),
        "belt": float(rng.uniform(0.0, 0.25)),
        "hiss": float(rng.uniform(0.1, 0.9)),
        "hiss_slope": float(rng.uniform(-6, -2)),
        "count": (1, 1), "lasts": (2.0, 3.9), "gap": (0.3, 1.0),
    }  # fmt: skip


def play_engine_idling(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise pulses in the order of the cylinders, the modes of exhaust and block, the belt and a hiss."""
    times = regular(source["firing_hz"], n / sample_rate, 0.01, rng)
    levels = (1 + np.resize(source["uneven"], len(times))) * (1 + 0.05 * rng.standard_normal(len(times)))
    firing = strokes(times, n, levels=levels, sample_rate=sample_rate)
    bump = signal.windows.hann(max(4, round(source["pulse"] / source["firing_hz"] * sample_rate)))
    exhaust = ringing(source["exhaust_hz"], source["exhaust_decay"], [1.0, 0.7, 0.5], sample_rate=sample_rate)
    block = ringing(source["knock_hz"], [0.003] * 3, [1.0, 0.7, 0.5], sample_rate=sample_rate)
    thump = unit(struck(firing, bump) - firing.mean() * bump.sum())
    rough = 1 + 0.5 * rng.standard_normal(n)  # combustion is noisy
    hiss = coloured(n, slope(source["hiss_slope"], corner=150), rng, sample_rate=sample_rate)
    drift = 1 + 0.006 * wander(n, 3.0, rng, sample_rate=sample_rate)
    belt = partials(source["belt_hz"] * drift, slope(-12, corner=400), sample_rate=sample_rate, most=4)
    wave = thump + unit(struck(firing, exhaust)) + source["knock"] * unit(struck(firing * rough, block))
    return faded(wave + source["hiss"] * hiss + source["belt"] * belt, 0.12, 0.12, sample_rate=sample_rate)


def draw_jackhammer(rng: np.random.Generator) -> dict:
    """Draw a jackhammer: a chisel with ringing modes, blows per second, the ground's thump and released air."""
    return {
        "blows_hz": float(rng.uniform(9, 30)),
        "chisel_hz": np.sort(rng.uniform(600, 6500, 5)).tolist(),
        "chisel_decay": rng.uniform(0.002, 0.012, 5).tolist(),
        "chisel": rng.uniform(0.2, 1.0, 5).tolist(),
        "ground_hz": float(rng.uniform(50, 180)),
        "ground": float(rng.uniform(0.3, 1.5)),
        "air": float(rng.uniform(0.3, 1.3)),
        "air_slope": float(rng.uniform(-4, 1)),
        "engine_hz": float(rng.uniform(25, 70)),  # the compressor's
        "engine": float(rng.uniform(0.0, 0.8)),
        "count": (1, 2), "lasts": (1.0, 3.5), "gap": (0.25, 0.9),
    }  # fmt: skip


def play_jackhammer(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise ringing blows with released air, over a compressor."""
    times = regular(source["blows_hz"], n / sample_rate, 0.015, rng)
    levels = np.maximum(1 + 0.15 * rng.standard_normal(len(times)), 0.3)
    blows = strokes(times, n, levels=levels, sample_rate=sample_rate)
    chisel = ringing(source["chisel_hz"], source["chisel_decay"], source["chisel"], sample_rate=sample_rate)
    ground = ringing([source["ground_hz"]], [0.012], [1.0], sample_rate=sample_rate)
    puff = np.exp(-np.arange(round(0.2 * sample_rate)) / (0.25 / source["blows_hz"] * sample_rate))
    air = coloured(n, slope(source["air_slope"], corner=300), rng, sample_rate=sample_rate)
    engine = partials(np.full(n, source["engine_hz"]), slope(-6.0), sample_rate=sample_rate, most=12)
    wave = unit(struck(blows, chisel)) + source["ground"] * unit(struck(blows, ground))
    wave = wave + source["air"] * unit(air * struck(blows, puff)) + source["engine"] * engine
    return faded(wave, 0.01, 0.05, sample_rate=sample_rate)


def draw_gun_shot(rng: np.random.Generator) -> dict:
    """Draw a gun shot: the duration of the blast, the gas that follows, and echoes from walls and hills."""
    automatic = bool(rng.random() < 0.3)
    gap = 1 / float(rng.uniform(8, 14))  # seconds between rounds of automatic fire
    lasts = float(rng.uniform(0.15, 0.45))
    return {
        "blast": float(np.exp(rng.uniform(np.log(0.0003), np.log(0.004)))),  # seconds of overpressure
        "gas": float(rng.uniform(0.1, 0.8)),
        "gas_decay": float(rng.uniform(0.01, 0.09)),
        "gas_slope": float(rng.uniform(-6, -1)),
        "walls": np.sort(rng.uniform(0.01, 0.12, 4)).tolist(),  # delay in seconds
        "wall": rng.uniform(0.1, 0.6, 4).tolist(),
        "automatic": automatic,
        "count": (3, 9) if automatic else (1, 4), "lasts": (lasts, lasts),
        "gap": (gap - lasts, gap - lasts) if automatic else (0.1, 1.2),
    }  # fmt: skip


def play_gun_shot(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise Friedlander's blast wave, p(t) = (1 - t/T) exp(-t/T), then gas, and their echoes."""
    time = np.arange(n) / sample_rate
    over = time / source["blast"]
    gas = coloured(n, slope(source["gas_slope"], corner=200), rng, sample_rate=sample_rate)
    shot = (1 - over) * np.exp(-over) + source["gas"] * 0.5 * gas * np.exp(-time / source["gas_decay"])
    walls = strokes([0.0, *source["walls"]], n, levels=[1.0, *source["wall"]], sample_rate=sample_rate)
    return faded(struck(walls, shot), 0.0, 0.05, sample_rate=sample_rate)
