"""Check features of clips: stored by content, and equal in one and in several processes."""

import numpy as np
import pytest
import soundfile
from conftest import RATE, tone

from thesis_lib import audio, features, files
from thesis_lib.datasets import folder
from thesis_lib.features import clips as computing

MEL = {"sample_rate": 12_000, "seconds": 1.5, "n_mels": 32}


def stores():
    return sorted((files.cache_dir() / "features").glob("*/*.npy"))


@pytest.fixture
def counted(monkeypatch):
    """Counts the clips whose features are computed."""
    calls = []
    one = computing._one
    monkeypatch.setattr(computing, "_one", lambda *args: calls.append(args) or one(*args))
    return calls


def test_log_mels_are_those_of_each_clip_alone(audio_folder):
    clips = folder.clips(audio_folder)
    together = features.log_mels(clips, **MEL)
    assert together.shape == (12, 1 + 18_000 // 256, 32)
    for clip, values in zip(clips, together, strict=True):
        alone = features.log_mels([clip], **MEL)[0]
        np.testing.assert_array_equal(values, alone)
        waveform = audio.repeat_to(audio.load(clip.path, 12_000), 18_000)
        exact = audio.log_mel(waveform, 12_000, n_mels=32)
        np.testing.assert_array_equal(values, exact.astype(np.float16))
        assert np.abs(values - exact).max() <= np.abs(exact).max() / 2048


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


def test_loud_music_does_not_overflow_on_disk(tmp_path):
    """A full-scale tone has mel powers far above 6.55, where 10,000 times a float16 is infinite under NumPy 2."""
    for label in ("a", "b"):
        (tmp_path / "loud" / label).mkdir(parents=True)
        for fold in (1, 2, 3):
            soundfile.write(tmp_path / "loud" / label / f"{fold}-0.wav", np.sign(tone(440)), RATE)
    clips = folder.clips(tmp_path / "loud")
    settings = {"sample_rate": 16_000, "seconds": 1.0, "n_mels": 96, "compression": "log10(10000x+1)"}
    values = features.log_mels(clips, **settings)[0]
    power = audio.mel_spectrogram(audio.load(clips[0].path, 16_000), 16_000, n_mels=96)
    assert power.max() > 100
    np.testing.assert_allclose(values, np.log10(10_000.0 * power + 1), rtol=2**-11, atol=1e-6)


def test_all_bad_clips_are_said_in_one_sentence(audio_folder):
    soundfile.write(audio_folder / "low" / "1-0.wav", np.zeros(RATE), RATE)
    soundfile.write(audio_folder / "low" / "2-1.wav", np.zeros(RATE), RATE)
    with pytest.raises(audio.AudioError, match=r"low/1-0.wav is silent.*\(1 more clip"):
        features.log_mels(folder.clips(audio_folder), **MEL)
    assert stores() == []


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
    for part in stores():
        part.unlink()
    monkeypatch.setattr(computing, "PARALLEL_FROM", 2)
    np.testing.assert_array_equal(features.log_mels(clips, **MEL), serial)


def test_the_bar_tells_how_fast_and_how_long_still(audio_folder, capsys):
    features.log_mels(folder.clips(audio_folder), **MEL)
    bar = capsys.readouterr().err
    assert "log_mel: 100%" in bar and "clip/s" in bar and "x real time" in bar
