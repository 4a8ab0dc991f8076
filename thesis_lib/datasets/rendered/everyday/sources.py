"""Draw the sources of sound events and play them in clips.

A source is a particular dog, siren or drill with the place and the microphone of its recording.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from . import air, blows, callers, machines, voices
from .sounds import unit

NOMINAL = 4.0  # seconds in which a source sounds `count` times

# Label: two models, each with its name and the functions that draw a source and play it once. The order is part of the
# seed.
CLASSES = {
    "air_conditioner": (
        ("fan", machines.draw_air_conditioner, machines.play_air_conditioner),
        ("compressor", air.draw_compressor, air.play_compressor),
    ),
    "car_horn": (
        ("reeds", callers.draw_car_horn, callers.play_car_horn),
        ("trumpets", air.draw_air_horn, air.play_air_horn),
    ),
    "children_playing": (
        ("few", callers.draw_children_playing, callers.play_children_playing),
        ("playground", voices.draw_playground, voices.play_playground),
    ),
    "dog_bark": (
        ("clear", callers.draw_dog_bark, callers.play_dog_bark),
        ("hoarse", voices.draw_hoarse_dog, voices.play_hoarse_dog),
    ),
    "drilling": (
        ("drill", machines.draw_drilling, machines.play_drilling),
        ("rotary hammer", blows.draw_rotary_hammer, blows.play_rotary_hammer),
    ),
    "engine_idling": (
        ("four-stroke", machines.draw_engine_idling, machines.play_engine_idling),
        ("two-stroke", blows.draw_moped, blows.play_moped),
    ),
    "gun_shot": (
        ("near", machines.draw_gun_shot, machines.play_gun_shot),
        ("distant rifle", blows.draw_rifle, blows.play_rifle),
    ),
    "jackhammer": (
        ("pneumatic", machines.draw_jackhammer, machines.play_jackhammer),
        ("electric", blows.draw_electric_breaker, blows.play_electric_breaker),
    ),
    "siren": (
        ("loudspeaker", callers.draw_siren, callers.play_siren),
        ("rotor", air.draw_rotor_siren, air.play_rotor_siren),
    ),
    "street_music": (
        ("sampled", callers.draw_street_music, callers.play_street_music),
        ("steel", voices.draw_steel_player, voices.play_steel_player),
    ),
}  # fmt: skip


def model(number: int) -> int:
    """Return which of the two models of its class a source has, 0 or 1.

    Of sources j, j + 5, j + 10 and j + 15, two have each model, so that folds of sources have both.
    """
    return (number + number // 10) % 2


def draw(label: str, number: int, *, seed: int) -> dict:
    """Draw a source of a class: its physics, its habits, its place and its microphone.

    Returns:
        JSON types. Beside the name of the model and what the model states, `echo_s` is the time in which the place's
        echo falls by 60 dB and `echo` its level at the source's 1; the microphone hears nothing much below `lows_hz`
        and is `tilt_db` louder above `tilt_hz` than below.
    """
    rng = _generator(seed, label, number, 1)
    name, of_model, _ = CLASSES[label][model(number)]
    far = label == "gun_shot"  # loud enough to echo from distant hills
    return (
        {"model": name}
        | of_model(rng)
        | {
            "echo_s": float(rng.uniform(0.4, 1.2) if far else rng.uniform(0.08, 0.6)),
            "echo": float(rng.uniform(0.2, 0.8) if far else rng.uniform(0.0, 0.5)),
            "lows_hz": float(rng.uniform(25, 150)),
            "tilt_hz": float(rng.uniform(500, 2500)),
            "tilt_db": float(rng.uniform(-5, 5)),
        }
    )


def perform(
    label: str, number: int, seconds: float, rng: np.random.Generator, *, seed: int, sample_rate: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Synthesise a source in a clip, at some distance in its place, before the microphone.

    Args:
        label: one of `CLASSES`.
        number: index of the source.
        seconds: length of the clip in seconds.
        rng: random generator of the performance.
        seed: seed of the source.
        sample_rate: sampling rate in Hz.

    Returns:
        The sound, (n,), and the onsets and durations of its events in samples, (events,) each. Outside the events
        only the reverberation of the place is heard.
    """
    source, play = draw(label, number, seed=seed), CLASSES[label][model(number)][2]
    onsets, durations = (np.round(times * sample_rate).astype(int) for times in plan(source, seconds, rng))
    wave = np.zeros(round(seconds * sample_rate))
    for onset, size in zip(onsets, durations, strict=True):
        sound = unit(play(source, size, rng, sample_rate=sample_rate)) * 10 ** (rng.normal(0, 2) / 20)
        wave[onset : onset + size] += sound[: len(wave) - onset]
    highs = float(np.exp(rng.uniform(np.log(2500), np.log(8000))))  # Hz; higher frequencies are lost over a distance
    wave = signal.lfilter(*signal.butter(1, min(highs, 0.49 * sample_rate), fs=sample_rate), wave)
    time = np.arange(round(source["echo_s"] * sample_rate)) / sample_rate
    room = _generator(seed, label, number, 2).standard_normal(len(time)) * 10 ** (-3 * time / source["echo_s"])
    room *= source["echo"] / np.linalg.norm(room)
    room[0] = 1.0
    return signal.fftconvolve(wave, room)[: len(wave)], onsets, durations


def plan(source: dict, seconds: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw when a source sounds in a clip: onsets and durations in seconds, at least one, all within the clip."""
    count = int(np.ceil(rng.integers(source["count"][0], source["count"][1] + 1) * seconds / NOMINAL))
    durations = np.minimum(rng.uniform(*source["lasts"], count), 0.9 * seconds)
    onsets = np.append(0.0, np.cumsum(durations + rng.uniform(*source["gap"], count))[:-1])
    fits = np.maximum.accumulate(onsets + durations) <= seconds
    onsets, durations = onsets[fits], durations[fits]
    return onsets + rng.uniform(0, seconds - (onsets + durations).max()), durations


def record(wave: np.ndarray, source: dict, *, sample_rate: int) -> np.ndarray:
    """Apply the microphone of a source to a sound, (n,)."""
    wave = signal.lfilter(*signal.butter(1, source["lows_hz"], "highpass", fs=sample_rate), wave)
    low = signal.lfilter(*signal.butter(1, source["tilt_hz"], fs=sample_rate), wave)
    tilt = 10 ** (source["tilt_db"] / 40)
    return low / tilt + (wave - low) * tilt


def _generator(seed: int, label: str, number: int, stream: int) -> np.random.Generator:
    return np.random.default_rng([seed, list(CLASSES).index(label), number, stream])
