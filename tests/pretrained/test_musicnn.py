"""Compare musicnn with the published network and the original graph, in every form of computation."""

import json
import re
from pathlib import Path

import keras
import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from conftest import RATE, tone

from thesis_lib import audio
from thesis_lib.cli.main import main
from thesis_lib.models.fast.musicnn import folded
from thesis_lib.models.musicnn import musicnn, vgg
from thesis_lib.pretrained import conversion
from thesis_lib.pretrained import musicnn as published
from thesis_lib.pretrained import tagger as tagging


def trainable(model):
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


@pytest.mark.parametrize(
    ("model", "learnt", "statistics"),
    [
        (lambda: musicnn(), 787_159, 4_920),
        (lambda: vgg(), 605_748, 1_282),
        (lambda: musicnn(mid_width=512, dense_width=500), 7_993_819 - 13_584, 13_584),
    ],
    ids=["musicnn", "vgg", "MSD_musicnn_big"],
)
def test_parameters_are_counted_as_in_the_checkpoints(model, learnt, statistics):
    built = model()
    assert (trainable(built), built.count_params() - trainable(built)) == (learnt, statistics)


def randomised(model, seed=0):
    """Weights and statistics of every sign and size, so that no term can hide."""
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            shape = layer.gamma.shape
            layer.set_weights(
                [
                    rng.normal(1, 0.8, shape),
                    rng.normal(0, 0.3, shape),
                    rng.normal(0, 0.3, shape),
                    rng.uniform(0.5, 2, shape),
                ]
            )
    return model


@pytest.mark.parametrize("build", [musicnn, vgg])
def test_the_folded_model_is_the_same_function(build, patches):
    keras.utils.set_random_seed(0)
    model = randomised(build())
    features = folded(model, features=True).predict(patches, verbose=0)
    names = [name for name in features if name not in ("mean_pool", "max_pool")]
    whole = keras.Model(model.input, {name: model.get_layer(name).output for name in features})
    for name, values in whole.predict(patches, verbose=0).items():
        np.testing.assert_allclose(features[name], values, atol=2e-5 * max(1, np.abs(values).max()), err_msg=name)
    assert len(names) >= 6
    np.testing.assert_allclose(folded(model).predict(patches, verbose=0), features["taggram"], atol=1e-6)
    one = "penultimate" if model.name == "musicnn" else "pool3"
    alone = folded(model, features=one)
    np.testing.assert_allclose(alone.predict(patches, verbose=0), features[one], atol=1e-6)
    assert alone.count_params() < folded(model).count_params(), "without the layers after it"


def test_the_log_mel_in_pieces_is_that_of_the_whole(tmp_path, monkeypatch):
    import librosa

    waveform = tone(440, seconds=7.3)
    soundfile.write(tmp_path / "a.wav", waveform, RATE, subtype="FLOAT")
    monkeypatch.setattr(tagging.audio, "stream", lambda path, rate, **_: iter(np.array_split(waveform, 29)))
    mel = librosa.feature.melspectrogram(y=waveform, sr=RATE, n_fft=512, hop_length=256, n_mels=96, pad_mode="reflect")
    expected = np.log10(10_000 * mel.T.astype(np.float16).astype(np.float32) + 1)
    got = tagging.log_mel(tmp_path / "a.wav")
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, atol=5e-4)  # a rounding to float16 may fall to the other side


def test_loud_music_does_not_overflow(tmp_path):
    soundfile.write(tmp_path / "loud.wav", np.sign(tone(440, seconds=4)), RATE)
    assert (
        np.isfinite(tagging.log_mel(tmp_path / "loud.wav")).all() and tagging.log_mel(tmp_path / "loud.wav").max() > 5
    )


