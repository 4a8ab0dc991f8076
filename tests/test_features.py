"""The store of features: computed once, whole or not at all."""

import json

import numpy as np
import pytest
import soundfile
from conftest import RATE, tone

from thesis_lib import audio, features
from thesis_lib.datasets import folder

MEL = {"sample_rate": 12_000, "seconds": 1.5, "n_mels": 32}


def stores():
    return sorted((features.cache_dir() / "features").glob("*.npy"))


@pytest.fixture
def counted(monkeypatch):
    """Counts the clips whose features are computed."""
    calls = []
    one = features._one
    monkeypatch.setattr(features, "_one", lambda *args: calls.append(args) or one(*args))
    return calls


def test_log_mels_are_those_of_each_clip_alone(audio_folder):
    clips = folder.clips(audio_folder)
    together = features.log_mels(clips, **MEL)
    assert together.shape == (12, 1 + 18_000 // 256, 32)
    for clip, values in zip(clips, together, strict=True):
        alone = features.log_mels([clip], **MEL)[0]
        np.testing.assert_array_equal(values, alone)
        waveform = audio.repeat_to(audio.load(clip.path, 12_000), 18_000)
        np.testing.assert_array_equal(values, audio.log_mel(waveform, 12_000, n_mels=32))


def test_waveforms_are_repeated_to_their_length(audio_folder):
    values = features.waveforms(folder.clips(audio_folder), sample_rate=12_000, seconds=1.5)
    assert values.shape == (12, 18_000, 1)
    np.testing.assert_array_equal(values[:, 12_000:], values[:, :6_000])


def test_features_are_computed_once_and_by_content(audio_folder, counted):
    clips = folder.clips(audio_folder)
    features.log_mels(clips, **MEL)
    features.log_mels(clips, **MEL)
    assert len(counted) == 12
    moved = audio_folder.rename(audio_folder.parent / "elsewhere")
    features.log_mels(folder.clips(moved), **MEL)
    assert len(counted) == 12, "the place of the files must not matter"
    features.log_mels(folder.clips(moved), **MEL | {"n_mels": 16})
    soundfile.write(moved / "low" / "1-0.wav", tone(100), RATE)
    features.log_mels(folder.clips(moved), **MEL)
    assert len(counted) == 36, "other settings and other audio must be computed"


@pytest.mark.parametrize("damage", ["flipped byte", "cut", "no seal", "half a seal"])
def test_a_damaged_store_is_computed_again(audio_folder, counted, damage):
    clips = folder.clips(audio_folder)
    before = np.array(features.log_mels(clips, **MEL))
    array = stores()[0]
    seal = array.with_suffix(".json")
    if damage == "flipped byte":
        content = bytearray(array.read_bytes())
        content[-100] ^= 1
        array.write_bytes(content)
    elif damage == "cut":
        array.write_bytes(array.read_bytes()[:-1000])
    elif damage == "no seal":
        seal.unlink()
    else:
        seal.write_text(seal.read_text()[:20])
    np.testing.assert_array_equal(features.log_mels(clips, **MEL), before)
    assert len(counted) == 24
    assert json.loads(seal.read_text())["sha256"] == features.sha256(array)


def test_an_interrupted_computation_leaves_nothing_that_is_read(tmp_path):
    def interrupted(values):
        values[:] = 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        features.stored({"a": 1}, (3,), interrupted)
    assert stores() == []
    assert list((features.cache_dir() / "features").iterdir()) == []

    def whole(values):
        values[:] = 2

    np.testing.assert_array_equal(features.stored({"a": 1}, (3,), whole), [2, 2, 2])


def test_all_bad_clips_are_said_in_one_sentence(audio_folder):
    soundfile.write(audio_folder / "low" / "1-0.wav", np.zeros(RATE), RATE)
    soundfile.write(audio_folder / "low" / "2-1.wav", np.zeros(RATE), RATE)
    with pytest.raises(audio.AudioError, match=r"low/1-0.wav is silent.*\(1 more clip"):
        features.log_mels(folder.clips(audio_folder), **MEL)
    assert stores() == []


def test_a_store_that_cannot_be_written_says_where(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("THESIS_CACHE", str(tmp_path / "file"))
    with pytest.raises(OSError, match="cannot be stored in .*set THESIS_CACHE"):
        features.stored({}, (1,), lambda values: None)


def test_the_fingerprint_is_of_content_labels_and_folds(audio_folder):
    clips = folder.clips(audio_folder)
    name = features.fingerprint(clips)
    assert features.fingerprint(folder.clips(audio_folder.rename(audio_folder.parent / "moved"))) == name
    (audio_folder.parent / "moved" / "high" / "1-0.wav").rename(audio_folder.parent / "moved" / "high" / "2-0.wav")
    assert features.fingerprint(folder.clips(audio_folder.parent / "moved")) != name


def test_parallel_and_serial_features_are_equal(tmp_path, monkeypatch):
    for label in ("a", "b"):
        (tmp_path / "many" / label).mkdir(parents=True)
        for index in range(6):
            soundfile.write(
                tmp_path / "many" / label / f"{index % 3 + 1}-{index}.wav", tone(200, 0.5, seed=index), RATE
            )
    clips = folder.clips(tmp_path / "many")
    serial = np.array(features.log_mels(clips, **MEL))
    stores()[0].unlink()
    monkeypatch.setattr(features, "PARALLEL_FROM", 2)
    np.testing.assert_array_equal(features.log_mels(clips, **MEL), serial)


def test_another_version_of_the_library_computes_again(audio_folder, counted, monkeypatch):
    clips = folder.clips(audio_folder)
    features.log_mels(clips, **MEL)
    monkeypatch.setattr(features, "VERSION", features.VERSION + 1)
    features.log_mels(clips, **MEL)
    assert len(counted) == 24
