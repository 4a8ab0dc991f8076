"""Check that VGGish's checkpoint is read correctly, and that fine-tuning uses its small learning rate."""

import keras
import numpy as np
import pytest
import soundfile
import yaml
from conftest import RATE, tone

from thesis_lib.audio import vggish as vggish_input
from thesis_lib.datasets import folder
from thesis_lib.models import build
from thesis_lib.models import vggish as architecture
from thesis_lib.pretrained import load_vggish, vggish
from thesis_lib.protocols.few_data import embedding as few_embedding
from thesis_lib.protocols.few_data import evaluation as few_data
from thesis_lib.protocols.few_data import preparation as few_systems
from thesis_lib.protocols.few_data import pretrained as few_pretrained
from thesis_lib.protocols.few_data.draws import Trial
from thesis_lib.protocols.few_data.inputs import Patches
from thesis_lib.protocols.few_data.regularised import Regularised
from thesis_lib.protocols.few_data.systems import LABELS, SYSTEMS
from thesis_lib.protocols.training import n_trainable
from thesis_lib.records import claims


@pytest.fixture
def clips(tmp_path):
    """Two classes of nine clips of 3.2 s in three folds."""
    for label, frequency in (("low", 300), ("high", 2000)):
        (tmp_path / "audio" / label).mkdir(parents=True)
        for k in range(9):
            wave = np.tile(tone(frequency * (1 + 0.02 * k), seed=k), 4)[: int(3.2 * RATE)]
            soundfile.write(tmp_path / "audio" / label / f"{k % 3 + 1}-{k}.wav", wave, RATE)
    return folder.clips(tmp_path / "audio")


@pytest.fixture
def checkpoint(tmp_path, monkeypatch):
    """A checkpoint of the official one's form, small, and what the network that wrote it gives for a tone."""
    tf = pytest.importorskip("tensorflow")
    monkeypatch.setattr(architecture, "WIDTHS", ((2,), (3,), (4, 4), (5, 5)))
    monkeypatch.setattr(architecture, "DENSE", (6, 6))
    rng, graph = np.random.default_rng(0), tf.Graph()
    with graph.as_default(), tf.compat.v1.Session() as session:
        inputs = x = tf.compat.v1.placeholder(tf.float32, (None, 96, 64, 1))
        for scope, pool in (("conv1", 1), ("conv2", 1), ("conv3/conv3_1", 0), ("conv3/conv3_2", 1),
                            ("conv4/conv4_1", 0), ("conv4/conv4_2", 1)):  # fmt: skip
            size = {"1": 2, "2": 3, "3": 4, "4": 5}[scope[4]]
            x = tf.nn.relu(tf.nn.conv2d(x, *variables(tf, rng, scope, (3, 3, int(x.shape[-1]), size)), "SAME"))
            x = tf.nn.max_pool2d(x, 2, 2, "SAME") if pool else x
        x = tf.reshape(x, (-1, 6 * 4 * 5))
        for scope, size in (("fc1/fc1_1", 6), ("fc1/fc1_2", 6), ("fc2", 128)):
            kernel, bias = variables(tf, rng, scope, (int(x.shape[-1]), size), dense=True)
            x = x @ kernel + bias
            x = x if scope == "fc2" else tf.nn.relu(x)
        session.run(tf.compat.v1.global_variables_initializer())
        path = tmp_path / "vggish_model.ckpt"
        tf.compat.v1.train.Saver(write_version=tf.compat.v1.train.SaverDef.V1).save(session, str(path))
        patches = vggish_input.patches(np.tile(tone(1000, rate=16_000), 3)[: 3 * 16_000])
        expected = session.run(x, {inputs: patches[..., None]})
    return path, patches, expected


