"""Check trained front-ends: initial weights of the random ones, validation that decides, and learning."""

import keras
import numpy as np
import pytest

from thesis_lib.classifiers import prepare
from thesis_lib.datasets import Clip, folder
from thesis_lib.datasets.splits import splits
from thesis_lib.models import of_chapter
from thesis_lib.protocols.non_trained import trained, training
from thesis_lib.protocols.non_trained.extraction import extract
from thesis_lib.protocols.non_trained.sizes import at_size
from thesis_lib.protocols.non_trained.training import CHECK, PATIENCE, Training, mixed

TRAIN, VALIDATION, TEST = np.arange(24), np.arange(24, 32), np.arange(32, 40)


def noise(n=40, frames=60):
    """Two classes of log-mels that differ in ten bands only."""
    rng = np.random.default_rng(0)
    inputs, targets = rng.normal(-40, 10, (n, frames, 96)).astype(np.float32), np.arange(n) % 2
    inputs[targets == 1, :, 30:40] += 30
    return inputs, targets


def fitted(seed=0, epochs=20, name="7x96", **changes):
    inputs, targets = noise()
    model = Training(name, 28, 1.2, 2, seed=seed)
    parts = {"inputs": inputs, "targets": targets, "train": TRAIN, "validation": VALIDATION} | changes
    return model, model.fit(**parts, epochs=epochs)


@pytest.mark.parametrize("name", of_chapter("IV"))
def test_training_begins_with_the_weights_of_the_random_front_end(name):
    model = Training(name, 28, 8.0, 3, seed=4).model
    keras.utils.set_random_seed(4)
    random = at_size(name, 28, 8.0)  # of a whole clip; the crop must not shorten its temporal filters
    assert len(model.layers) == len(random.layers) + 2
    for ours, theirs in zip(model.layers, random.layers, strict=False):
        for first, second in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_array_equal(first, second)


def test_it_learns_and_a_seed_gives_the_same_training():
    inputs, targets = noise()
    found = [fitted(seed) for seed in (0, 0, 1)]
    probabilities = [model.predict(inputs, TEST) for model, _ in found]
    np.testing.assert_allclose(*probabilities[:2], atol=1e-4)
    assert (probabilities[0].argmax(axis=1) == targets[TEST]).all()
    np.testing.assert_allclose(probabilities[0].sum(axis=1), 1, atol=1e-5)
    assert not np.allclose(probabilities[0], probabilities[2], atol=1e-4)


def test_the_best_check_on_validation_clips_is_kept_and_ends_the_training(monkeypatch):
    inputs, targets = noise()
    accuracies = iter([0.5, 0.75, 0.75] + [0.25] * 50)
    weights = []

    def check(self, inputs, clips):
        np.testing.assert_array_equal(clips, VALIDATION)
        weights.append(self.model.get_weights())
        right = np.arange(len(clips)) < next(accuracies) * len(clips)
        return np.eye(2)[np.where(right, targets[clips], 1 - targets[clips])]

    monkeypatch.setattr(Training, "predict", check)
    model, curve = fitted(epochs=100)
    assert [found.accuracy for found in curve[:4]] == [0.5, 0.75, 0.75, 0.25]
    assert [found.epoch for found in curve] == [CHECK * (1 + i) for i in range(2 + PATIENCE)]
    for kept, best in zip(model.model.get_weights(), weights[1], strict=True):
        np.testing.assert_array_equal(kept, best)


def test_the_last_epoch_is_checked_too():
    assert [found.epoch for found in fitted(epochs=7)[1]] == [5, 7]
    assert fitted(epochs=0)[1] == []


def test_inputs_are_normalised_by_what_is_trained_on_alone():
    inputs, _ = noise()
    inputs[24:] += 1000
    model, _ = fitted(epochs=1, inputs=inputs)
    assert model._norm == pytest.approx((inputs[:24].mean(), inputs[:24].std()), rel=1e-4)