@pytest.mark.parametrize("extension", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_a_stream_is_the_whole(tmp_path, extension, rate):
    soundfile.write(tmp_path / f"a.{extension}", np.stack([tone(300, 3.1, rate), tone(500, 3.1, rate)], axis=1), rate)
    pieces = list(audio.stream(tmp_path / f"a.{extension}", 16_000, at_once=0.7))
    assert len(pieces) > 3
    whole = audio.load(tmp_path / f"a.{extension}", 16_000)
    # an MP3's last bits depend on how much of it is decoded at once
    np.testing.assert_allclose(np.concatenate(pieces), whole, rtol=0, atol=1e-7 if extension == "mp3" else 0)


def test_short_hops_share_the_front_end_and_give_the_same(wheel, tmp_path, monkeypatch):
    soundfile.write(tmp_path / "a.wav", np.concatenate([tone(200 * n, 2.0, seed=n) for n in range(1, 5)]), RATE)
    tagger = tagging.Tagger("MTT_musicnn", source=wheel, features=True)
    shared = tagger(tmp_path / "a.wav", hop=0.5)
    monkeypatch.setattr(tagging, "SHARED_BELOW", 0)
    alone = tagger(tmp_path / "a.wav", hop=0.5)
    assert len(shared.taggram) == len(alone.taggram) == 1 + (501 - 187) // 31
    np.testing.assert_allclose(shared.taggram, alone.taggram, atol=1e-5)
    for name, values in alone.features.items():
        np.testing.assert_allclose(shared.features[name], values, atol=1e-4 * np.abs(values).max())


def test_a_patch_does_not_depend_on_the_others(wheel, tmp_path):
    """The original repeats the features of the first patch for those after it."""
    long = np.concatenate([tone(200 * n, 1.5, seed=n) for n in range(1, 9)])
    soundfile.write(tmp_path / "long.wav", long, RATE, subtype="FLOAT")
    tagger = tagging.Tagger("MSD_musicnn", source=wheel, features=True)
    tagged = tagger(tmp_path / "long.wav")
    assert len(tagged.taggram) == 4
    assert all(not np.allclose(tagged.features["cnn3"][0], other) for other in tagged.features["cnn3"][1:])
    np.testing.assert_allclose(tagged.starts, 187 * 256 / 16_000 * np.arange(4))


def test_a_short_file_is_filled_up_and_a_bad_hop_refused(wheel, tmp_path):
    soundfile.write(tmp_path / "short.wav", tone(440), RATE)
    tagger = tagging.Tagger("MTT_vgg", source=wheel)
    with pytest.warns(UserWarning, match="padded with silence"):
        assert tagger(tmp_path / "short.wav").taggram.shape == (1, 50)
    with pytest.raises(ValueError, match="at least one frame"):
        tagger(tmp_path / "short.wav", hop=0.01)


def test_weights_are_converted_once_and_checked(wheel, tmp_path, monkeypatch):
    published.load_musicnn("MTT_vgg", source=wheel)
    monkeypatch.setattr(published, "_checkpoint", None)  # not asked for again
    published.load_musicnn("MTT_vgg", source=wheel)
    monkeypatch.undo()
    weights = published.weights_file("MTT_vgg")
    whole = weights.read_bytes()
    weights.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])  # one bit
    assert published.weights_file("MTT_vgg", source=wheel).read_bytes() == whole
    monkeypatch.setenv("THESIS_CACHE", str(tmp_path / "other"))
    bad = tmp_path / published.WHEEL
    bad.write_bytes(wheel.read_bytes()[:-1] + b"x")
    with pytest.raises(ValueError, match="is not the published"):
        published.load_musicnn("MTT_vgg", source=bad)
    assert not list((tmp_path / "other").rglob("*.npz"))


def test_the_big_model_loads_from_its_checkpoint_folder(tmp_path):
    """A checkpoint as TensorFlow 1 writes it, with the names and shapes of the repository's."""
    tf = pytest.importorskip("tensorflow")
    keras.utils.set_random_seed(0)
    model = randomised(musicnn(mid_width=512, dense_width=500))
    values = {}
    for layer, variable in published._MUSICNN.items():
        kinds = published._NORM if "norm" in variable else published._CONV
        values |= dict(zip([f"{variable}/{kind}" for kind in kinds], model.get_layer(layer).get_weights(), strict=True))
    for name in ("conv2d_5", "conv2d_6", "conv2d_7"):  # an image one channel deep
        values[f"{name}/kernel"] = values[f"{name}/kernel"][:, :, None, :]
    (tmp_path / "MSD_musicnn_big").mkdir()
    prefix = f"{tmp_path / 'MSD_musicnn_big'}/"
    tf.raw_ops.SaveV2(
        prefix=prefix, tensor_names=list(values), shape_and_slices=[""] * len(values), tensors=list(values.values())
    )
    loaded = published.load_musicnn("MSD_musicnn_big", source=tmp_path)
    for got, expected in zip(loaded.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_what_is_not_there_is_one_sentence(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="model must be one of MTT_musicnn"):
        published.load_musicnn("musicnn")
    with pytest.raises(ValueError, match="contains neither"):
        published.load_musicnn(source=tmp_path)
    with pytest.raises(ValueError, match="does not exist"):
        published.load_musicnn(source=tmp_path / "no.whl")
    monkeypatch.delenv("THESIS_MUSICNN", raising=False)
    with pytest.raises(ValueError, match="not in the published package"):
        published.load_musicnn("MSD_musicnn_big")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(OSError, match="connect to the network once, or set THESIS_MUSICNN"):
        published.load_musicnn()


@pytest.fixture
def many(tmp_path, wheel, monkeypatch):
    monkeypatch.setenv("THESIS_MUSICNN", str(wheel))
    home = tmp_path / "music"
    home.mkdir()
    soundfile.write(home / "a.flac", tone(440, seconds=7), RATE)
    soundfile.write(home / "b.wav", np.stack([tone(300, 4, 44_100)] * 2, axis=1), 44_100)
    (home / "c.mp3").write_text("no audio")
    return home


def test_the_command_tags_files_and_folders_and_goes_on_after_a_bad_one(many, tmp_path):
    done = CliRunner().invoke(main, ["tag", str(many), "--json", "--taggram", str(tmp_path / "out"), "--hop", "1"])
    assert done.exit_code == 1 and "c.mp3 cannot be read as audio" in done.stderr and "1 of 3 files" in done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(row["file"]).name for row in rows] == ["a.flac", "b.wav"]
    for row in rows:
        with np.load(tmp_path / "out" / f"{Path(row['file']).name}.npz") as file:
            saved = dict(file)
        assert saved["taggram"].shape == (row["patches"], 50) and list(row) == ["file", "model", "tags", "patches"]
        mean = dict(zip(saved["tags"].tolist(), saved["taggram"].mean(axis=0).tolist(), strict=True))
        assert row["tags"] == pytest.approx(mean)
        assert list(row["tags"].values()) == sorted(row["tags"].values(), reverse=True)