def variables(tf, rng, scope, shape, dense=False):
    """A kernel, and what its layer needs besides: a stride, since the biases of the convolutions here are zero."""
    kernel = tf.compat.v1.get_variable(
        f"vggish/{scope}/weights", initializer=rng.normal(0, 0.3, shape).astype(np.float32)
    )
    bias = tf.compat.v1.get_variable(
        f"vggish/{scope}/biases", initializer=(dense * rng.normal(size=shape[-1:])).astype(np.float32)
    )
    return (kernel, bias) if dense else (kernel, 1)


def test_a_checkpoint_of_the_official_form_gives_what_the_network_that_wrote_it_gives(checkpoint, monkeypatch):
    path, patches, expected = checkpoint
    with pytest.raises(ValueError, match="the mean of its embeddings of a tone is .*; its authors state 0.000657"):
        load_vggish(source=path)
    monkeypatch.setattr(vggish, "_check", lambda *args: None)
    model = load_vggish(source=path)
    np.testing.assert_allclose(model.predict(patches, verbose=0), expected, atol=1e-4)
    path.write_bytes(b"another")
    with pytest.raises(ValueError, match="not the checkpoint that was converted before"):
        load_vggish(source=path)
    np.testing.assert_allclose(load_vggish().predict(patches, verbose=0), expected, atol=1e-4)


def test_what_is_no_checkpoint_is_refused_in_one_sentence(tmp_path, monkeypatch, checkpoint):
    monkeypatch.setenv("THESIS_VGGISH", str(tmp_path / "none.ckpt"))
    with pytest.raises(ValueError, match="none.ckpt does not exist"):
        load_vggish()
    (tmp_path / "bad.ckpt").write_bytes(b"no checkpoint" * 100)
    with pytest.raises(ValueError, match="bad.ckpt is not the checkpoint of VGGish"):
        load_vggish(source=tmp_path / "bad.ckpt")


