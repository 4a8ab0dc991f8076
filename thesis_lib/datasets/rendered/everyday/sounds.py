"""Synthesise the waveforms that everyday sounds are made of from physical quantities.

Noise with a given spectrum, struck bodies that ring, trains of strokes, and tones whose pitch moves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import fft, signal

STEP = 32  # samples between two values of a slowly varying quantity
HIGHEST = 0.45  # share of the sampling rate above which there are no partials


def coloured(
    n: int, gain: Callable[[np.ndarray], np.ndarray], rng: np.random.Generator, *, sample_rate: int
) -> np.ndarray:
    """Synthesise stationary noise with a given amplitude spectrum.

    Args:
        n: number of samples.
        gain: function of frequencies in Hz that returns amplitudes.
        rng: random generator of the noise.
        sample_rate: sampling rate in Hz.

    Returns:
        (n,) with a mean square of 1.
    """
    size = fft.next_fast_len(n, real=True)
    frequencies = fft.rfftfreq(size, 1 / sample_rate)
    spectrum = gain(frequencies) * (rng.standard_normal((2, len(frequencies))) * [[1], [1j]]).sum(axis=0)
    return unit(fft.irfft(spectrum, size)[:n])


def unit(wave: np.ndarray) -> np.ndarray:
    """Scale a waveform to a mean square of 1; silence stays silence."""
    return wave / np.sqrt(max(np.mean(wave**2), 1e-20))


def slope(decibels: float, *, corner: float = 50.0) -> Callable[[np.ndarray], np.ndarray]:
    """Return an amplitude spectrum with a slope in dB per octave above a corner in Hz, flat below it."""
    return lambda frequencies: np.maximum(frequencies / corner, 1.0) ** (decibels / 6.02)


def peaks(
    centres: Sequence[float], widths: Sequence[float], levels: Sequence[float], *, floor: float = 0.0
) -> Callable[[np.ndarray], np.ndarray]:
    """Return an amplitude spectrum of resonances (centre and width in Hz, level as amplitude) over a floor."""
    bells = tuple(zip(centres, widths, levels, strict=True))
    return lambda f: (
        floor + sum(level / np.sqrt(1 + ((f - centre) / (width / 2)) ** 2) for centre, width, level in bells)
    )


def formants(centres: Sequence, widths: Sequence[float]) -> Callable[[np.ndarray], np.ndarray]:
    """Compute the amplitude spectrum of a voice: an all-pole vocal tract and a source that falls by 6 dB per octave.

    Args:
        centres: centre frequency of each formant in Hz, a number or an array over time, (C,).
        widths: bandwidth of each formant in Hz.

    Returns:
        Function of frequencies in Hz, (..., C), that returns amplitudes of the same shape.
    """

    def gain(frequencies: np.ndarray) -> np.ndarray:
        found = 1 / np.maximum(frequencies, 50.0)
        for centre, width in zip(centres, widths, strict=True):
            found = found * centre**2 / np.hypot(centre**2 - frequencies**2, width * frequencies)
        return found

    return gain


def ringing(
    modes: Sequence[float], decays: Sequence[float], levels: Sequence[float], *, sample_rate: int
) -> np.ndarray:
    """Synthesise one stroke on a body: modes in Hz with decay times to 1/e in seconds and amplitudes."""
    time = np.arange(round(6 * max(decays) * sample_rate)) / sample_rate
    below = [mode < HIGHEST * sample_rate for mode in modes]
    voices = zip(modes, decays, levels, below, strict=True)
    return sum(
        level * np.exp(-time / decay) * np.sin(2 * np.pi * mode * time) * ok for mode, decay, level, ok in voices
    )


def strokes(times: np.ndarray, n: int, *, sample_rate: int, levels: np.ndarray | float = 1.0) -> np.ndarray:
    """Return impulses at times in seconds, interpolated between samples, (n,), without those outside."""
    at = np.asarray(times) * sample_rate
    inside = (at >= 0) & (at < n - 1)
    at, levels = at[inside], np.broadcast_to(levels, at.shape)[inside]
    first, part = at.astype(int), at % 1
    return np.bincount(first, levels * (1 - part), n) + np.bincount(first + 1, levels * part, n)


def regular(rate: float, seconds: float, jitter: float, rng: np.random.Generator) -> np.ndarray:
    """Draw times of events at `rate` per second with a relative period jitter, starting at a random phase."""
    periods = (1 + jitter * rng.standard_normal(int(seconds * rate * 1.2) + 4)) / rate
    return np.cumsum(np.maximum(periods, 0.2 / rate)) - (1 + rng.random()) / rate


def struck(pulses: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Convolve pulses with a response, keeping their length."""
    return signal.fftconvolve(pulses, response)[: len(pulses)]


def wander(n: int, hz: float, rng: np.random.Generator, *, sample_rate: int) -> np.ndarray:
    """Draw a quantity that drifts around 0 with a standard deviation of about 1, `hz` new values per second, (n,)."""
    step = sample_rate / hz
    values = rng.standard_normal(int(n / step) + 3)
    return np.interp(np.arange(n) + rng.random() * step, np.arange(len(values)) * step, values)


def sparse(curve: np.ndarray) -> np.ndarray:
    """Return every `STEP`-th value of a curve and its last, at which `partials` evaluates a spectrum."""
    return curve[np.minimum(np.arange(0, len(curve) + STEP, STEP), len(curve) - 1)]


def partials(
    pitch: np.ndarray, gain: Callable[[np.ndarray], np.ndarray], *, sample_rate: int, most: int = 48
) -> np.ndarray:
    """Synthesise a tone with a varying pitch whose partials follow a spectrum.

    Args:
        pitch: fundamental frequency in Hz, (n,).
        gain: function of the frequencies of the partials at every `STEP`th sample, (K, C), that returns amplitudes.
        sample_rate: sampling rate in Hz.
        most: largest number of partials; those above `HIGHEST` are left out.

    Returns:
        (n,) with a mean square of 1.
    """
    n = len(pitch)
    coarse = sparse(pitch)
    count = max(1, min(most, int(HIGHEST * sample_rate / coarse.min())))
    frequencies = np.arange(1, count + 1)[:, None] * coarse  # (K, C)
    levels = gain(frequencies) * (frequencies < HIGHEST * sample_rate)
    turn = np.exp(2j * np.pi * np.cumsum(pitch) / sample_rate)
    place = np.arange(n) / STEP
    first, part = place.astype(int), place % 1
    wave, spun = np.zeros(n), np.ones(n, complex)
    for level in levels:
        spun *= turn
        wave += (level[first] * (1 - part) + level[first + 1] * part) * spun.imag
    return unit(wave)


def faded(wave: np.ndarray, attack: float, release: float, *, sample_rate: int) -> np.ndarray:
    """Fade a waveform in and out by half a cosine of a given duration, at most half of the waveform each."""
    shape = np.ones(len(wave))
    for seconds, part in ((attack, shape), (release, shape[::-1])):
        n = min(round(seconds * sample_rate), len(wave) // 2)
        part[:n] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(n) / max(n, 1))
    return wave * shape
