"""Check the rendered events: identical samples, separate sources, annotations that match the signal."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
import soundfile

from thesis_lib.datasets.clip import Clip
from thesis_lib.datasets.rendered import events, shelf
from thesis_lib.datasets.rendered.everyday import sources
from thesis_lib.datasets.rendered.everyday.backgrounds import SCENES, background
from thesis_lib.datasets.splits import splits

pytest.importorskip("tinysoundfont", reason="pip install --no-deps tinysoundfont==0.3.7")
RATE = 16000
SMALL = {"per_class": 3, "seconds": 2.0, "n_folds": 3, "sample_rate": RATE}
SETTINGS = {"seconds": 4.0, "seed": 0, "sample_rate": RATE}
THREE_CLIPS = """
import sys
from pathlib import Path
from functools import partial
from thesis_lib.datasets.rendered import events, shelf
make = partial(events._make, seconds=2.0, seed=0, sample_rate=16000)
for label in ("street_music", "dog_bark", "air_conditioner"):
    shelf._make(Path(sys.argv[1]) / f"{label}-0002.flac", (label, 2), make, 16000)
"""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Three clips a class."""
    return events.clips(tmp_path_factory.mktemp("events"), **SMALL)


@pytest.fixture(scope="module")
def heard():
    """Two clips of each class as (event, background, truth)."""
    return [events.parts(label, k, **SETTINGS) for label in events.CLASSES for k in (0, 7)]


def of_folds(monkeypatch, tmp_path, **settings):
    monkeypatch.setattr(events.shelf, "shelve", lambda *args, **kwargs: None)
    return events.clips(tmp_path, **settings)


def spectrum(wave, rate=RATE):
    """Power by frequency, and the frequencies."""
    size = 4 * len(wave)
    return np.fft.rfftfreq(size, 1 / rate), np.abs(np.fft.rfft(wave * np.hanning(len(wave)), size)) ** 2


def test_same_bytes_in_another_process(rendered, tmp_path):
    subprocess.run([sys.executable, "-c", THREE_CLIPS, str(tmp_path)], check=True)
    for path in tmp_path.iterdir():
        (own,) = (clip for clip in rendered if clip.path.name == path.name)
        assert path.read_bytes() == own.path.read_bytes()


def test_another_seed_is_another_source():
    for label in events.CLASSES:
        assert sources.draw(label, 0, seed=0) == sources.draw(label, 0, seed=0)
        assert sources.draw(label, 0, seed=0) != sources.draw(label, 0, seed=1)
        assert sources.draw(label, 0, seed=0) != sources.draw(label, 1, seed=0)


@pytest.mark.parametrize("n_folds", range(3, 11))
def test_folds_are_whole_sources_and_balanced(n_folds, monkeypatch, tmp_path):
    clips = of_folds(monkeypatch, tmp_path, per_class=100, n_folds=n_folds)
    of_group = {}
    for clip in clips:
        assert of_group.setdefault(clip.group, clip.fold) == clip.fold
    counts = Counter((clip.label, clip.fold) for clip in clips)
    assert set(clip.fold for clip in clips) == set(range(1, n_folds + 1))
    for fold in range(1, n_folds + 1):  # the classes of a fold are of one size
        assert len({counts[label, fold] for label in events.CLASSES}) == 1
    if 20 % n_folds == 0:
        assert set(counts.values()) == {100 / n_folds}
    assert len(splits(clips)) == n_folds  # would refuse a group on two sides
    assert set(Counter(clip.group for clip in clips[:80]).values()) == {4}


def test_the_audio_does_not_depend_on_folds_or_number(monkeypatch, tmp_path):
    few = of_folds(monkeypatch, tmp_path, per_class=10, n_folds=3)
    many = of_folds(monkeypatch, tmp_path, per_class=100, n_folds=10)
    assert {clip.path for clip in few} < {clip.path for clip in many}
    assert {clip.path: clip.group for clip in few}.items() < {clip.path: clip.group for clip in many}.items()


def test_files_are_the_sum_of_event_and_background(rendered):
    settings = {"seconds": SMALL["seconds"], "seed": 0, "sample_rate": RATE}
    for clip in rendered[::3]:
        wave, rate = soundfile.read(clip.path)
        event, behind, truth = events.parts(clip.label, 0, **settings)
        assert (rate, wave.shape) == (RATE, (2 * RATE,))
        np.testing.assert_allclose(wave, event + behind, rtol=0, atol=2**-15)
        assert shelf.truth(clip) == json.loads(json.dumps(truth))
        assert (truth["label"], truth["source"]) == (clip.label, clip.group)
        assert isinstance(clip, Clip) and clip.labels == (clip.label,)


