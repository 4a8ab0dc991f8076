"""Check that sounds from physical models have the physical quantities that they state."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from thesis_lib.datasets.rendered import events
from thesis_lib.datasets.rendered.everyday import air, callers, machines, sounds, sources

pytest.importorskip("tinysoundfont", reason="pip install --no-deps tinysoundfont==0.3.7")
RATE = 16000


def draw(name, number, seed=0):
    """The label of a model, and source `number` of those that have it."""
    ((label, which),) = [(c, k) for c, models in sources.CLASSES.items() for k in (0, 1) if models[k][0] == name]
    own = [k for k in range(200) if sources.model(k) == which]
    return label, sources.draw(label, own[number], seed=seed)


def play(name, number, seconds=2.0, seed=0, rate=RATE, **settings):
    """A source of a model and its sound alone, without place and microphone."""
    label, source = draw(name, number, seed)
    source |= settings
    rng = np.random.default_rng(number)
    (played,) = (played for model, _, played in sources.CLASSES[label] if model == name)
    return source, played(source, round(seconds * rate), rng, sample_rate=rate)


def spectrum(wave, rate=RATE):
    """Power by frequency, and the frequencies."""
    size = 4 * len(wave)
    return np.fft.rfftfreq(size, 1 / rate), np.abs(np.fft.rfft(wave * np.hanning(len(wave)), size)) ** 2


@pytest.mark.parametrize("number", range(12))
def test_a_siren_stays_in_its_range_at_its_rate(number):
    """Parents: the analytic signal's frequency, and for wail and yelp the period of the pitch."""
    _, model = draw("loudspeaker", number)
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
    model, wave = play("loudspeaker", number, seconds=3.0)
    frequencies, times, power = signal.spectrogram(wave, RATE, nperseg=1024, noverlap=768)
    lines = power * (frequencies < 1.5 * model["low_hz"])[:, None]  # no second partial reaches below 2 low_hz
    there = lines.max(axis=0) > 0.05 * power.max(axis=0)
    strongest = frequencies[lines.argmax(axis=0)][there]
    assert there.any()
    assert strongest.min() > model["low_hz"] - 2 * RATE / 1024


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize(("name", "corner"), [("pneumatic", 500), ("electric", 1000), ("rotary hammer", 1000)])
def test_hammers_strike_as_often_as_stated(name, corner, number):
    """Parent: the first high peak of the envelope's autocorrelation, within the range of all hammers.

    Motors and gears sound steadily and are left out.
    """
    steady = {"motor": 0.0, "mesh": 0.0, "dust": 0.0} if name != "pneumatic" else {}
    model, wave = play(name, number, seconds=3.0, **steady)
    wave = wave[RATE:]  # the bit is in contact
    high = signal.sosfilt(signal.butter(4, corner, "highpass", fs=RATE, output="sos"), wave)
    envelope = signal.decimate(signal.decimate(np.abs(high), 4), 4)  # 1 kHz
    envelope -= envelope.mean()
    likeness = signal.correlate(envelope, envelope)[len(envelope) - 1 :]
    lags = np.arange(14 if name == "rotary hammer" else 28, 125)  # 1 ms: 8 to 36 or 71 blows a second
    at = lags[likeness[lags] > 0.8 * likeness[lags].max()]
    first = at[: np.argmax(np.append(np.diff(at) > 1, True)) + 1]  # the first hill, not a multiple of its lag
    best = first[np.argmax(likeness[first])]
    assert 1000 / best == pytest.approx(model["blows_hz"], rel=0.05)


@pytest.mark.parametrize("number", range(12))
def test_an_engine_fires_as_often_as_rpm_and_cylinders_say(number):
    """Parent: four strokes, so each cylinder fires once in two turns; its line stands out of those beside it."""
    model, wave = play("four-stroke", number, seconds=4.0)
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
        model, wave = play("fan", number, seconds=4.0)
        assert model["blade_hz"] == pytest.approx(model["blades"] * model["rpm"] / 60)
        if model["fan"] > 0.3:
            frequencies, power = spectrum(wave)
            near = np.abs(frequencies / model["blade_hz"] - 1) < 0.1
            assert frequencies[near][np.argmax(power[near])] == pytest.approx(model["blade_hz"], rel=0.01)
        model, wave = play("drill", number, seconds=3.0)
        frequencies, power = spectrum(wave[2 * RATE :])  # long after the run-up
        below = (frequencies > 60) & (frequencies < 1.1 * model["motor_hz"])
        peak = frequencies[below][np.argmax(power[below])]
        assert (1 - model["load"]) * 0.96 < peak / model["motor_hz"] < 1.04


def test_a_horn_sounds_its_reeds_and_a_dog_its_size():
    for number in range(6):
        model, wave = play("reeds", number, seconds=1.5)
        frequencies, power = spectrum(wave)
        for reed in model["reeds_hz"]:
            near = np.abs(frequencies / reed - 1) < 0.08
            assert frequencies[near][np.argmax(power[near])] == pytest.approx(reed, rel=0.01)
    dogs = [draw("clear", number)[1] for number in range(60)]
    sizes = np.array([dog["size"] for dog in dogs])
    assert np.corrcoef(sizes, np.log([dog["pitch_hz"] for dog in dogs]))[0, 1] < -0.9
    assert np.corrcoef(sizes, [dog["formants_hz"][0] for dog in dogs])[0, 1] < -0.9


