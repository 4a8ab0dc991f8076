"""Draw and play second models of sources that strike or fire: rotary hammers, electric breakers, mopeds, rifles.

Each model has two functions, as in `machines`: one draws a source, the other plays it once for a number of samples.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from .sounds import coloured, faded, partials, peaks, regular, ringing, slope, strokes, struck, unit, wander


def draw_rotary_hammer(rng: np.random.Generator) -> dict:
    """Draw a rotary hammer: an air spring that strikes the bit 25 to 60 times per second, in a wall that rings."""
    return {
        "blows_hz": float(rng.uniform(25, 60)),
        "bit_hz": np.sort(rng.uniform(900, 6500, 4)).tolist(),
        "bit_decay": rng.uniform(0.001, 0.006, 4).tolist(),
        "wall_hz": np.sort(rng.uniform(90, 700, 3)).tolist(),
        "wall_decay": rng.uniform(0.008, 0.04, 3).tolist(),
        "wall": float(rng.uniform(0.3, 1.5)),
        "motor_hz": float(rng.uniform(180, 420)),
        "motor": float(rng.uniform(0.1, 0.7)),
        "dust": float(rng.uniform(0.05, 0.6)),
        "dust_slope": float(rng.uniform(-3, 1)),
        "count": (1, 3), "lasts": (0.5, 2.5), "gap": (0.15, 0.6),
    }  # fmt: skip


def play_rotary_hammer(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise blows that start when the bit touches the wall, over a motor that slows down with each."""
    time = np.arange(n) / sample_rate
    contact = rng.uniform(0.05, 0.25) * n / sample_rate
    times = regular(source["blows_hz"], n / sample_rate, 0.01, rng)
    levels = np.maximum(1 + 0.1 * rng.standard_normal(len(times)), 0.3) * (times > contact)
    blows = strokes(times, n, levels=levels, sample_rate=sample_rate)
    bit = ringing(source["bit_hz"], source["bit_decay"], [1.0, 0.8, 0.6, 0.4], sample_rate=sample_rate)
    wall = ringing(source["wall_hz"], source["wall_decay"], [1.0, 0.7, 0.5], sample_rate=sample_rate)
    speed = 1 - 0.12 * (time > contact) + 0.02 * np.sin(2 * np.pi * source["blows_hz"] * time)
    motor = partials(source["motor_hz"] * speed, slope(-5.0, corner=300), sample_rate=sample_rate)
    dust = coloured(n, slope(source["dust_slope"], corner=500), rng, sample_rate=sample_rate) * (time > contact)
    wave = unit(struck(blows, bit)) + source["wall"] * unit(struck(blows, wall)) + source["dust"] * dust
    return faded(wave + source["motor"] * motor, 0.03, 0.08, sample_rate=sample_rate)


def draw_electric_breaker(rng: np.random.Generator) -> dict:
    """Draw an electric breaker: a motor and gears that each blow slows down, and a dull chisel in asphalt."""
    motor = float(rng.uniform(140, 320))
    return {
        "blows_hz": float(rng.uniform(12, 32)),
        "motor_hz": motor,
        "mesh_hz": motor * float(rng.choice((5, 7, 9, 11))),
        "mesh": float(rng.uniform(0.1, 0.6)),
        "motor": float(rng.uniform(0.3, 1.0)),
        "dip": float(rng.uniform(0.02, 0.08)),  # share of the speed lost in a blow
        "chisel_hz": np.sort(rng.uniform(180, 1600, 4)).tolist(),
        "chisel_decay": rng.uniform(0.003, 0.015, 4).tolist(),
        "ground_hz": float(rng.uniform(40, 120)),
        "ground": float(rng.uniform(0.5, 1.5)),
        "rubble": float(rng.uniform(0.1, 0.8)),
        "count": (1, 2), "lasts": (1.0, 3.5), "gap": (0.25, 0.9),
    }  # fmt: skip