def test_audio_is_finite_and_does_not_clip(rendered):
    for clip in rendered:
        wave, _ = soundfile.read(clip.path)
        assert np.isfinite(wave).all()
        assert 10 ** (-12.1 / 20) < np.abs(wave).max() < 10 ** (-0.9 / 20)


def test_snr_is_as_stated(heard):
    """Parent: power over the stated intervals, sample by sample."""
    for event, behind, truth in heard:
        active = np.zeros(len(event), bool)
        for onset, duration in zip(truth["onsets"], truth["durations"], strict=True):
            active[round(onset * RATE) : round((onset + duration) * RATE)] = True
        snr = 10 * np.log10(np.sum(event[active] ** 2) / np.sum(behind[active] ** 2))
        assert snr == pytest.approx(truth["snr_db"], abs=0.01)
        assert events.SNR_DB[0] <= truth["snr_db"] <= events.SNR_DB[1]


def test_the_event_is_heard_where_the_truth_says(heard):
    for event, _, truth in heard:
        power, loud = event**2, np.mean(event[event != 0] ** 2)
        allowed = np.zeros(len(event), bool)
        for onset, duration in zip(truth["onsets"], truth["durations"], strict=True):
            begin, end = round(onset * RATE), round((onset + duration) * RATE)
            assert 0 <= begin < end <= len(event)
            assert power[begin:end].mean() > 0.05 * loud, truth["label"]
            allowed[begin : end + round(truth["physics"]["echo_s"] * RATE)] = True
        if not allowed.all():
            assert power[~allowed].mean() < 1e-3 * loud, truth["label"]


def test_scene_and_snr_do_not_depend_on_the_class(heard):
    """Parent: the scenes are drawn evenly; 800 draws of 8, so each is within 5 deviations of 100."""
    truths = []
    for label in events.CLASSES:
        for k in range(80):
            rng = np.random.default_rng([0, list(events.CLASSES).index(label), k, 4])
            truths.append((str(rng.choice(list(SCENES))), round(float(rng.uniform(*events.SNR_DB)), 2)))
    stated = [(truth["scene"], truth["snr_db"]) for _, _, truth in heard]
    assert stated == [truths[80 * number + k] for number in range(len(events.CLASSES)) for k in (0, 7)]
    counts = Counter(scene for scene, _ in truths)
    assert len(counts) == len(SCENES) >= 6
    assert all(abs(count - 100) < 5 * np.sqrt(100 * 7 / 8) for count in counts.values())
    assert np.mean([snr for _, snr in truths]) == pytest.approx(6, abs=5 * 18 / np.sqrt(12 * 800))


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_is_noise_of_its_own_each_time(scene):
    one, other = (background(scene, RATE, np.random.default_rng(k), sample_rate=RATE) for k in (0, 1))
    assert np.mean(one**2) == pytest.approx(1)
    assert abs(np.mean(one * other)) < 0.3


def test_clips_of_a_source_are_more_alike_than_clips_of_two():
    """By the event's mean spectrum in octaves, without background."""
    farther = {}
    for label in events.CLASSES:
        found = []
        for k in (0, 20, 1, 21, 2, 22, 3, 23):
            event, _, _ = events.parts(label, k, **SETTINGS | {"sample_rate": 8000})
            frequencies, power = spectrum(event, 8000)
            bands = [power[(low <= frequencies) & (frequencies < 2 * low)].sum() for low in 62.5 * 2 ** np.arange(6)]
            found.append(10 * np.log10(np.array(bands) / sum(bands) + 1e-4))
        apart = np.linalg.norm(np.array(found)[:, None] - np.array(found)[None], axis=2)
        same = np.arange(8)[:, None] // 2 == np.arange(8) // 2
        farther[label] = apart[~same].mean() / apart[same & ~np.eye(8, dtype=bool)].mean()
    assert min(farther.values()) > 1.2, farther
    assert np.mean(list(farther.values())) > 2, farther


@pytest.mark.parametrize(
    "bad",
    [{"n_folds": 2}, {"n_folds": 11}, {"per_class": 4}, {"seconds": 1}, {"seconds": float("nan")}, {"seed": -1},
     {"sample_rate": 4000}],
)  # fmt: skip
def test_bad_settings_are_refused_before_anything_is_written(bad, tmp_path):
    with pytest.raises(ValueError, match=f"got .*{next(iter(bad))}="):
        events.clips(tmp_path / "new", **bad)
    assert not (tmp_path / "new").exists()
