"""Check that one pass over the audio computes the features of all systems, stored by shard."""

import librosa
import numpy as np
import pytest
from conftest import RATE, tone

from thesis_lib import audio, features
from thesis_lib.datasets import folder
from thesis_lib.protocols.non_trained import extraction
from thesis_lib.protocols.non_trained.sizes import SAMPLE_RATE, at_size

SYSTEMS = ["7x96", "temporal", "sample_level", "mfcc"]
SETTINGS = {"n_features": 28, "seed": 3, "seconds": 1.0}


@pytest.fixture
def clips(audio_folder, monkeypatch):
    """Twelve clips in shards of five."""
    monkeypatch.setattr(extraction, "SHARD", 5)
    return folder.clips(audio_folder)


@pytest.fixture
def decoded(monkeypatch):
    """Names of the files that were decoded, in their order."""
    paths = []
    load = audio.load
    monkeypatch.setattr(audio, "load", lambda path, *args, **kwargs: paths.append(path) or load(path, *args, **kwargs))
    return paths


@pytest.fixture
def computed(monkeypatch):
    """Pairs of a system and a number of clips, as they are computed; set `at_most` to fail after so many."""
    calls, predict, statistics = [], extraction.predict, extraction.statistics

    class Counted(list):
        at_most = 100

        def note(self, name, n):
            if len(self) >= self.at_most:
                raise KeyboardInterrupt
            self.append((name, n))

    calls = Counted()
    monkeypatch.setattr(
        extraction, "predict", lambda model, x, size: calls.note(model.name, len(x)) or predict(model, x, size)
    )
    monkeypatch.setattr(extraction, "statistics", lambda x: calls.note("mfcc", len(x)) or statistics(x))
    return calls


def test_all_systems_share_one_pass(clips, decoded, computed):
    found = extraction.extract(clips, SYSTEMS, **SETTINGS)
    assert decoded == [clip.path for clip in clips]
    assert [n for name, n in computed if name == "mfcc"] == [5, 5, 2]
    assert len(computed) == 3 * len(SYSTEMS)
    assert {name: one.values.shape[0] for name, one in found.items()} == dict.fromkeys(SYSTEMS, 12)
    again = extraction.extract(clips, SYSTEMS, **SETTINGS)
    assert len(decoded) == 12 and len(computed) == 12, "nothing is decoded or computed twice"
    assert all(one.seconds == 0 for one in again.values())


def test_what_was_stopped_goes_on_with_the_shards_that_are_missing(clips, decoded, computed):
    computed.at_most = 6  # stopped in the second shard, before its third system
    with pytest.raises(KeyboardInterrupt):
        extraction.extract(clips, SYSTEMS, **SETTINGS)
    before = list(computed)
    computed.at_most = 100
    decoded.clear()
    found = extraction.extract(clips, SYSTEMS, **SETTINGS)
    assert decoded == [clip.path for clip in clips[5:]], "the first shard is whole"
    assert len(computed) - len(before) == 3 * len(SYSTEMS) - 6
    alone = extraction.extract(clips, ["sample_level"], **SETTINGS)["sample_level"].values
    np.testing.assert_array_equal(found["sample_level"].values, alone)


def test_another_system_computes_only_itself(clips, computed):
    extraction.extract(clips, ["7x96"], **SETTINGS)
    computed.clear()
    extraction.extract(clips, ["7x96", "mfcc"], **SETTINGS)
    assert computed == [("mfcc", 5), ("mfcc", 5), ("mfcc", 2)]


@pytest.mark.parametrize("name", SYSTEMS[:-1])
def test_features_are_the_models_on_each_clip_alone(clips, name):
    import keras

    found = extraction.extract(clips, [name], **SETTINGS)[name]
    keras.utils.set_random_seed(3)
    model = at_size(name, 28, 1.0)
    waveforms, log_mels = features.inputs(
        clips[-1:], sample_rate=SAMPLE_RATE, seconds=1.0, n_mels=96, n_fft=512, hop=256, compression="db80"
    )
    expected = model.predict(waveforms if name == "sample_level" else log_mels, verbose=0)
    np.testing.assert_allclose(found.values[-1:], expected, rtol=1e-4, atol=1e-5)
    assert found.n_params == model.count_params()


def test_the_baseline_is_librosas(clips):
    found = extraction.extract(clips, ["mfcc"], **SETTINGS)["mfcc"]
    waveform = audio.load(clips[0].path, SAMPLE_RATE)[:SAMPLE_RATE]
    mfcc = librosa.feature.mfcc(y=waveform, sr=SAMPLE_RATE, n_mfcc=20)
    np.testing.assert_allclose(found.values[0, :20], mfcc.mean(axis=1), rtol=1e-5)
    np.testing.assert_allclose(found.values[0, 20:40], mfcc.std(axis=1), rtol=1e-5)
    np.testing.assert_allclose(found.values[0, 60:80], np.diff(mfcc).std(axis=1), rtol=1e-4)
    assert found.n_params is None


def test_a_page_is_not_told_of_retracing(clips, caplog):
    import logging

    extraction.extract(clips, ["7x96"], **SETTINGS)
    logging.getLogger("tensorflow").warning("triggered tf.function retracing")
    assert "retracing" not in caplog.text


def test_a_bad_clip_is_said_and_what_was_done_is_kept(clips, computed):
    import soundfile

    extraction.extract(clips, ["7x96"], **SETTINGS)
    soundfile.write(clips[7].path, np.zeros(RATE), RATE)
    with pytest.raises(audio.AudioError, match="is silent"):
        extraction.extract(clips, ["7x96"], **SETTINGS)
    soundfile.write(clips[7].path, tone(300, seed=9), RATE)
    assert len(extraction.extract(clips, ["7x96"], **SETTINGS)["7x96"].values) == 12