def play_electric_breaker(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise dull blows, a motor whose pitch dips with each, and rubble that they scatter."""
    times = regular(source["blows_hz"], n / sample_rate, 0.01, rng)
    blows = strokes(
        times, n, levels=np.maximum(1 + 0.1 * rng.standard_normal(len(times)), 0.3), sample_rate=sample_rate
    )
    recovering = np.exp(-np.arange(round(0.2 * sample_rate)) / (0.3 / source["blows_hz"] * sample_rate))
    after = struck(blows, recovering)
    speed = 1 - source["dip"] * after / max(after.max(), 1e-9)
    motor = partials(source["motor_hz"] * speed, slope(-6.0, corner=250), sample_rate=sample_rate)
    mesh = partials(source["mesh_hz"] * speed, slope(-10.0, corner=500), sample_rate=sample_rate, most=3)
    chisel = ringing(source["chisel_hz"], source["chisel_decay"], [1.0, 0.8, 0.6, 0.4], sample_rate=sample_rate)
    ground = ringing([source["ground_hz"]], [0.02], [1.0], sample_rate=sample_rate)
    rubble = coloured(n, slope(2.0, corner=1000), rng, sample_rate=sample_rate) * after
    wave = (
        unit(struck(blows, chisel)) + source["ground"] * unit(struck(blows, ground)) + source["rubble"] * unit(rubble)
    )
    return faded(wave + source["motor"] * motor + source["mesh"] * mesh, 0.02, 0.06, sample_rate=sample_rate)


def draw_moped(rng: np.random.Generator) -> dict:
    """Draw a two-stroke engine: one cylinder that fires every turn, or misses, into an expansion chamber."""
    rpm = float(rng.uniform(1300, 2600))
    return {
        "rpm": rpm,
        "firing_hz": rpm / 60,
        "misses": float(rng.uniform(0.0, 0.4)),  # probability
        "chamber_hz": np.sort(rng.uniform(180, 1500, 4)).tolist(),
        "chamber_decay": rng.uniform(0.002, 0.012, 4).tolist(),
        "crack": float(rng.uniform(0.3, 1.5)),
        "crack_slope": float(rng.uniform(-4, 0)),
        "fins_hz": rng.uniform(1800, 6000, 3).tolist(),
        "fins": float(rng.uniform(0.0, 0.5)),
        "fan": float(rng.uniform(0.05, 0.5)),
        "count": (1, 1), "lasts": (2.0, 3.9), "gap": (0.3, 1.0),
    }  # fmt: skip


def play_moped(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise sharp, uneven pulses of exhaust, cooling fins that ring, and a fan."""
    times = regular(source["firing_hz"], n / sample_rate, 0.025, rng)
    missed = rng.random(len(times)) < source["misses"]
    levels = np.where(missed, 0.15, 1.0) * np.maximum(1 + 0.15 * rng.standard_normal(len(times)), 0.3)
    firing = strokes(times, n, levels=levels, sample_rate=sample_rate)
    chamber = ringing(source["chamber_hz"], source["chamber_decay"], [1.0, 0.8, 0.7, 0.5], sample_rate=sample_rate)
    fins = ringing(source["fins_hz"], [0.006] * 3, [1.0, 0.8, 0.6], sample_rate=sample_rate)
    puff = np.exp(-np.arange(round(0.05 * sample_rate)) / (0.004 * sample_rate))
    crack = coloured(n, slope(source["crack_slope"], corner=400), rng, sample_rate=sample_rate) * struck(firing, puff)
    rate = 1 + 0.02 * wander(n, 2.0, rng, sample_rate=sample_rate)
    fan = partials(9 * source["firing_hz"] * rate, slope(-6.0, corner=300), sample_rate=sample_rate, most=8)
    wave = unit(struck(firing, chamber)) + source["crack"] * unit(crack) + source["fins"] * unit(struck(firing, fins))
    return faded(wave + source["fan"] * fan, 0.12, 0.12, sample_rate=sample_rate)


def draw_rifle(rng: np.random.Generator) -> dict:
    """Draw a distant rifle: the bullet's shock wave, later the muzzle, and a landscape that answers."""
    distance = float(np.exp(rng.uniform(np.log(30), np.log(300))))  # metres
    lasts = float(rng.uniform(0.5, 1.1))
    return {
        "distance_m": distance,
        "shock_s": float(rng.uniform(0.0002, 0.0005)),  # duration of the N-wave
        "shock": float(rng.uniform(0.2, 1.5)),
        "delay_s": distance / 343 * float(rng.uniform(0.3, 0.6)),  # of the muzzle after the shock
        "muzzle_hz": float(np.clip(40_000 / distance, 150, 1200)),  # higher frequencies are lost in the air
        "echo": float(rng.uniform(0.2, 0.8)),
        "echo_decay": float(rng.uniform(0.1, 0.4)),
        "count": (1, 3), "lasts": (lasts, lasts), "gap": (0.1, 1.2),
    }  # fmt: skip


def play_rifle(source: dict, n: int, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Synthesise an N-wave, p(t) = 1 - 2 t/T within T, the blast at the muzzle, and dense echoes of both."""
    time = np.arange(n) / sample_rate
    # the mean over each sample, because the wave lasts only a few
    done = np.clip(np.arange(n + 1) / sample_rate / source["shock_s"], 0, 1)
    shock = np.diff(done - done**2) * source["shock_s"] * sample_rate
    late = time - min(source["delay_s"], 0.5 * n / sample_rate)
    over = np.maximum(late, 0) / 0.002
    muzzle = np.where(late >= 0, (1 - over) * np.exp(-over), 0.0)
    muzzle = signal.lfilter(*signal.butter(1, min(source["muzzle_hz"], 0.49 * sample_rate), fs=sample_rate), muzzle)
    dry = source["shock"] * shock / np.abs(shock).max() + muzzle / np.abs(muzzle).max()
    land = coloured(n, peaks([0.5 * source["muzzle_hz"]], [source["muzzle_hz"]], [1.0], floor=0.03), rng,
                    sample_rate=sample_rate)  # fmt: skip
    land = land * np.exp(-time / source["echo_decay"]) * (time > 0.015)
    land *= source["echo"] / np.linalg.norm(land)
    land[0] = 1.0
    return faded(struck(dry, land), 0.0, 0.05, sample_rate=sample_rate)
