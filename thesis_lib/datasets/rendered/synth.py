"""Render notes with a sampled General MIDI band, a room and a level."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
from scipy import signal

from .compose import DRUM, Piece

PERCUSSION_BANK = 128
INSTALL = "install it with `pip install --no-deps tinysoundfont==0.3.7` (pyaudio is needed for live playback only)"


def _tinysoundfont() -> ModuleType:
    """Import the synthesiser; ImportError explains how to install it."""
    try:
        import tinysoundfont
    except ImportError as error:
        raise ImportError(f"rendering music needs the synthesiser tinysoundfont: {INSTALL}.") from error
    return tinysoundfont


def sound_font() -> Path:
    """Locate the General MIDI sound font TimGM6mb (6 MB) of pretty_midi without importing the package.

    Raises:
        ImportError: pretty_midi is not installed.
    """
    package = importlib.util.find_spec("pretty_midi")
    for folder in (package.submodule_search_locations or ()) if package else ():
        if (path := Path(folder) / "TimGM6mb.sf2").is_file():
            return path
    raise ImportError("rendering music needs the sound font of pretty_midi; install it with `pip install pretty_midi`.")


@functools.cache
def fingerprint() -> str:
    """Return eight hexadecimal digits derived from everything outside this package that changes the samples.

    These are tinysoundfont, the sound font, and NumPy, whose random streams may differ between versions.

    Raises:
        ImportError: tinysoundfont or pretty_midi is not installed.
    """
    _tinysoundfont()
    parts = (
        importlib.metadata.version("tinysoundfont"),
        hashlib.sha256(sound_font().read_bytes()).hexdigest(),
        ".".join(np.__version__.split(".")[:2]),
    )
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:8]


def render(piece: Piece, *, seconds: float, sample_rate: int) -> np.ndarray:
    """Play a piece.

    Args:
        piece: notes, programs and levels.
        seconds: duration of the waveform; sounding notes are cut at its end.
        sample_rate: in Hz.

    Returns:
        Mono waveform, (round(seconds * sample_rate),) float32, without normalisation of its level.

    Raises:
        ImportError: tinysoundfont or pretty_midi is not installed.
    """
    # A new synthesiser per piece, so that no voice of an earlier piece can leak into it.
    synth = _tinysoundfont().Synth(gain=-12, samplerate=sample_rate)
    font = synth.sfload(str(sound_font()))
    for channel, program in piece.programs.items():
        synth.program_select(channel, font, PERCUSSION_BANK if channel == DRUM else 0, program, channel == DRUM)
        synth.control_change(channel, 7, piece.levels[channel])
    n_samples = round(seconds * sample_rate)
    events = []  # (sample, on, channel, pitch, velocity): at the same sample, note-offs come first
    for note in piece.notes:
        begin = round(note.start * sample_rate)
        end = max(begin + 1, round((note.start + note.duration) * sample_rate))
        events += [(begin, 1, note.channel, note.pitch, note.velocity), (end, 0, note.channel, note.pitch, 0)]
    stereo = np.zeros((n_samples, 2), np.float32)
    at = 0
    for sample, on, channel, pitch, velocity in sorted(event for event in events if event[0] < n_samples):
        if sample > at:
            synth.generate_simple(sample - at, buffer=memoryview(stereo[at:sample]).cast("B"))
            at = sample
        if on:
            synth.noteon(channel, pitch, velocity)
        else:
            synth.noteoff(channel, pitch)
    synth.generate_simple(n_samples - at, buffer=memoryview(stereo[at:]).cast("B"))
    return stereo.mean(axis=1)


def master(wave: np.ndarray, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Add a room, a tone control and a noise floor, and set the level.

    Recordings of the same class differ in these properties.

    Args:
        wave: mono waveform, (samples,).
        rng: random generator for the room, the tone, the noise and the level.
        sample_rate: in Hz.

    Returns:
        Mono waveform, (samples,) float32, with its peak between -9 and -1 dB of full scale.

    Raises:
        ValueError: the waveform is silent or not finite.
    """
    peak = np.abs(wave).max(initial=0.0)
    if not 1e-4 < peak < np.inf:
        raise ValueError(f"a rendered piece must not be silent and must be finite; got peak={peak}.")
    decay, wet = rng.uniform(0.1, 0.5), rng.uniform(0.0, 0.2)  # seconds to -60 dB; share of the room sound
    time = np.arange(int(decay * sample_rate)) / sample_rate
    room = rng.standard_normal(len(time)) * 10 ** (-3 * time / decay)
    echo = signal.fftconvolve(wave, room / np.linalg.norm(room))[: len(wave)]
    wave = (1 - wet) * wave + wet * echo
    # First-order shelf: at most 4 dB between low and high frequencies.
    low = signal.lfilter(*signal.butter(1, rng.uniform(400, 2500), fs=sample_rate), wave)
    tilt = 10 ** (rng.uniform(-4, 4) / 40)
    wave = low * tilt + (wave - low) / tilt
    wave = wave / np.abs(wave).max()
    wave = wave + 10 ** (rng.uniform(-75, -50) / 20) * rng.standard_normal(len(wave))
    return (wave * 10 ** (rng.uniform(-9, -1) / 20) / np.abs(wave).max()).astype(np.float32)