def test_a_downloaded_page_is_not_kept_as_the_checkpoint(monkeypatch, checkpoint):
    monkeypatch.delenv("THESIS_VGGISH", raising=False)
    fetched = []

    def download(url, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<html>Sorry</html>")
        fetched.append(path)
        return path

    monkeypatch.setattr(vggish, "download", download)
    for attempt in (1, 2):
        with pytest.raises(ValueError, match="is not the checkpoint of VGGish"):
            vggish.load_vggish()
        assert len(fetched) == attempt and not fetched[0].exists(), "it is fetched again the next time"


def test_vggish_patches_are_those_of_its_input(clips, monkeypatch, checkpoint):
    monkeypatch.setattr(vggish, "_check", lambda *args: None)
    monkeypatch.setenv("THESIS_VGGISH", str(checkpoint[0]))
    found = few_pretrained.vggish_patches(clips)
    assert found.all(np.array([0, 4])).shape == (2, 3, 96, 64)
    embedded = few_pretrained.embeddings(clips, "vggish").all(np.array([4]))[0]
    linear = load_vggish().predict(found.all(np.array([4]))[0], verbose=0)
    np.testing.assert_allclose(embedded, np.maximum(linear, 0), rtol=1e-4, atol=1e-5)
    tuned, whole = few_pretrained.finetuned("vggish", 3), load_vggish().count_params()
    assert (linear < 0).any() and tuned.output_shape == (None, 3)
    assert n_trainable(tuned) == tuned.count_params() == whole + 128 * 3 + 3, "the paper trains all of VGGish"


def test_fine_tuning_moves_every_layer_of_vggish(checkpoint, monkeypatch):
    """With a rate that makes one update at a ten-thousandth of it visible."""
    monkeypatch.setattr(vggish, "_check", lambda *args: None)
    monkeypatch.setenv("THESIS_VGGISH", str(checkpoint[0]))
    keras.utils.set_random_seed(0)
    model = few_pretrained.finetuned("vggish", 3)
    before = [weight.numpy() for weight in model.weights]
    model.compile(keras.optimizers.SGD(1e4), "sparse_categorical_crossentropy")
    model.train_on_batch(checkpoint[1], np.arange(len(checkpoint[1])) % 3)
    still = [w.path for w, b in zip(model.weights, before, strict=True) if np.array_equal(w.numpy(), b)]
    assert len(before) == 2 * 10 and still == []


def test_fine_tuned_musicnn_trains_all_but_normalisation_and_biases_of_its_front_end(monkeypatch):
    plain = build("musicnn")
    plain.trainable = False  # as `load_musicnn` returns it
    monkeypatch.setattr(few_pretrained, "load_musicnn", lambda model: plain)
    tuned = few_pretrained.finetuned("musicnn", 3)
    constant = 2 + 561 + 2 * 561  # gain and shift of the input; biases, gains and shifts of the front-end's maps
    assert n_trainable(tuned) == 787_159 - constant - (200 * 50 + 50) + (200 * 3 + 3)  # its own softmax, not the tags


def test_fine_tuning_moves_what_was_pretrained_ten_thousand_times_more_slowly(monkeypatch):
    inputs = keras.layers.Input((4,))
    loaded = keras.Model(inputs, keras.layers.Dense(3, name="heard")(inputs))
    loaded.trainable = False  # as the pretrained networks are loaded
    source = keras.Model(loaded.inputs, loaded.output * 1.0)
    monkeypatch.setitem(few_pretrained.SOURCES, "toy", few_pretrained.Source(1, {}, None, None, lambda: source, 3))
    keras.utils.set_random_seed(0)
    slow = few_pretrained.finetuned("toy", 2)
    plain = keras.Model(inputs, keras.layers.Dense(2, "softmax")(source(inputs)))
    plain.layers[-1].set_weights(slow.layers[-1].get_weights())
    x, y = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32), np.arange(8) % 2
    np.testing.assert_allclose(slow.predict(x, verbose=0), plain.predict(x, verbose=0), atol=1e-6)
    heard, moved = source.get_weights(), []
    for model, rate in ((slow, 1e4), (plain, 1.0)):  # a large rate, so that the slow one moves at all
        source.set_weights(heard)
        model.compile(keras.optimizers.SGD(rate), "sparse_categorical_crossentropy")
        model.train_on_batch(x, y)
        moved.append(source.get_weights()[0] - heard[0])
    np.testing.assert_allclose(moved[0], moved[1], rtol=1e-2)
    assert abs(moved[1]).max() > 0


def test_labels_say_what_is_frozen_and_the_claim_is_about_what_was_published():
    for name, system in SYSTEMS.items():
        if system.family in ("transfer", "prototypical_transfer"):
            assert "frozen" in system.label, name
        assert ("fine-tuned at 1e-4" in system.label) == (system.family == "finetuned"), name
    assert [name for name, label in LABELS.items() if "as published" in label] == ["finetuned_vggish"]
    stated = {claim["id"]: claim for claim in yaml.safe_load(claims.TABLE.read_text(encoding="utf-8"))}
    assert stated["VI.1"]["better"] == "finetuned_vggish" and "fine-tuned" in stated["VI.1"]["claim"]
    assert stated["VI.1m"]["better"] == "transfer_musicnn" and stated["VI.1m"]["claim"].startswith("Our variant")
    assert few_pretrained.SLOWER == 1e-4


def test_validation_keeps_the_weights_that_predicted_it_best():
    """The training clips of a class lie where the validation clips of the other do: every epoch makes it worse."""
    values = np.array([[[1.0]], [[-1.0]], [[-1.0]], [[1.0]]], np.float32)
    targets, train, validation = np.array([0, 1, 0, 1]), np.array([0, 1]), np.array([2, 3])
    fitted = Regularised(lambda: few_pretrained.softmax(1, 2), Patches(values, 0))
    losses = {}
    for name, some in (("last", None), ("validated", validation)):
        for epochs in (2, 40):
            fitted.fit(train, targets, validation=some, epochs=epochs, seed=3)
            losses[name, epochs] = fitted._cross_entropy(validation, targets)
    assert losses["last", 40] > losses["last", 2] == losses["validated", 2] == losses["validated", 40]


