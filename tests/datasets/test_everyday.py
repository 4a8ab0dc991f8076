"""Check that sounds from physical models have the physical quantities that they state."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from thesis_lib.datasets.rendered import events
from thesis_lib.datasets.rendered.everyday import callers, machines, sounds, sources

pytest.importorskip("tinysoundfont", reason="pip install --no-deps tinysoundfont==0.3.7")
RATE = 16000


def play(label, number, seconds=2.0, seed=0, rate=RATE):
    """A source of a class and its sound alone, without place and microphone."""
    model = sources.draw(label, number, seed=seed)
    rng = np.random.default_rng(number)
    return model, sources.CLASSES[label][1](model, round(seconds * rate), rng, sample_rate=rate)


def spectrum(wave, rate=RATE):
    """Power by frequency, and the frequencies."""
    size = 4 * len(wave)
    return np.fft.rfftfreq(size, 1 / rate), np.abs(np.fft.rfft(wave * np.hanning(len(wave)), size)) ** 2


@pytest.mark.parametrize("number", range(12))
def test_a_siren_stays_in_its_range_at_its_rate(number):
    """Parents: the analytic signal's frequency, and for wail and yelp the period of the pitch."""
    model = sources.draw("siren", number, seed=0)
    pitch = callers.siren_pitch(model, 4 * RATE, 0.0, sample_rate=RATE)
    tone = sounds.partials(pitch, lambda f: np.ones_like(f), sample_rate=RATE, most=1)
    measured = np.diff(np.unwrap(np.angle(signal.hilbert(tone)))) * RATE / 2 / np.pi
    measured = signal.medfilt(measured[RATE // 10 : -RATE // 10], 31)
    assert measured.min() > model["low_hz"] * 0.99
    assert measured.max() < model["high_hz"] * 1.01
    if model["kind"] != "wail":  # a wail may be longer than the clip
        assert measured.min() == pytest.approx(model["low_hz"], rel=0.01)
        assert measured.max() == pytest.approx(model["high_hz"], rel=0.01)
        middle = np.sqrt(model["low_hz"] * model["high_hz"])
        rises = np.flatnonzero((measured[:-1] < middle) & (measured[1:] >= middle)) / RATE
        assert 1 / np.diff(rises).mean() == pytest.approx(model["rate_hz"], rel=0.02)


@pytest.mark.parametrize("number", range(12))
def test_a_siren_as_it_is_played_has_its_lowest_line_in_the_range(number):
    model, wave = play("siren", number, seconds=3.0)
    frequencies, times, power = signal.spectrogram(wave, RATE, nperseg=1024, noverlap=768)
    lines = power * (frequencies < 1.5 * model["low_hz"])[:, None]  # no second partial reaches below 2 low_hz
    there = lines.max(axis=0) > 0.05 * power.max(axis=0)
    strongest = frequencies[lines.argmax(axis=0)][there]
    assert there.any()
    assert strongest.min() > model["low_hz"] - 2 * RATE / 1024


@pytest.mark.parametrize("number", range(12))
def test_a_jackhammer_strikes_as_often_as_stated(number):
    """Parent: the first high peak of the envelope's autocorrelation, within the range of all jackhammers."""
    model, wave = play("jackhammer", number, seconds=3.0)
    high = signal.sosfilt(signal.butter(4, 500, "highpass", fs=RATE, output="sos"), wave)
    envelope = signal.decimate(signal.decimate(np.abs(high), 4), 4)  # 1 kHz
    envelope -= envelope.mean()
    likeness = signal.correlate(envelope, envelope)[len(envelope) - 1 :]
    lags = np.arange(28, 125)  # 1 ms: 8 to 36 blows a second
    at = lags[likeness[lags] > 0.8 * likeness[lags].max()]
    first = at[: np.argmax(np.append(np.diff(at) > 1, True)) + 1]  # the first hill, not a multiple of its lag
    best = first[np.argmax(likeness[first])]
    assert 1000 / best == pytest.approx(model["blows_hz"], rel=0.05)


@pytest.mark.parametrize("number", range(12))
def test_an_engine_fires_as_often_as_rpm_and_cylinders_say(number):
    """Parent: four strokes, so each cylinder fires once in two turns; its line stands out of those beside it."""
    model, wave = play("engine_idling", number, seconds=4.0)
    assert model["firing_hz"] == pytest.approx(model["rpm"] / 60 * model["cylinders"] / 2)
    assert len(model["uneven"]) == model["cylinders"]
    frequencies, power = spectrum(wave)
    near = (frequencies > 0.7 * model["firing_hz"]) & (frequencies < 1.3 * model["firing_hz"])
    peak = frequencies[near][np.argmax(power[near])]
    assert peak == pytest.approx(model["firing_hz"], rel=0.02)
    assert power[near].max() > 20 * np.median(power[near])


def test_an_air_conditioner_and_a_drill_hum_where_their_motors_turn():
    """Parents: blades times turns, and the motor's turns less the load in the wall."""
    for number in range(6):
        model, wave = play("air_conditioner", number, seconds=4.0)
        assert model["blade_hz"] == pytest.approx(model["blades"] * model["rpm"] / 60)
        if model["fan"] > 0.3:
            frequencies, power = spectrum(wave)
            near = np.abs(frequencies / model["blade_hz"] - 1) < 0.1
            assert frequencies[near][np.argmax(power[near])] == pytest.approx(model["blade_hz"], rel=0.01)
        model, wave = play("drilling", number, seconds=3.0)
        frequencies, power = spectrum(wave[2 * RATE :])  # long after the run-up
        below = (frequencies > 60) & (frequencies < 1.1 * model["motor_hz"])
        peak = frequencies[below][np.argmax(power[below])]
        assert (1 - model["load"]) * 0.96 < peak / model["motor_hz"] < 1.04


def test_a_horn_sounds_its_reeds_and_a_dog_its_size():
    for number in range(6):
        model, wave = play("car_horn", number, seconds=1.5)
        frequencies, power = spectrum(wave)
        for reed in model["reeds_hz"]:
            near = np.abs(frequencies / reed - 1) < 0.08
            assert frequencies[near][np.argmax(power[near])] == pytest.approx(reed, rel=0.01)
    dogs = [sources.draw("dog_bark", number, seed=0) for number in range(60)]
    sizes = np.array([dog["size"] for dog in dogs])
    assert np.corrcoef(sizes, np.log([dog["pitch_hz"] for dog in dogs]))[0, 1] < -0.9
    assert np.corrcoef(sizes, [dog["formants_hz"][0] for dog in dogs])[0, 1] < -0.9


def test_a_blast_is_friedlanders_and_begins_at_once():
    """Parent: p(T) = 0 at the end of the overpressure, and the integral over the whole wave is 0."""
    model = sources.draw("gun_shot", 0, seed=0) | {"gas": 0.0, "wall": [0.0] * 4, "blast": 0.002}
    wave = machines.play_gun_shot(model, RATE, np.random.default_rng(0), sample_rate=RATE)
    assert np.argmax(np.abs(wave)) == 0
    assert np.flatnonzero(wave < 0)[0] == pytest.approx(0.002 * RATE, abs=1)
    assert np.trapezoid(wave) == pytest.approx(0, abs=0.005 * np.abs(wave).sum())


@pytest.mark.parametrize("seconds", [2.0, 4.0, 30.0])
def test_every_plan_fits_its_clip(seconds):
    for label in events.CLASSES:
        for number in range(20):
            rng = np.random.default_rng(number)
            onsets, durations = sources.plan(sources.draw(label, number, seed=1), seconds, rng)
            assert len(onsets) >= 1
            assert onsets.min() >= 0 and (onsets + durations).max() <= seconds + 1e-9
            assert np.all(np.diff(onsets) > 0) and durations.min() > 0.05, label


@pytest.mark.parametrize("sample_rate", [8000, 48000])
def test_other_sample_rates_have_the_same_sources(sample_rate):
    for label in ("siren", "dog_bark", "gun_shot", "jackhammer"):
        event, behind, truth = events.parts(label, 1, seconds=2.0, seed=0, sample_rate=sample_rate)
        _, _, usual = events.parts(label, 1, seconds=2.0, seed=0, sample_rate=RATE)
        assert len(event) == len(behind) == 2 * sample_rate
        assert {key: truth[key] for key in ("physics", "scene", "snr_db")} == {
            key: usual[key] for key in ("physics", "scene", "snr_db")
        }
        np.testing.assert_allclose(truth["onsets"], usual["onsets"], rtol=0, atol=1 / 8000)