def test_a_blast_is_friedlanders_and_begins_at_once():
    """Parent: p(T) = 0 at the end of the overpressure, and the integral over the whole wave is 0."""
    model = draw("near", 0)[1] | {"gas": 0.0, "wall": [0.0] * 4, "blast": 0.002}
    wave = machines.play_gun_shot(model, RATE, np.random.default_rng(0), sample_rate=RATE)
    assert np.argmax(np.abs(wave)) == 0
    assert np.flatnonzero(wave < 0)[0] == pytest.approx(0.002 * RATE, abs=1)
    assert np.trapezoid(wave) == pytest.approx(0, abs=0.005 * np.abs(wave).sum())


def test_a_distant_shot_is_an_n_wave_and_then_the_muzzle():
    """Parents: 1 - 2 t/T is symmetrical about T/2 with an integral of 0; the muzzle comes after the stated delay."""
    only = {"shock_s": 0.004, "shock": 1.0, "delay_s": 0.1, "echo": 0.0}  # long enough to have many samples
    _, wave = play("distant rifle", 0, seconds=1.0, **only)
    shock, length = wave[: round(0.09 * RATE)], round(0.004 * RATE)
    np.testing.assert_allclose(shock[:length], -shock[:length][::-1], atol=1e-9)
    assert shock[:length] / shock[0] == pytest.approx(1 - 2 * np.arange(length) / (length - 1), abs=1e-9)
    assert np.abs(shock[length:]).max() < 1e-9
    assert np.flatnonzero(np.abs(wave[length:]) > 1e-3)[0] + length == pytest.approx(0.1 * RATE, abs=2)


def test_a_rotor_runs_up_and_coasts_exponentially():
    """Parent: the closed form of a first-order lag, 1 - (1 - s) exp(-t/T) under power and s exp(-t/T) without."""
    source = {"spin_up": 1.5, "coast": 2.5, "power": 1000.0}
    time = np.arange(3 * RATE) / RATE
    up = speed(source, 0.0)
    assert up == pytest.approx(1 - (1 - up[0]) * np.exp(-time / 1.5), abs=0.01)
    down = speed(source, 0.5)
    assert down == pytest.approx(down[0] * np.exp(-time / 2.5), abs=0.01)


def speed(source, phase):
    return air.rotor_speed(source, 3 * RATE, phase, sample_rate=RATE)


@pytest.mark.parametrize("number", range(6))
def test_second_models_sound_at_their_stated_frequencies(number):
    """Parents: the lines of the trumpets, of the mains, of the moped's firing and of the struck steel."""
    model, wave = play("trumpets", number, seconds=3.0, breath=0.0)
    assert_line(wave[RATE:-RATE], model["trumpets_hz"][0], 0.02)
    model, wave = play("compressor", number, seconds=4.0, thump=0.0, pipe=0.0, hum=[1.0] * 12)
    assert_line(wave, model["hum_hz"], 0.01)
    model, wave = play("two-stroke", number, seconds=4.0, misses=0.0, fan=0.0)
    assert model["firing_hz"] == pytest.approx(model["rpm"] / 60)
    assert_line(wave, model["firing_hz"], 0.03)
    model, wave = play("steel", number, seconds=4.0, figure=[3], drone=0, mallet=0.0)
    frequencies, power = spectrum(wave)
    assert frequencies[np.argmax(power)] == pytest.approx(model["tones_hz"][3], rel=0.01)


def assert_line(wave, frequency, close):
    """Check that the strongest line within 15 % of a frequency is there, and stands out."""
    frequencies, power = spectrum(wave)
    near = np.abs(frequencies / frequency - 1) < 0.15
    assert frequencies[near][np.argmax(power[near])] == pytest.approx(frequency, rel=close)
    assert power[near].max() > 10 * np.median(power[near])


def test_a_large_hoarse_dog_is_slower_and_a_playground_has_no_pauses():
    dogs = [draw("hoarse", number)[1] for number in range(60)]
    assert np.corrcoef([dog["size"] for dog in dogs], np.log([dog["pulses_hz"] for dog in dogs]))[0, 1] < -0.9
    for number in range(6):
        _, wave = play("playground", number, seconds=4.0)
        frames = (wave[: 64 * 1000].reshape(-1, 1600) ** 2).mean(axis=1)  # tenths of a second
        assert frames[2:-2].min() > 0.01 * frames.mean()


@pytest.mark.parametrize("n_folds", [3, 4, 5, 6, 8, 10])
def test_each_fold_has_sources_of_both_models(n_folds):
    of_fold = {fold: [sources.model(k) for k in range(20) if k % n_folds == fold] for fold in range(n_folds)}
    assert all(set(models) == {0, 1} for models in of_fold.values())
    if n_folds in (5, 10):
        assert all(sum(models) == len(models) / 2 for models in of_fold.values())
    assert [sources.model(k) for k in range(20, 40)] == [sources.model(k) for k in range(20)]


def test_each_class_has_two_models_that_state_different_physics():
    names = [model[0] for models in sources.CLASSES.values() for model in models]
    assert len(names) == len(set(names)) == 20
    for label in sources.CLASSES:
        first, second = (sources.draw(label, number, seed=0) for number in (0, 1))
        assert (first["model"], second["model"]) == tuple(model[0] for model in sources.CLASSES[label])
        assert second.keys() - first.keys(), label


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
