"""Prototypical networks: distances in closed form, episodes of the right clips, a fit that learns and stops."""

import keras
import numpy as np
import pytest
from keras import layers

from thesis_lib.protocols import episodes
from thesis_lib.protocols.episodes import Prototypical, nearness
from thesis_lib.protocols.few_inputs import Patches


def embedding(dimensions=6, n_outputs=4):
    inputs = layers.Input((dimensions,))
    return keras.Model(inputs, layers.Dense(n_outputs)(inputs))


def blobs(n=60, classes=3, patches=2):
    rng = np.random.default_rng(0)
    targets = np.arange(n) % classes
    centres = rng.normal(scale=2, size=(classes, 6))
    return (centres[targets][:, None] + rng.normal(size=(n, patches, 6))).astype(np.float32), targets


def test_nearness_is_minus_the_mean_squared_difference():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(5, 4)), rng.normal(size=(3, 4))
    expected = [[-np.mean((x - y) ** 2) for y in b] for x in a]
    np.testing.assert_allclose(keras.ops.convert_to_numpy(nearness(a, b)), expected, rtol=1e-5)


def test_the_first_loss_is_that_of_the_closed_form(monkeypatch):
    """One update on an untrained embedding: its loss from support and queries as they were drawn."""
    values, targets = blobs()
    fitted, seen = Prototypical(embedding, Patches(values, 0), 3), []
    model, _ = fitted._of(2)
    step = model.train_on_batch
    monkeypatch.setattr(model, "train_on_batch", lambda x, y: seen.append((x, y, model.get_weights())) or step(x, y))
    fitted.fit(np.arange(6), targets, longest=1, seed=3)
    ((x, y, weights),) = seen
    assert y.tolist() == [0, 0, 1, 1, 2, 2] + [0] * 5 + [1] * 5 + [2] * 5
    embedded = x @ weights[0] + weights[1]
    prototypes = embedded[:6].reshape(3, 2, 4).mean(axis=1)
    logits = -((embedded[6:, None] - prototypes) ** 2).mean(axis=-1)
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    expected = -logs[np.arange(15), y[6:]].mean()
    model.set_weights(weights)
    model.reset_metrics()
    loss, accuracy = step(x, y)
    assert float(loss) == pytest.approx(expected, rel=1e-4)
    assert float(accuracy) == pytest.approx((logits.argmax(axis=1) == y[6:]).mean())


def test_support_is_fixed_and_all_is_of_the_training_clips(monkeypatch):
    values, targets = blobs()
    fitted, seen = Prototypical(embedding, Patches(values, 0), 3), []
    model, _ = fitted._of(5)
    monkeypatch.setattr(model, "train_on_batch", lambda x, y: seen.append(x) or (0.0, 0.0))
    train = np.arange(21)
    assert fitted.fit(train, targets, patience=4) == 5, "the first accuracy is better than none"
    assert all((x[:15] == seen[0][:15]).all() for x in seen) and not (seen[0][15:] == seen[1][15:]).all()
    known = {tuple(patch) for clip in train for patch in values[clip]}
    assert all(tuple(patch) in known for x in seen for patch in x)
    assert len({tuple(patch) for patch in seen[0][:15]}) == 15, "five clips a class"


def test_it_learns_and_gives_the_same_again_after_another_fit():
    values, targets = blobs()
    fitted, test = Prototypical(embedding, Patches(values, 0), 3), np.arange(30, 60)
    fitted.fit(np.arange(15), targets, patience=30, seed=1)
    first = fitted.predict(test)
    assert (first.argmax(axis=1) == targets[test]).mean() > 0.85
    fitted.fit(np.arange(3), targets, patience=5, seed=2)
    fitted.fit(np.arange(15), targets, patience=30, seed=1)
    np.testing.assert_allclose(fitted.predict(test), first, atol=1e-4)


def test_a_clip_is_judged_by_the_mean_of_its_patches_log_probabilities():
    values, targets = blobs()
    fitted = Prototypical(embedding, Patches(values, 0), 3)
    fitted.fit(np.arange(3), targets, longest=2)
    logits = -((fitted.embed(values[7])[:, None] - fitted.prototypes) ** 2).mean(axis=-1)
    expected = (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))).mean(axis=0)
    np.testing.assert_allclose(fitted.predict(np.array([7]))[0], expected, atol=1e-5)
    assert episodes.SHOTS == 5