def test_the_command_prints_the_top_tags_and_saves_features(many, tmp_path):
    arguments = ["tag", str(many / "a.flac"), "--top", "2", "--features", str(tmp_path / "a.npz"), "--model", "MSD_vgg"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0 and done.stdout.count(",") == 1
    with np.load(tmp_path / "a.npz") as saved:
        assert {"pool1", "pool5", "taggram", "tags", "starts"} <= set(saved)
    done = CliRunner().invoke(main, ["tag", str(many), "--taggram", str(tmp_path / "a.npz")])
    assert done.exit_code == 2 and "give a folder" in done.stderr


def test_files_of_one_name_do_not_overwrite_each_other(many, tmp_path):
    (many / "c.mp3").unlink()
    for folder in ("x", "y"):
        (many / folder).mkdir()
        (many / "b.wav").rename(many / folder / "b.wav") if folder == "x" else None
    (many / "y" / "b.wav").write_bytes((many / "x" / "b.wav").read_bytes())
    out = tmp_path / "out"
    done = CliRunner().invoke(main, ["tag", str(many), "--features", str(out), "--feature", "penultimate"])
    assert done.exit_code == 0
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*.npz")) == [
        "a.flac.npz",
        "x/b.wav.npz",
        "y/b.wav.npz",
    ]
    with np.load(out / "a.flac.npz") as saved:
        assert set(saved) == {"taggram", "tags", "starts", "penultimate"} and saved["penultimate"].shape == (2, 200)
    files = [str(many / folder / "b.wav") for folder in ("x", "y")]
    done = CliRunner().invoke(main, ["tag", *files, "--taggram", str(out)])
    assert done.exit_code == 2 and "tag them separately" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--feature", "cnn1"], "give --features, too"),
        (["--feature", "cnn9", "--features", "out"], "features of MTT_musicnn must be among timbral, .*got cnn9"),
    ],
)
def test_features_that_cannot_be_saved(many, arguments, message):
    done = CliRunner().invoke(main, ["tag", str(many / "a.flac"), *arguments])
    assert done.exit_code == 2 and re.search(message, done.stderr)
    (many / "empty").mkdir()
    assert CliRunner().invoke(main, ["tag", str(many / "empty")]).exit_code == 2


def test_memory_does_not_grow_with_the_file(wheel, monkeypatch, tmp_path):
    """A stream without end: no more of it is held than two batches and a piece."""
    held, pieces = [], 400

    def watched(spectrogram, starts, hop, size):
        held.append(len(spectrogram))
        return {"taggram": np.zeros((len(starts), 50))}

    tagger = tagging.Tagger("MTT_vgg", source=wheel)
    monkeypatch.setattr(tagger, "_tagged", watched)
    rng = np.random.default_rng(0)
    monkeypatch.setattr(
        tagging.audio, "stream", lambda path, rate, **_: (rng.normal(size=4_000) for _ in range(pieces))
    )
    tagged = tagger(tmp_path / "no.wav", hop=1.0)
    assert len(tagged.taggram) == (1 + pieces * 4_000 // 256 - 187) // 62 + 1
    assert max(held) <= 2 * (tagging.BATCH * 62 + 187)


@pytest.fixture
def no_large_file():
    """As on a full disk: no file may grow beyond 1 MB."""
    resource = pytest.importorskip("resource", reason="limits are those of Unix")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_weights_that_cannot_be_written_are_one_sentence(no_large_file, wheel, tmp_path):
    """The library of Keras' own format would end the process with a segmentation fault."""
    with pytest.raises(OSError, match=r"musicnn-.*whl cannot be unpacked in .*File too large"):
        published.load_musicnn(source=wheel)
    with pytest.raises(OSError, match=r"the converted weights cannot be stored in .*File too large"):
        conversion.save(musicnn(), tmp_path / "cache" / "musicnn.npz")
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