def test_validated_systems_need_a_part_to_validate_on(clips):
    two = [clip for clip in clips if clip.fold < 3]
    with pytest.raises(ValueError, match="validated systems need a validation part"):
        list(few_data.evaluate(two, systems=["few_timbre_validated"], counts=(1,)))
    (row,) = next(few_data.evaluate(clips, systems=["few_timbre_validated"], counts=(1,), folds=1, epochs=3))
    assert row["system"] == "few_timbre_validated" and row["n_params"] == 7 * 108 * 2 + 2 + 2


def test_what_a_prototypical_network_learns_is_kept(clips, tmp_path, monkeypatch):
    settings = {"n": 2, "seed": 0, "epochs": 30, "width": 4, "precision": "float32"}
    found = few_embedding.embedded(clips, tmp_path / "kept.npz", **settings)
    assert found["before"].shape == found["after"].shape == (6, 10) and found["prototypes"].shape == (2, 10)
    assert found["names"].tolist() == ["high", "low"] and not np.allclose(found["before"], found["after"])
    nearest = ((found["after"][:, None] - found["prototypes"]) ** 2).sum(axis=-1).argmin(axis=1)
    assert (nearest == found["labels"]).mean() > 0.8, "low and high tones"
    monkeypatch.setattr(few_embedding, "Prototypical", None)
    again = few_embedding.embedded(clips, tmp_path / "kept.npz", **settings)
    np.testing.assert_array_equal(again["after"], found["after"])


def test_every_system_of_the_table_can_be_prepared(clips, monkeypatch, tmp_path):
    """With networks of one layer in the place of the pretrained ones."""

    def network():
        inputs = keras.layers.Input((4,))
        return keras.Model(inputs, keras.layers.Dense(3)(inputs))

    values = Patches(np.random.default_rng(0).normal(size=(len(clips), 2, 4)).astype(np.float32), 0)
    toy = few_pretrained.Source(1, {}, lambda: weights, lambda clips: values, network, 3)
    (weights := tmp_path / "weights").write_text("published")
    for name in ("musicnn", "vggish"):
        monkeypatch.setitem(few_pretrained.SOURCES, name, toy)
    fold = np.array([clip.fold for clip in clips])
    targets = np.array([clip.label == "low" for clip in clips]).astype(int)
    trial = Trial(1, 0, 3, *(np.flatnonzero(fold == part) for part in (3, 2, 1)))
    effort = few_systems.Effort(epochs=3, width=4)
    for name in SYSTEMS:
        predict, n_params = few_systems.prepared(name, clips, targets, effort)
        assert predict(trial, 0).shape == (6,) and (n_params is None) == (SYSTEMS[name].family == "nearest")


def test_stored_embeddings_belong_to_weights_input_and_version(clips, monkeypatch, tmp_path):
    """Another file of weights, version or setting of the input computes the embeddings again."""
    computed, values = [], np.random.default_rng(0).normal(size=(len(clips), 2, 4)).astype(np.float32)

    def network():
        computed.append(1)
        inputs = keras.layers.Input((4,))
        return keras.Model(inputs, keras.layers.Dense(3)(inputs))

    def source(version=1, mel=96):
        return few_pretrained.Source(
            version, {"n_mels": mel}, lambda: weights, lambda clips: Patches(values, 0), network, 3
        )

    def embed(**changes):
        monkeypatch.setitem(few_pretrained.SOURCES, "toy", source(**changes))
        few_pretrained.embeddings(clips, "toy")
        return len(computed)

    (weights := tmp_path / "weights").write_text("published")
    assert embed() == 1 and embed() == 1
    weights.write_text("published later")
    assert embed() == 2 and embed() == 2
    assert embed(version=2) == 3
    assert embed(mel=128) == 4
    monkeypatch.setattr(few_pretrained, "computation", lambda: {"device": "gpu"})
    assert embed() == 5