def test_a_clip_is_judged_by_the_mean_over_its_crops():
    inputs, _ = noise(frames=120)
    model, _ = fitted(epochs=1, name="temporal", inputs=inputs)
    length = model.model.input_shape[1]
    assert length < 60
    mean, deviation = model._norm
    crops = [inputs[33:36, start : start + length] for start in (0, (120 - length) // 2, 120 - length)]
    expected = np.mean([model.model.predict((crop - mean) / deviation, verbose=0) for crop in crops], axis=0)
    np.testing.assert_allclose(model.predict(inputs, np.arange(33, 36)), expected, atol=1e-5)


def test_mixed_inputs_and_targets_have_the_same_shares():
    rng = np.random.default_rng(0)
    one_hot = np.eye(2000, dtype=np.float32)
    inputs, targets = mixed(one_hot[:, :, None] * 3, one_hot, rng)
    np.testing.assert_allclose(inputs[:, :, 0], 3 * targets, rtol=1e-6)
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-6)
    share = np.diag(targets)[(targets > 0).sum(axis=1) == 2]  # without those mixed with themselves
    assert share.mean() == pytest.approx(0.5, abs=0.03)
    variance = 1 / (4 * (2 * training.MIXUP + 1))  # of the beta distribution
    assert share.var() == pytest.approx(variance, rel=0.06)


def test_each_draw_has_its_test_fold_and_what_is_there_is_left_out(audio_folder):
    clips = folder.clips(audio_folder)
    chosen = {"architectures": ["7x96", "sample_level"], "n_features": 28, "seconds": 1.0, "seed": 3, "epochs": 6}
    rows = [row for rows in trained.evaluate(clips, **chosen, draws=2) for row in rows]
    protocols = ["random, validation", "random", "trained, validation", "trained, validation", "trained"]
    assert [(row["seed"], row["system"], row["fold"], row["protocol"]) for row in rows] == [
        (seed, name, fold, protocol)
        for seed, fold in ((3, 1), (4, 2))
        for name in chosen["architectures"]
        for protocol in protocols
    ]
    first = splits(clips)[0]
    assert {row["train_size"] for row in rows} == {len(first.train)} == {4}
    tested = {row["protocol"]: row["predicted"][0].tolist() for row in rows[:5]}
    assert tested["random"] == tested["trained"] == first.test.tolist()
    assert tested["random, validation"] == tested["trained, validation"] == first.validation.tolist()
    have = {(row["system"], row["seed"]) for row in rows[:10]}
    left = trained.evaluate(clips, **chosen, draws=2, done=lambda system, protocol, seed: (system, seed) in have)
    assert [(row["system"], row["seed"], row["fold"]) for rows in left for row in rows] == [
        (row["system"], row["seed"], row["fold"]) for row in rows[10:]
    ]


def test_the_setting_for_random_features_is_chosen_on_the_validation_clips(audio_folder):
    clips = folder.clips(audio_folder)
    chosen = {"n_features": 28, "seconds": 1.0, "seed": 0}
    ((validated, tested, *_),) = trained.evaluate(clips, architectures=["7x86"], epochs=1, **chosen)
    values = np.asarray(extract(clips, ["7x86"], **chosen)["7x86"].values)
    labels, part = np.array([clip.label for clip in clips]), splits(clips)[0]
    _, predict = prepare("svm", values, labels, rng=np.random.default_rng(0))
    scores = (predict(part.train, part.validation) == labels[part.validation]).mean(axis=1)
    assert validated["value"] == scores.max() and validated["classifier"] == "svm"
    best = predict(part.train, part.test)[scores.argmax()]
    assert tested["predicted"][1].tolist() == best.tolist()
    assert tested["value"] == (best == labels[part.test]).mean()


def test_data_without_validation_clips_are_refused():
    two_folds = [Clip(f"{i}.wav", ("ab"[i % 2],), fold=1 + i // 4) for i in range(8)]
    with pytest.raises(ValueError, match="training needs validation clips.*three folds or more"):
        next(trained.evaluate(two_folds, architectures=["7x96"], n_features=28, seconds=1.0, seed=0, epochs=1))
